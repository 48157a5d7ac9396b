// `etappe serve` as administrators meet it: ports, folders, the engine that is missing, ends, and comes back.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { etappe, etappeAsync, house, succeed } from './etappe.mjs';
import { day, free, Serve, stored, view } from './serve.mjs';
import { until } from '../../house.mjs';

/** Runs `serve` to its end, which comes by itself. */
const refused = (at, args = free) => etappe(['serve', '--config', at.file, ...args]);

test('a port that is taken is named, and nothing is left behind', async (t) => {
  const at = house(t);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = `127.0.0.1:${taken.address().port}`;
  for (const args of [['--listen', address, '--admin-listen', '127.0.0.1:0'], ['--listen', '127.0.0.1:0', '--admin-listen', address]]) {
    const { status, stderr } = refused(at, args);
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`port_in_use: ${address.replaceAll('.', '\\.')}: .*--listen`));
    assert.ok(!existsSync(join(at.path, 'run/endpoints.json')));
  }
  taken.close();
  const server = await new Serve(at).ready();
  assert.equal(await server.stop(), 0);
});

test('addresses that would expose the dashboard or are none are refused before anything starts', (t) => {
  const at = house(t);
  for (const [args, reason] of [[['--admin-listen', '0.0.0.0:0'], /admin_exposed/], [['--listen', 'localhost'], /config_bad_address/]]) {
    const { status, stderr } = refused(at, args);
    assert.equal(status, 1);
    assert.match(stderr, reason);
  }
});

test('a data folder serves one process; the second is told which', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  const { status, stderr } = refused(at);
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`data_in_use: .* process ${server.process.pid}`));
  assert.equal((await server.ask('public', 'GET', '/healthz')).status, 200, 'the first goes on');
  assert.equal(await server.stop(), 0);
});

test('a stop finishes what was begun, removes endpoints.json and ends with 0', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  assert.equal((await server.send(view())).status, 204);
  assert.equal(await server.stop(), 0);
  assert.ok(!existsSync(join(at.path, 'run/endpoints.json')));
  assert.equal(stored(at).length, 1);
});

test('a report is the same through the running server and through an engine of its own', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  await server.send(view('/a'), view('/b'));
  await server.flush();
  const report = () => succeed('report', 'channels', '--site', at.site_key, '--from', day(-1), '--to', day(1),
    '--format', 'csv', '--config', at.file);
  const through = report();
  assert.match(through, /Direct,1,/);
  assert.equal(await server.stop(), 0);
  assert.equal(report(), through);
});

test('a site that is added while the server runs is served and heard within moments', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  const [key] = succeed('site', 'add', '--domain', 'other.example', '--config', at.file).split('\n');
  await until('the new tracker', async () => (await server.ask('public', 'GET', `/t/${key}.js`)).status === 200);
  await until('the new site', async () => (await server.ask('public', 'POST', '/v1/events',
    JSON.stringify({ site: key, events: [{ ...view(), url: 'https://other.example/' }] }),
    { 'content-type': 'application/json', origin: 'https://other.example' })).status === 204);
});

test('options that are changed while the server runs reach pages within moments, by command and over the API', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  const file = async () => (await server.ask('public', 'GET', `/t/${at.site_key}.js`)).text;
  const before = await file();
  const patched = await server.admin('PATCH', `/api/v1/sites/${at.site_key}/tracker`, '{"routes":"hash"}');
  assert.equal(patched.status, 200, patched.text);
  assert.equal(JSON.parse(patched.text).routes, 'hash');
  await until('the file with the option', async () => (await file()).includes('"routes":"hash"'));
  const bad = await server.admin('PATCH', `/api/v1/sites/${at.site_key}/tracker`, '{"routes":"on"}');
  assert.equal(bad.status, 400);
  assert.match(JSON.parse(bad.text).detail, /^bad_value: tracker\.routes: write/);
  succeed('site', 'set', at.site_key, '--enabled', 'false', '--config', at.file);
  await until('the stub', async () => !(await file()).includes('run('));
  const [site] = JSON.parse((await server.admin('GET', '/api/v1/sites')).text).sites;
  assert.equal(site.tracker.enabled, false);
  assert.equal(site.tracker.routes, 'hash');

  // What was pinned before both changes is still there, for ever the same.
  const [name] = readdirSync(join(at.path, 'published/t')).filter((entry) => entry.endsWith('.js') &&
    readFileSync(join(at.path, 'published/t', entry), 'utf8') === before);
  const pinned = await server.ask('public', 'GET', `/t/${name}`);
  assert.equal(pinned.text, before);
  assert.match(pinned.headers['cache-control'], /immutable/);
});

