// The collector under a path of the site, by the documented configuration of nginx and Caddy: a real Chromium on a page of
// the site, the real collector behind it, the stored row; and a stand-in for answers that a sound collector rarely gives.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import {fileURLToPath} from 'node:url';
import {after, before, describe, test} from 'node:test';
import {brotliDecompressSync, gunzipSync} from 'node:zlib';
import {chromium} from 'playwright-core';
import {House, until} from '../house.mjs';
import {kHost, startCaddy, startNginx} from './fronts.mjs';

const etappe = process.env.ETAPPE_BIN ?? fileURLToPath(new URL('../../build/dev/bin/etappe', import.meta.url));
const kAgent = `probe/${randomUUID()}`;  // nothing but a visitor's request has this text
const kStub = 'window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}';
const kStubHash = 'sha256-' + Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(kStub))).toString('base64');

/** A loopback server on a free port. */
async function listen(handler) {
  const server = http.createServer(handler);
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  return {port: server.address().port, close: () => new Promise(done => {
    server.closeAllConnections();
    server.close(done);
  })};
}

/** One request as a visitor of the site makes it. */
function ask(front, method, path, {body, headers = {}} = {}) {
  return new Promise((done, failed) => {
    const request = https.request({host: '127.0.0.1', port: front.port, servername: kHost, rejectUnauthorized: false, agent: false, method, path,
      headers: {Host: `${kHost}:${front.port}`, 'User-Agent': kAgent, ...(body && {'Content-Length': Buffer.byteLength(body)}), ...headers}}, answer => {
      const chunks = [];
      answer.on('data', chunk => chunks.push(chunk));
      answer.on('error', failed);
      answer.on('end', () => done({status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks)}));
    });
    request.on('error', failed);
    request.end(body);
  });
}

/** A JSON batch of about that many bytes. */
function batch(site, bytes) {
  const events = [];
  for (let length = 0; length < bytes; length += 1000) {
    events.push({id: randomUUID(), t: 'event', ts: new Date().toISOString(), name: 'filler', props: {text: 'x'.repeat(850)}});
  }
  return JSON.stringify({site, events});
}

const kLarge = Buffer.alloc(16 << 20, 'a');
const kType = {'Content-Type': 'text/plain'};

let house;
let shop;
let browser;
before(async () => {
  house = new House(etappe, 'example.com');
  await house.start();
  shop = await listen((request, response) => {
    response.writeHead(200, {'Content-Type': 'text/html', 'Content-Security-Policy':
      `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' '${kStubHash}'; connect-src 'self'`});
    response.end(`<!doctype html><title>Antriebe</title><script>${kStub}</script>
      <script async src="/etappe/t/${house.account.site_key}.js"></script>`);
  });
  browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', `--host-resolver-rules=MAP ${kHost} 127.0.0.1`]});
});
after(async () => {
  await browser?.close();
  await shop?.close();
  const ended = await house?.stop();
  house?.remove();
  assert.equal(ended, 0, `serve drains and ends well:\n${house?.said}`);
});

