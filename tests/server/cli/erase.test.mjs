// A visitor takes consent back, or asks what is stored: through the collector, commands and the engine that serve runs.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { etappe, etappeAsync, house, succeed } from './etappe.mjs';
import { Serve, stored, view } from './serve.mjs';
import { until } from '../../house.mjs';

const anna = 'a9Kq3Zt7-anna-Lw5Xc2Vb';
const ben = 'b4Hs8Yp1-ben-Rm6Dj0Qe';
const page = { 'content-type': 'text/plain', origin: 'https://shop.example', host: 'track.shop.example' };
const of = (visitor, path = '/') => ({ ...view(path), visitor, session: `session of ${visitor}` });
const forget = (server, visitor, headers = {}) =>
  server.ask('public', 'POST', `/v1/forget?site=${server.at.site_key}`, visitor, { ...page, ...headers });
const send = (server, events) => server.ask('public', 'POST', '/v1/events?detail=1',
  JSON.stringify({ site: server.at.site_key, events }), page);
const journal = (at) => readFileSync(join(at.path, 'erasure/journal.ndjson'), 'utf8');
const orders = (at) => journal(at).trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const order = (at, receipt) => orders(at).findLast((one) => one.receipt === receipt);
const erased = (at, receipt) => until('the erasure', () => ['erased', 'gone'].includes(order(at, receipt).state) && order(at, receipt));

test('who withdraws is erased, also when the server is killed right after its promise', async (t) => {
  const at = house(t);
  const first = await new Serve(at).ready();
  assert.equal((await send(first, [of(anna, '/1'), of(ben, '/1'), of(anna, '/2')])).status, 200);
  await first.flush();
  const answer = await forget(first, anna);
  first.process.kill('SIGKILL');
  assert.equal(answer.status, 200, answer.text);
  const { receipt } = JSON.parse(answer.text);
  assert.match(receipt, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  assert.equal(answer.headers['access-control-allow-origin'], 'https://shop.example');
  await first.ended;
  assert.equal(order(at, receipt).state, 'open');
  assert.equal(stored(at).filter((row) => row.visitor === anna).length, 2, 'it was killed before it was carried out');

  rmSync(join(at.path, 'run/endpoints.json'));
  const second = await new Serve(at).ready();
  const late = await send(second, [of(anna, '/late'), of(ben, '/2')]);
  assert.deepEqual(JSON.parse(late.text), { accepted: 1, duplicate: 0, rejected: [{ index: 0, reason: 'withdrawn' }] });
  const alone = await send(second, [of(anna, '/later')]);
  assert.equal(alone.status, 400);
  assert.equal(JSON.parse(alone.text).rejected[0].reason, 'withdrawn');
  assert.equal(await second.metric(`etappe_events_rejected_total{reason="withdrawn",site="${at.site_key}"}`), 2);
  assert.equal(JSON.parse((await forget(second, anna)).text).receipt, receipt, 'the same visitor, the same receipt');

  const done = await erased(at, receipt);
  assert.equal(done.figures.events, 2);
  assert.ok(!journal(at).includes(anna), 'the journal forgets the id');
  assert.equal(await second.metric('etappe_erased_rows_total{place="events"}'), 2);
  assert.equal((await send(second, [of(anna, '/latest')])).status, 400, 'what is late stays refused');
  await second.flush();
  assert.equal(await second.stop(), 0);
  assert.deepEqual(stored(at).map((row) => [row.visitor, row.path]).sort(), [[ben, '/1'], [ben, '/2']]);
});

test('both ids of a visitor are erased: the one the page knows and the one in the cookie', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  await send(server, [of(anna), of('kept-by-cookie'), of(ben)]);
  const answer = await forget(server, anna, { cookie: `etappe_id_${at.site_key}=kept-by-cookie` });
  assert.match(answer.headers['set-cookie'][0], /Max-Age=0/);
  const done = await erased(at, JSON.parse(answer.text).receipt);
  assert.equal(done.figures.events, 2, 'what had not been stored yet was stored first');
  await server.stop();
  assert.deepEqual(stored(at).map((row) => row.visitor), [ben]);
});

test('a reset ends the cookie and erases nothing', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  await send(server, [of(anna)]);
  const answer = await forget(server, '', { cookie: `etappe_id_${at.site_key}=${anna}` });
  assert.equal(answer.status, 204);
  assert.equal(orders(at).length, 0);
  assert.equal((await send(server, [of(anna)])).status, 200);
});

test('an order waits for an engine that is away', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  await send(server, [of(anna)]);
  await server.flush();
  const engine = Number(readFileSync(`/proc/${server.process.pid}/task/${server.process.pid}/children`, 'utf8').trim());
  process.kill(engine, 'SIGSTOP');
  const { receipt } = JSON.parse((await forget(server, anna)).text);
  await until('a failed attempt', async () => /open|counted/.test(order(at, receipt).state)
    && (await server.metric('etappe_erasures_open')) === 1);
  process.kill(engine, 'SIGKILL');
  await erased(at, receipt);
  await server.stop();
  assert.deepEqual(stored(at), []);
});

const subject = async (at, ...args) => {
  const { status, stdout, stderr } = await etappeAsync(['subject', '--site', at.site_key, '--config', at.file, ...args]);
  assert.equal(status, 0, stderr);
  return stdout;
};
const erase = async (at, ...args) => {
  const { status, stdout, stderr } = await etappeAsync(['erase', '--config', at.file, ...args]);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
};
const identify = (visitor, person) => ({ ...of(visitor), t: 'identify', person, url: undefined });
const place = (receipt, name) => receipt.places.find((one) => one.place === name);