test('the live view and the installation check see what the collecting side of the same process sees', async (t) => {
  const page = { body: '<p>nothing yet</p>', headers: {} };
  const website = http.createServer((request, response) => response.writeHead(200, page.headers).end(page.body)).listen(0, '127.0.0.1');
  await once(website, 'listening');
  t.after(() => website.close());
  const url = `http://localhost:${website.address().port}/`;
  const at = house(t, { domain: 'localhost', settings: 'public_url = "http://127.0.0.1:1"\n' });
  const server = await new Serve(at).ready();
  const check = (...args) => etappeAsync(['site', 'check', at.site_key, url, '--config', at.file, ...args]);
  const live = async (query = '') => JSON.parse((await server.admin('GET', `/api/v1/sites/${at.site_key}/live${query}`)).text);

  assert.match((await check()).stdout, /^snippet_missing: localhost\n/);
  page.body = `<script async src="http://127.0.0.1:1/t/${at.site_key}.js"></script>`;
  const waiting = await check('--json');
  assert.equal(waiting.status, 1);
  assert.equal(JSON.parse(waiting.stdout).verdict.cause, 'script_not_fetched');
  page.headers = { 'content-security-policy': "script-src 'self'" };
  assert.match((await check()).stdout, /^csp_blocks_script\n/);
  page.headers = {};

  assert.equal((await server.ask('public', 'GET', `/t/${at.site_key}.js`, '', { referer: url })).status, 200);
  const fetched = await check();
  assert.deepEqual([fetched.status, fetched.stdout.split('\n')[0]], [0, 'no_consent_yet']);

  const { now } = await live();
  const token = '0123456789abcdef';
  const report = await server.ask('public', 'GET', `/t/${at.site_key}.js?check=${token}&engine=wasm&consent=0&csp=&events=0`, '', { referer: url });
  assert.deepEqual([report.status, report.text], [200, '']);
  assert.equal((await live(`?check=${token}`)).verdict.cause, 'no_consent_yet');

  const refused = await server.ask('public', 'POST', '/v1/events', JSON.stringify({ site: at.site_key, events: [view()] }),
    { 'content-type': 'application/json', origin: 'https://elsewhere.example' });
  assert.equal(refused.status, 403);
  const sent = await server.ask('public', 'POST', '/v1/events',
    JSON.stringify({ site: at.site_key, events: [{ ...view(), url: `${url}?order=17` }] }),
    { 'content-type': 'application/json', origin: url.slice(0, -1) });
  assert.equal(sent.status, 204);
  await until('the event on the board', async () => (await live(`?since=${now}`)).events.length === 1);
  const seen = await live(`?since=${now}`);
  assert.deepEqual([seen.events[0].host, seen.events[0].path], ['localhost', '/']);
  assert.deepEqual(seen.refusals.map(({ reason, host }) => [reason, host]), [['origin_refused', 'elsewhere.example']]);
  assert.equal(seen.minutes.at(-1) + seen.minutes.at(-2), 1);
  const works = await check();
  assert.deepEqual([works.status, works.stdout.split('\n')[0]], [0, 'receiving']);
  assert.equal(succeed('token', 'list', '--config', at.file).includes('command line'), false, 'the token of a check does not stay');
  assert.equal(await server.stop(), 0);
  const alone = await check();
  assert.equal(alone.status, 1);
  assert.match(alone.stderr, /serve_not_running/);
});

test('without its library the engine stays away; collecting goes on, and the reason is said and counted', async (t) => {
  const at = house(t);
  writeFileSync(at.file, `${readFileSync(at.file, 'utf8').replace('# library = ""', 'library = "none/libchdb.so"')}`);
  const server = await new Serve(at).ready();
  await until('the count', async () => await server.metric('etappe_engine_ends_total{reason="library_missing"}') >= 1);
  assert.match(server.said, /library_missing/);
  assert.equal((await server.send(view())).status, 204);
  assert.equal((await server.ask('public', 'GET', '/readyz')).status, 200);
  const report = await server.admin('GET', `/api/v1/sites/${at.site_key}/reports/overview?from=${day()}&to=${day()}`);
  assert.equal(report.status, 503, report.text);
});

test('a library that is another one is refused by name', async (t) => {
  const at = house(t);
  mkdirSync(join(at.path, 'other'));
  symlinkSync('/usr/lib/x86_64-linux-gnu/libsodium.so.23', join(at.path, 'other/libchdb.so'));
  writeFileSync(at.file, `${readFileSync(at.file, 'utf8').replace('# library = ""', 'library = "other/libchdb.so"')}`);
  const server = await new Serve(at).ready();
  await until('the count', async () => await server.metric('etappe_engine_ends_total{reason="library_unsuited"}') >= 1);
  assert.match(server.said, /library_unsuited/);
});

test('an engine that dies is started again, and nothing that was accepted meanwhile is lost', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  await server.send(view('/before'));
  await server.flush();
  const children = readFileSync(`/proc/${server.process.pid}/task/${server.process.pid}/children`, 'utf8').trim();
  process.kill(Number(children.split(' ')[0]), 'SIGKILL');
  assert.equal((await server.send(view('/meanwhile'))).status, 204);
  await until('the restart', async () => await server.metric('etappe_engine_starts_total') >= 2);
  assert.equal(await server.metric('etappe_engine_ends_total{reason="signal_9"}'), 1);
  await server.flush();
  assert.equal(await server.stop(), 0);
  assert.deepEqual(stored(at).map((row) => row.path).sort(), ['/before', '/meanwhile']);
});

test('a build that is broken leaves the tracker files that work', async (t) => {
  const at = house(t);
  assert.equal(await (await new Serve(at).ready()).stop(), 0);
  rmSync(join(at.path, 'assets/tracker.js'));
  const server = await new Serve(at).ready();
  assert.match(server.said, /publish_missing_assets/);
  assert.equal((await server.ask('public', 'GET', `/t/${at.site_key}.js`)).status, 200);
});

test('a new folder without assets does not start, and says what to do', (t) => {
  const at = house(t);
  rmSync(join(at.path, 'assets/tracker.js'));
  const { status, stderr } = refused(at);
  assert.equal(status, 1);
  assert.match(stderr, /publish_missing_assets: .*\.\/dev build/);
});
