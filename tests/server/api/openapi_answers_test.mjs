// Every answer of the running admin listener fits docs/openapi.json: the operations are taken from the document, so
// that one which is described but never asked makes this test fail.
//   node --test openapi_answers_test.mjs with ETAPPE_ANSWERS, the program of answers.cpp
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import test, { after, before } from 'node:test';
import { judge, load, response } from './openapi.mjs';

const document = load(new URL('../../../docs/openapi.json', import.meta.url));
const compile = judge(document);
const running = [];

async function start(...options) {
  const child = spawn(process.env.ETAPPE_ANSWERS, options, { stdio: ['pipe', 'pipe', 'inherit'] });
  running.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return JSON.parse(line);
}

let full, empty, away;
before(async () => { [full, empty, away] = await Promise.all([start(), start('--empty'), start('--away')]); });
after(async () => {
  for (const child of running) {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
  }
});

const asked = new Set();

/** Asks and holds the answer against the document. */
async function ask(server, method, path, status, { query = '', token = 'reader', body, cookie, origin, template = path } = {}) {
  const headers = { connection: 'close' };
  if (token) headers.authorization = `Bearer ${token}`;
  if (cookie) headers.cookie = cookie;
  if (origin) headers.origin = origin;
  const reply = await fetch(`http://${server.address}/api/v1${path}${query}`, { method: method.toUpperCase(), headers, body });
  const text = await reply.text();
  const name = `${method} ${path}${query}`;
  assert.equal(reply.status, status, `${name}: ${text}`);
  const described = response(document, template, method, status);
  assert.ok(described, `${name}: ${status} is not in the document`);
  asked.add(`${method} ${template} ${status}`);
  const type = (reply.headers.get('content-type') ?? '').split(';')[0];
  if (!described.content) {
    assert.equal(text, '', name);
    return { reply };
  }
  const content = described.content[type];
  assert.ok(content, `${name}: ${type} is not in the document`);
  for (const header of Object.keys(described.headers ?? {}))
    assert.ok(reply.headers.get(header) !== null, `${name}: ${header} is missing`);
  const value = type.includes('json') ? JSON.parse(text) : text;
  assert.equal(compile(content.schema)(value), '', name);
  return { reply, value };
}

const days = '?from=2026-11-21&to=2026-11-22';
const names = ['overview', 'channels', 'conversions', 'funnel', 'consent'];
const report = (name, site = 'shop') => [`/sites/${site}/reports/${name}`, `/sites/{site}/reports/${name}`];