test('everything about one person is shown and erased, through the server and without one', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  const named = ['--site', at.site_key, '--person', 'Anna@shop.example'];
  await send(server, [of(anna, '/a'), identify(anna, 'anna@shop.example'), of(ben, '/b')]);
  for (const through of ['serve', 'its own engine']) {
    if (through !== 'serve') {
      await send(server, [of('a-second-visitor', '/waits'), identify('a-second-visitor', 'anna@shop.example')]);
      assert.equal(await server.stop(), 0);
    }
    const who = through === 'serve' ? anna : 'a-second-visitor';
    const found = JSON.parse(await subject(at, ...named.slice(2)));
    assert.deepEqual([found.kind, found.visitors, found.shared_visitors], ['person', [who], []], through);
    assert.deepEqual(found.places.events.rows.map((row) => row.visitor), [who, who], through);
    assert.match(found.places.events.rows[0].ts, /^\d{4}-\d\d-\d\dT/);
    assert.equal(found.places.events.complete, true);
    const lines = (await subject(at, '--visitor', who, '--format', 'ndjson')).trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(lines.filter((line) => line.place === 'events').map((line) => line.row.visitor), [who, who]);

    const receipt = await erase(at, ...named);
    assert.deepEqual([receipt.state, receipt.reason, receipt.visitors], ['erased', 'erase_command', 1], through);
    assert.equal(place(receipt, 'events').erased, 2);
    assert.deepEqual(place(receipt, 'spool_cut').files, 0);
    const again = await erase(at, '--receipt', receipt.receipt);
    assert.deepEqual([again.receipt, place(again, 'events').erased], [receipt.receipt, 2]);
    const nothing = JSON.parse(await subject(at, ...named.slice(2)));
    assert.deepEqual(nothing.places.events.rows, [], through);
    assert.deepEqual(nothing.places.erasures.receipts.at(-1).receipt, receipt.receipt, 'who asks again is told of it');
  }
  assert.deepEqual(stored(at).map((row) => row.visitor), [ben]);
  const list = succeed('erase', '--list', '--config', at.file).trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(list.length, 2);
  assert.ok(!journal(at).includes('anna'));
});

test('the dashboard\'s way: looked up and erased with a purpose, and the audit log holds who, why and no id', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  await send(server, [of(anna), of(ben)]);
  const path = `/api/v1/sites/${at.site_key}`;
  const wish = JSON.stringify({ visitor: anna, purpose: 'request by letter' });
  const found = await server.admin('POST', `${path}/subject`, wish);
  assert.equal(found.status, 200, found.text);
  assert.equal(JSON.parse(found.text).places.events.rows.length, 1, 'what was on its way is stored first');
  const ordered = await server.admin('POST', `${path}/erasures`, wish);
  assert.equal(ordered.status, 202, ordered.text);
  const { receipt } = JSON.parse(ordered.text);
  await erased(at, receipt);
  const [first] = JSON.parse((await server.admin('GET', `${path}/erasures`)).text).erasures;
  assert.deepEqual([first.receipt, first.state, place(first, 'events').erased], [receipt, 'erased', 1]);
  await server.stop();
  const log = ['etappe.db', 'etappe.db-wal'].map((name) => join(at.path, name)).filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'latin1')).join('');
  for (const action of ['subject.look_up', 'subject.erase']) assert.ok(log.includes(action), action);
  assert.ok(log.includes('request by letter') && !log.includes(anna));
});

test('a command about a person says what is wrong with it', (t) => {
  const at = house(t);
  for (const [words, status, expected] of [
    [['subject', '--site', at.site_key], 2, /bad_subject/],
    [['subject', '--visitor', 'v'], 2, /--site/],
    [['subject', '--site', at.site_key, '--visitor', 'v', '--person', 'p'], 2, /excludes/],
    [['subject', '--site', at.site_key, '--person', '   '], 2, /bad_subject/],
    [['subject', '--site', at.site_key, '--visitor', 'v'.repeat(65)], 2, /bad_subject/],
    [['subject', '--site', 'none', '--visitor', 'v'], 1, /not_found/],
    [['erase'], 2, /usage/],
    [['erase', '--list', '--receipt', 'x'], 2, /usage/],
    [['erase', '--visitor', 'v'], 2, /bad_subject/],
    [['erase', '--receipt', 'x'], 1, /unknown_receipt/]]) {
    const answer = etappe([...words, '--config', at.file]);
    assert.equal(answer.status, status, `${words.join(' ')}: ${answer.stderr}`);
    assert.match(answer.stderr, expected, words.join(' '));
    assert.equal(answer.stdout, '', words.join(' '));
  }
});

test('who was erased is erased again after a backup has brought the rows back', async (t) => {
  const at = house(t);
  const server = await new Serve(at).ready();
  await send(server, [of(anna), of(ben)]);
  await server.flush();
  assert.equal(await server.stop(), 0);
  cpSync(join(at.path, 'store'), join(at.path, 'backup'), { recursive: true });
  await erase(at, '--site', at.site_key, '--visitor', anna);
  assert.deepEqual(stored(at).map((row) => row.visitor), [ben]);
  assert.equal(succeed('erase', '--apply-tombstones', '--config', at.file), '', 'there is nothing to do yet');

  rmSync(join(at.path, 'store'), { recursive: true });
  renameSync(join(at.path, 'backup'), join(at.path, 'store'));
  assert.equal(stored(at).length, 2, 'the rows are back');
  const receipt = await erase(at, '--apply-tombstones');
  assert.deepEqual([receipt.reason, receipt.state, place(receipt, 'events').erased], ['restore', 'erased', 1]);
  assert.deepEqual(stored(at).map((row) => row.visitor), [ben]);
  assert.equal(succeed('erase', '--apply-tombstones', '--config', at.file), '');
});