for (const [name, start] of [['nginx', startNginx], ['Caddy', startCaddy]]) {
  describe(`behind ${name}`, () => {
    let front;
    let collector;
    before(async () => {
      collector = new URL(`http://${house.endpoints.public.replace(/^http:\/\//, '')}`);
      front = await start({collector: collector.port, site: shop.port});
    });
    after(() => front?.stop());

    test('a page whose policy allows only itself is tracked, over HTTP/2, and its view is stored', async () => {
      const context = await browser.newContext({ignoreHTTPSErrors: true, userAgent: kAgent});
      try {
        const page = await context.newPage();
        const faults = [];
        page.on('pageerror', error => faults.push(error.message));
        page.on('console', message => message.type() === 'error' && faults.push(message.text()));
        const requests = [];
        context.on('request', request => requests.push(request.url()));
        const path = `/angebot-${name}`;
        const sent = page.waitForResponse(answer => answer.url().startsWith(`${front.url}/etappe/v1/events`));
        await page.goto(front.url + path);
        await page.evaluate(() => window.etappe('consent', {analytics: true}));
        assert.equal((await sent).status(), 204);
        assert.deepEqual(faults, [], 'a clean console');
        assert.deepEqual(requests.filter(url => !url.startsWith(front.url + '/')), [], 'everything goes to the site');
        assert.deepEqual(await page.evaluate(() => performance.getEntriesByType('resource').map(({nextHopProtocol}) => nextHopProtocol)
          .filter(protocol => protocol !== 'h2')), []);
        await house.flush();
        const rows = await house.query(`SELECT type, url, title FROM events WHERE path = '${path}' ORDER BY type`);
        assert.ok(rows.some(([type, url, title]) => type === 'view' && url === front.url + path && title === 'Antriebe'), JSON.stringify(rows));

        const direct = await page.evaluate(async address => {
          const blocked = new Promise(done => document.addEventListener('securitypolicyviolation', event => done(event.effectiveDirective)));
          const answer = await fetch(address).then(() => 'answered', () => 'refused');
          return [answer, await blocked];
        }, new URL('/healthz', collector).href);
        assert.deepEqual(direct, ['refused', 'connect-src'], "the collector's own address is not the page's to reach");
      } finally {
        await context.close();
      }
    });

    test('the script is what the collector serves: encodings, entity tags, lifetimes', async () => {
      const file = `/t/${house.account.site_key}.js`;
      const plain = await house.public('GET', file);
      const unpack = {br: brotliDecompressSync, gzip: gunzipSync, identity: bytes => bytes};
      for (const coding of ['br', 'gzip', 'identity']) {
        const headers = {'Accept-Encoding': coding};
        const own = await house.public('GET', file, undefined, headers);
        const answer = await ask(front, 'GET', '/etappe' + file, {headers});
        assert.equal(answer.status, 200);
        assert.equal(answer.headers['content-encoding'] ?? 'identity', coding);
        assert.equal(unpack[coding](answer.body).toString(), plain.body);
        for (const header of ['etag', 'cache-control', 'content-type', 'content-length', 'vary', 'x-content-type-options', 'access-control-allow-origin']) {
          assert.equal(answer.headers[header], own.headers[header], `${header} of ${coding}`);
        }
        const again = await ask(front, 'GET', '/etappe' + file, {headers: {...headers, 'If-None-Match': own.headers.etag}});
        assert.deepEqual([again.status, again.headers.etag, again.body.length], [304, own.headers.etag, 0]);
      }
      const bare = await ask(front, 'GET', '/etappe' + file);
      assert.equal(bare.headers['content-encoding'], undefined, 'who asks for no encoding gets none');
      assert.equal(bare.headers.etag, plain.headers.etag);
      const [, engine] = /"(\/a\/engine\.[0-9a-f]+\.js)"/.exec(plain.body);
      const headers = {'Accept-Encoding': 'gzip'};
      const [own, fallback] = [await house.public('GET', engine, undefined, headers), await ask(front, 'GET', '/etappe' + engine, {headers})];
      assert.equal(fallback.status, 200);
      for (const header of ['etag', 'content-encoding', 'content-length']) assert.equal(fallback.headers[header], own.headers[header], header);
      assert.equal(fallback.headers['cache-control'], 'public, max-age=31536000, immutable');
    });

    test('a batch of the greatest size arrives without touching a disk; a greater one is refused in the collector\'s words', async () => {
      const site = house.account.site_key;
      const events = (bytes, headers) => ask(front, 'POST', '/etappe/v1/events?detail=1', {body: batch(site, bytes), headers: {...kType, ...headers}});
      const fits = await events(60_000, {Origin: front.url});
      assert.equal(fits.status, 200, fits.body.toString());
      assert.equal(JSON.parse(fits.body).accepted, 60);
      assert.equal(fits.headers['access-control-allow-origin'], front.url);
      const large = await events(80_000);
      assert.deepEqual([large.status, large.headers['content-type'], JSON.parse(large.body).reason], [413, 'application/problem+json', 'body_too_large']);
      assert.equal((await events(300_000)).status, 413, 'beyond what nginx takes in');
      const foreign = await events(1000, {Origin: 'https://www.elsewhere.example'});
      assert.deepEqual([foreign.status, JSON.parse(foreign.body).reason], [403, 'origin_refused']);
    });

    test('cookies of the site above the collector\'s limit for a head do not lose an event', async () => {
      const answer = await ask(front, 'POST', '/etappe/v1/events', {body: batch(house.account.site_key, 1000),
        headers: {...kType, Cookie: `basket=${'b'.repeat(7000)}; session=1`, 'X-Long': 'l'.repeat(1500)}});
      assert.equal(answer.status, 204);
    });

    test('nothing of these requests is written down, of the site\'s own they are', async () => {
      await ask(front, 'GET', '/impressum', {headers: {'User-Agent': 'seen-by-the-log'}});
      await until('the line of the page', () => front.logs().includes('seen-by-the-log'));
      const lines = front.logs().split('\n').filter(line => line.includes('/etappe/') || line.includes('etappe%2F'));
      assert.deepEqual(lines, []);
      const beside = front.logs().split('\n').filter(line => line.includes(kAgent) && !line.includes('/angebot-'));
      assert.deepEqual(beside, [], 'the agent of those requests is in no line but those of the pages');
    });
  });

  describe(`behind ${name}, a collector that says what it hears`, () => {
    const heard = [];
    let collector;
    let front;
    before(async () => {
      collector = await listen((request, response) => {
        request.resume().on('end', () => {
          heard.push({method: request.method, url: request.url, headers: request.headers});
          if (request.url === '/a/large.js') return response.end(kLarge);
          const busy = request.url.endsWith('busy');
          response.writeHead(busy ? 503 : 204, busy ? {'Retry-After': '7', 'Content-Type': 'application/problem+json'} :
            {'Set-Cookie': 'etappe_id_KEY=0123456789; Path=/etappe/v1; Max-Age=34128000; HttpOnly; SameSite=Lax; Secure'});
          return response.end(busy ? '{"reason":"busy"}' : undefined);
        });
      });
      front = await start({collector: collector.port, site: shop.port});
    });
    after(async () => {
      await front?.stop();
      await collector?.close();
    });

    for (const [what, sent, passed] of [
      ['alone', 'etappe_id_KEY=abc', 'etappe_id_KEY=abc'],
      ['first', 'etappe_id_KEY=abc; session=1', 'etappe_id_KEY=abc'],
      ['last', 'session=1; etappe_id_KEY=abc', 'etappe_id_KEY=abc'],
      ['in between', 'a=1; etappe_id_KEY=abc; b=2', 'etappe_id_KEY=abc'],
      ['not there', 'session=1; etappe_KEY=visible', ''],
      ['only in the end of a name', 'my_etappe_id_KEY=1', ''],
      ['only in a value', 'x=etappe_id_KEY=1', ''],
    ]) {
      test(`of the visitor's cookies only the collector's passes: ${what}`, async () => {
        const answer = await ask(front, 'POST', '/etappe/v1/events?path=/etappe', {body: 'x', headers: {...kType, Cookie: sent}});
        assert.match(answer.headers['set-cookie'][0], /^etappe_id_KEY=0123456789; Path=\/etappe\/v1; .*Secure$/);
        const {url, headers} = heard.at(-1);
        assert.equal(url, '/v1/events?path=/etappe');
        assert.equal(headers.cookie ?? '', passed);
        assert.equal(headers.host.replace(/:\d+$/, ''), kHost, "the site's host");
        assert.equal(headers['user-agent'], kAgent);
        for (const header of Object.keys(headers)) assert.ok(!/^(x-forwarded-for|x-real-ip|forwarded)$/.test(header), `${header} names the visitor`);
      });
    }

    test('503 passes with its Retry-After', async () => {
      const answer = await ask(front, 'POST', '/etappe/v1/events?busy', {body: 'x', headers: kType});
      assert.deepEqual([answer.status, answer.headers['retry-after'], answer.body.toString()], [503, '7', '{"reason":"busy"}']);
    });

    test('an answer larger than the front keeps in memory arrives whole, past the disk', async () => {
      const answer = await ask(front, 'GET', '/etappe/a/large.js');
      assert.deepEqual([answer.status, answer.body.length], [200, kLarge.length]);
    });

    test('without a collector the page still works, and the log does not say who asked', async () => {
      await collector.close();
      const answer = await ask(front, 'POST', '/etappe/v1/events', {body: 'x', headers: kType});
      assert.equal(answer.status, 502);
      assert.equal((await ask(front, 'GET', '/startseite', {headers: {'User-Agent': 'seen-by-the-log'}})).status, 200);
      await until('the line of the page', () => front.logs().includes('seen-by-the-log'));
      assert.deepEqual(front.logs().split('\n').filter(line => line.includes(kAgent) || line.includes('/etappe/v1')), []);
    });
  });
}