test('reports fit, whole, empty, without comparison and with their statements', async () => {
  for (const server of [full, empty]) {
    for (const name of names) {
      const [path, template] = report(name);
      for (const query of [days, `${days}&compare=none`, `${days}&sql=1`, '?from=2026-11-01&to=2026-11-30']) {
        const { value } = await ask(server, 'get', path, 200, { query, template });
        assert.equal(value.report, name);
        assert.equal(value.state, server === full ? 'ok' : 'nothing_recorded');
        assert.equal('sql' in value, query.includes('sql=1'));
        assert.equal(value.comparison === null, query.includes('none') || name === 'consent');
        if (value.sql) {
          assert.ok(value.sql.length >= 3);
          for (const { sql, parameters } of value.sql)
            for (const [, parameter] of sql.matchAll(/\{(\w+):/g)) assert.ok(parameter in parameters, parameter);
        }
      }
      await ask(server, 'get', path, 200, { query: `${days}&format=csv`, template });
    }
  }
});

test('a site without a funnel has an overview without one, and no funnel report', async () => {
  const [overview, template] = report('overview', 'other');
  assert.equal((await ask(full, 'get', overview, 200, { query: days, template })).value.funnel, null);
  const [funnel, funnelTemplate] = report('funnel', 'other');
  const { value } = await ask(full, 'get', funnel, 404, { query: days, template: funnelTemplate });
  assert.equal(value.reason, 'unknown_funnel');
});

test('the overview carries what the page shows', async () => {
  const [path, template] = report('overview');
  const { value } = await ask(full, 'get', path, 200, { query: days, template });
  const cell = (row, name) => row[value.columns.findIndex((column) => column.name === name)];
  assert.equal(cell(value.rows[0], 'sessions'), 3);
  assert.equal(cell(value.rows[0], 'conversion_value'), '259.80');
  assert.equal(value.totals.visitors, 7);
  assert.equal(value.totals.conversions, 3);
  assert.equal(value.incomplete_day, '2026-11-22');
  assert.equal(value.comparison.until, '2026-11-15T13:32:05Z');
  assert.deepEqual(value.other_currencies, [{ currency: 'CHF', conversions: 1, value: '10.00' }]);
  assert.equal(value.consent.coverage, 0.75);
  assert.equal(value.channels.rows[0][0], 'Direct');
  assert.equal(value.funnel.rows[0][6], 92.5);
});

test('account, sites and flush fit, and so does every refusal', async () => {
  const login = (body, status, more = {}) => ask(full, 'post', '/login', status, { token: null, body, ...more });
  const { reply } = await login(JSON.stringify({ login: 'admin', password: full.password }), 204);
  const cookie = reply.headers.get('set-cookie').split(';')[0];
  await login('{}', 400);
  await login('x'.repeat(5000), 413);
  await login('{}', 403, { origin: 'https://evil.example' });
  const wrong = JSON.stringify({ login: 'nobody', password: 'wrong' });
  for (let i = 0; i < 6; i += 1) await login(wrong, 401);
  await login(wrong, 429);

  await ask(full, 'get', '/me', 200, { token: null, cookie });
  await ask(full, 'get', '/me', 401, { token: null });
  await ask(full, 'get', '/sites', 200, { token: null, cookie });
  await ask(full, 'get', '/sites', 401, { token: 'guessed' });
  await ask(full, 'get', '/sites', 403, { token: 'sender' });
  await ask(full, 'post', '/flush', 204, { token: 'sender' });
  await ask(full, 'post', '/flush', 401, { token: null });
  await ask(full, 'post', '/flush', 403);
  const tracker = (status, more) => ask(full, 'patch', '/sites/shop/tracker', status,
    { token: 'administrator', body: '{"enabled":false}', template: '/sites/{site}/tracker', ...more });
  await tracker(200, {});
  await tracker(200, { token: null, cookie });
  await tracker(400, { body: '{"colour":1}' });
  await tracker(401, { token: 'guessed' });
  await tracker(403, { token: 'reader' });
  await tracker(404, { token: 'other-administrator' });
  await tracker(413, { body: 'x'.repeat(5000) });
  for (const name of names) {
    const [path, template] = report(name);
    await ask(full, 'get', path, 400, { template });
    await ask(full, 'get', path, 401, { query: days, token: null, template });
    await ask(full, 'get', path, 403, { query: days, token: 'sender', template });
    await ask(full, 'get', report(name, 'none')[0], 404, { query: days, template });
    await ask(away, 'get', path, 503, { query: days, template });
  }
  await ask(full, 'post', '/logout', 403, { token: null, cookie, origin: 'null' });
  await ask(full, 'post', '/logout', 204, { token: null, cookie });
  await ask(full, 'get', '/me', 401, { token: null, cookie });
});

test('the live view and the installation check fit, and so does every refusal', async () => {
  const [live, check] = ['/sites/{site}/live', '/sites/{site}/check'];
  const token = '0123456789abcdef';
  const { value } = await ask(full, 'get', '/sites/shop/live', 200, { template: live });
  assert.equal(value.verdict, null);
  assert.equal(value.events.length, 2);
  const checked = await ask(full, 'get', '/sites/shop/live', 200, { query: `?since=1&check=${token}`, template: live });
  assert.equal(checked.value.verdict.cause, 'receiving');
  await ask(full, 'get', '/sites/shop/live', 400, { query: '?since=x', template: live });
  await ask(full, 'get', '/sites/shop/live', 401, { token: null, template: live });
  await ask(full, 'get', '/sites/shop/live', 403, { token: 'sender', template: live });
  await ask(full, 'get', '/sites/none/live', 404, { template: live });

  const look = (status, more = {}) => ask(full, 'post', '/sites/shop/check', status,
    { token: 'administrator', body: JSON.stringify({ url: 'https://nordwerk.example/', check: token }), template: check, ...more });
  const { value: found } = await look(200);
  assert.equal(found.page.right_snippets, 1);
  await look(200, { body: JSON.stringify({ url: 'https://elsewhere.example/' }) });
  await look(400, { body: '{}' });
  await look(401, { token: null });
  await look(403, { token: 'reader' });
  await look(413, { body: 'x'.repeat(5000) });
  await ask(full, 'post', '/sites/none/check', 404, { token: 'administrator', body: JSON.stringify({ url: 'https://nordwerk.example/' }), template: check });
  for (let i = 0; i < 8; i += 1) await look(200);
  await look(429);
});

test('what is stored about a person and what was erased fit, and so does every refusal', async () => {
  const [subject, erasures] = ['/sites/{site}/subject', '/sites/{site}/erasures'];
  const body = JSON.stringify({ visitor: 'v1', purpose: 'request' });
  for (const [path, template, status] of [['/sites/shop/subject', subject, 200], ['/sites/shop/erasures', erasures, 202]]) {
    const post = (expected, more = {}, server = full) => ask(server, 'post', more.path ?? path, expected,
      { token: 'administrator', body, template, ...more });
    await post(status);
    await post(400, { body: '{}' });
    await post(401, { token: null });
    await post(403, { token: 'reader' });
    await post(404, { path: path.replace('shop', 'none') });
    await post(413, { body: 'x'.repeat(5000) });
    await post(503, {}, away);
  }
  const list = (expected, token, site = 'shop') => ask(full, 'get', `/sites/${site}/erasures`, expected, { token, template: erasures });
  assert.equal((await list(200, 'administrator')).value.erasures.length, 1);
  await list(401, null);
  await list(403, 'reader');
  await list(404, 'administrator', 'none');
});

test('everything the document describes was asked', () => {
  // A database that is away and a queue that is full are shown without a socket, in api_test.cpp.
  const elsewhere = new Set(['post /login 503', 'get /sites 503', 'post /flush 503', 'get /sites/{site}/live 503', 'post /sites/{site}/check 503',
    'patch /sites/{site}/tracker 500', 'get /sites/{site}/erasures 503', 'patch /sites/{site}/tracker 503']);
  const missing = [];
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, { responses }] of Object.entries(operations))
      for (const status of Object.keys(responses)) {
        const name = `${method} ${path} ${status}`;
        if (!asked.has(name) && !elsewhere.has(name)) missing.push(name);
      }
  assert.deepEqual(missing, []);
});

test('the document itself is served as it lies in docs', async () => {
  const reply = await fetch(`http://${full.address}/api/openapi.json`, { headers: { connection: 'close' } });
  assert.equal(reply.headers.get('content-type'), 'application/json');
  assert.deepEqual(await reply.json(), document);
});
