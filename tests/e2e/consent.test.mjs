// Policies, grants and withdrawals from a real Chromium through the real collector to rows, reports and files: a proxy in
// front names the visitor's address and region, as an installation's own would. Every test has a site of its own.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {after, before, test} from 'node:test';
import {chromium} from 'playwright-core';
import {House, until} from '../house.mjs';

const etappe = process.env.ETAPPE_BIN ?? fileURLToPath(new URL('../../build/dev/bin/etappe', import.meta.url));
const kAddress = '198.51.100.77';
const kChrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';
let house, browser, collector;

const say = (...words) => execFileSync(etappe, [...words, '--data', house.folder], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});

before(async () => {
  house = new House(etappe, '127.0.0.1');
  const file = join(house.folder, 'etappe.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('# region_header = ""', 'region_header = "CF-IPCountry"'));
  await house.start();
  collector = new URL(`http://${house.endpoints.public.replace(/^http:\/\//, '')}`);
  await house.firstRow();
  browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']});
});
after(async () => {
  await browser?.close();
  const ended = await house.stop();
  house.remove();
  assert.equal(ended, 0, `serve drains and ends well:\n${house.said}`);
});

/** Whether a text stands anywhere in the data folder, as it is. */
function holds(text, folder = house.folder) {
  return readdirSync(folder, {withFileTypes: true}).some(entry => {
    const path = join(folder, entry.name);
    try {
      return entry.isDirectory() ? holds(text, path) : entry.isFile() && readFileSync(path).includes(text);
    } catch (error) {
      if (error.code === 'ENOENT') return false;  // the store merges its parts
      throw error;
    }
  });
}

/** A site with that policy, its pages behind a proxy, and `body({site, newVisitor})`. */
function site(name, privacy, body) {
  test(name, async () => {
    const added = JSON.parse(say('site', 'add', '--name', name.slice(0, 40), '--domain', '127.0.0.1', '--json'));
    const key = added.site_key ?? added.key;
    const options = Object.entries(privacy).flatMap(([option, value]) => ['--privacy-option', `${option}=${JSON.stringify(value)}`]);
    if (options.length) say('site', 'set', key, ...options);
    const {id} = JSON.parse(say('site', 'show', key, '--json'));
    const requests = [];
    let address = kAddress;
    let region = '';
    const pages = http.createServer((request, response) => {
      if (!request.url.startsWith('/in/')) {
        response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8'});
        return response.end(`<!doctype html><html lang="de"><title>Getriebe</title><link rel="icon" href="data:,"><script>window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}</script>
          <script async src="/in/t/${key}.js"></script><body><h1>${request.url}</h1><div data-etappe-my-data></div>`);
      }
      requests.push(`${request.method} ${request.url.slice(3)}`);
      const headers = {...request.headers, 'x-forwarded-for': address, ...(region && {'cf-ipcountry': region})};
      const onward = http.request({host: collector.hostname, port: collector.port, path: request.url.slice(3), method: request.method, headers},
        reply => reply.pipe(response.writeHead(reply.statusCode, reply.headers)));
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
    await new Promise(done => pages.listen(0, '127.0.0.1', done));
    // A new site is served within a second.
    await until('the new site', async () => (await house.public('GET', `/t/${key}.js`, '', {'user-agent': 'bot'})).status === 200);
    await new Promise(done => setTimeout(done, 1200));
    const contexts = [];
    const own = {
      key, id, requests, url: `http://127.0.0.1:${pages.address().port}`,
      from(newAddress, newRegion) { address = newAddress; region = newRegion; },
      rows: async (columns = 'type, link, visitor, session, name') => {
        await house.flush();
        return house.query(`SELECT ${columns} FROM events FINAL WHERE site = '${id}' ORDER BY ts, id`);
      },
      report: async name => {
        await house.flush();
        const day = new Date(Date.now()).toISOString().slice(0, 10);
        const before = new Date(Date.now() - 864e5).toISOString().slice(0, 10);
        const after_ = new Date(Date.now() + 864e5).toISOString().slice(0, 10);
        const {status, body: text} = await house.admin('GET', `/api/v1/sites/${key}/reports/${name}?from=${before}&to=${after_}&compare=none`);
        assert.equal(status, 200, `${day}: ${text}`);
        return JSON.parse(text);
      },
      async visitor(options = {}) {
        const context = await browser.newContext({userAgent: kChrome, ...options});
        contexts.push(context);
        const page = await context.newPage();
        page.enter = async path => {
          await page.goto(own.url + path);
          await page.waitForFunction(() => window.etappe && window.etappe.loaded !== undefined);
        };
        page.choose = choice => page.evaluate(value => window.etappe('consent', value), choice);
        return page;
      },
    };
    try {
      await body(own);
    } finally {
      for (const context of contexts) await context.close();
      pages.closeAllConnections();
      await new Promise(done => pages.close(done));
    }
  });
}

const posted = own => own.requests.filter(request => request.startsWith('POST /v1/events')).length;
const sent = (own, count) => until(`${count} batches`, () => posted(own) >= count);

site('cookieless: a visitor of the day, no address in any file, and a grant makes page and visit the visitor\'s', {policy: 'cookieless'}, async own => {
  const page = await own.visitor();
  await page.enter('/?utm_source=newsletter&utm_medium=email');
  await sent(own, 1);
  await page.evaluate(() => window.etappe('event', 'early'));
  await sent(own, 2);
  let rows = await own.rows();
  assert.deepEqual(rows.map(([type, link, , session]) => [type, link, session]), [['view', 'daily', ''], ['event', 'daily', '']]);
  assert.match(rows[0][2], /^\S{20,}$/);
  assert.equal(rows[0][2], rows[1][2]);
  assert.deepEqual(await page.context().cookies(), []);
  assert.equal(holds(kAddress), false, 'the address is in no file');
  assert.equal((await own.report('overview')).totals.visitors, 1);

  await page.choose({analytics: true, marketing: false});
  await page.evaluate(() => window.etappe('conversion', 'order', {value: 10, currency: 'EUR'}));
  await until('the conversion', async () => (await own.rows()).some(([type]) => type === 'conversion'));
  rows = await own.rows();
  assert.deepEqual(rows.filter(([, link]) => link === 'linked').map(([type]) => type).sort(), ['consent', 'conversion']);
  const {totals, consent} = await own.report('overview');
  assert.deepEqual([totals.visitors, totals.sessions, totals.conversions], [1, 1, 1]);
  assert.equal(consent.policy, 'cookieless');
  const channels = await own.report('channels');
  assert.deepEqual(channels.rows.map(([channel, sessions, conversions]) => [channel, sessions, conversions]), [['Email', 1, 1]]);
  assert.equal(holds(kAddress), false);
  assert.equal(house.said.includes(kAddress), false, 'nor in the log');
});

site('cookieless: two visitors behind one address and browser are one visitor of the day, another address is another', {policy: 'cookieless'}, async own => {
  for (const [address, count] of [[kAddress, 1], [kAddress, 1], ['198.51.100.78', 2]]) {
    own.from(address, '');
    const page = await own.visitor();
    const before = posted(own);
    await page.enter('/');
    await sent(own, before + 1);
    assert.equal(new Set((await own.rows()).map(([, , visitor]) => visitor)).size, count);
  }
});

site('queue: nothing leaves the page before the grant, then everything in order and with ids', {policy: 'queue'}, async own => {
  const page = await own.visitor();
  await page.enter('/');
  await page.evaluate(() => window.etappe('event', 'first'));
  await page.evaluate(() => history.pushState({}, '', '/route'));
  await page.waitForTimeout(200);
  assert.deepEqual(own.requests.filter(request => !request.startsWith('GET /t/')), []);
  await page.choose({analytics: true});
  await until('the decision', async () => (await own.rows()).some(([type]) => type === 'consent'));
  const rows = (await own.rows()).filter(([type]) => type !== 'engagement');
  assert.deepEqual(rows.map(([type, link]) => [type, link]), [['view', 'linked'], ['event', 'linked'], ['view', 'linked'], ['consent', 'linked']]);
  assert.equal(new Set(rows.map(([, , visitor]) => visitor)).size, 1);
});

site('queue: a denial empties it for good', {policy: 'queue'}, async own => {
  const page = await own.visitor();
  await page.enter('/');
  await page.choose({analytics: false, marketing: false});
  await page.evaluate(() => window.etappe('event', 'refuted'));
  await page.enter('/b');
  assert.deepEqual(own.requests.filter(request => !request.startsWith('GET /t/')), []);
  assert.deepEqual(await own.rows(), []);
});

site('withdrawal: the rows go, the receipt says so, late batches are refused; a new grant is another visitor', {}, async own => {
  const page = await own.visitor();
  await page.enter('/');
  await page.choose({analytics: true});
  await until('rows', async () => (await own.rows()).length === 2);
  const [[, , visitor]] = await own.rows();
  assert.equal(holds(visitor), true);
  const receipt = page.evaluate(() => new Promise(done => document.addEventListener('etappe:receipt', ({detail}) => done(detail.receipt))));
  await page.choose('withdraw');
  assert.match(await receipt, /^[0-9a-f-]{36}$/);
  assert.deepEqual(await page.context().cookies(), []);
  await until('the erasure', async () => (await own.rows()).length === 0);
  // The order is carried out in the background; until then the command says so and fails.
  const told = await until('the receipt', async () => {
    try {
      return say('erase', '--receipt', await receipt);
    } catch (error) {
      assert.match(error.stderr, /still_open/);
      return null;
    }
  });
  assert.match(told, /events/);
  assert.equal(told.includes(visitor), false, 'a receipt names nobody');
  const late = await house.public('POST', '/v1/events', JSON.stringify({site: own.key, visitor, session: 's', events: [{id: '11111111-2222-4333-8444-555555555555', t: 'event', name: 'late',
    ts: new Date().toISOString(), url: own.url + '/', visitor, consent: {analytics: true}}]}), {'content-type': 'application/json', origin: own.url});
  assert.notEqual(late.status, 204, late.body);
  await page.choose({analytics: true});
  await until('rows', async () => (await own.rows()).length > 0);
  assert.equal((await own.rows()).some(([, , other]) => other === visitor), false);
});

site('regions: the file and the collector follow the region that the proxy names; unknown gets the strictest',
  {policy: 'cookieless', regions: [{in: ['DE', 'US-CA'], policy: 'block'}, {in: ['US'], policy: 'queue'}]}, async own => {
    for (const [region, sends, stored] of [['', false, 0], ['DE', false, 0], ['US-CA', false, 0], ['US', false, 0], ['BR', true, 1]]) {
      own.from(kAddress, region);
      const page = await own.visitor();
      const before = posted(own);
      await page.enter('/');
      if (sends) await sent(own, before + 1);
      else await page.enter('/b');
      assert.equal(posted(own) - before > 0, sends, `sends in ${region || 'an unknown region'}`);
      assert.equal((await own.rows()).length, stored, region);
    }
    assert.deepEqual(await own.rows('link, region, device'), [['daily', 'BR', 'desktop']]);
  });

site('one visitor moves between regions: the file in the cache is judged by the region of the request, and a grant is one everywhere',
  {policy: 'block', regions: [{in: ['BR'], policy: 'cookieless'}]}, async own => {
    own.from(kAddress, 'BR');
    const page = await own.visitor();
    const device = async () => [...await page.context().cookies(), ...await page.evaluate(() => Object.keys(localStorage))];
    const views = async () => (await own.rows('type, path, link, visitor, region')).filter(([type]) => type === 'view').map(([, ...view]) => view);
    const viewed = path => until(path, async () => (await views()).find(([seen]) => seen === path));
    await page.enter('/counted-in-brazil');
    const [, , visitorOfTheDay] = await viewed('/counted-in-brazil');
    assert.match(visitorOfTheDay, /^\S{20,}$/);
    own.from(kAddress, 'DE');
    await page.enter('/with-the-cached-file');
    await viewed('/with-the-cached-file');
    assert.deepEqual(await views(), [['/counted-in-brazil', 'daily', visitorOfTheDay, 'BR'], ['/with-the-cached-file', 'unlinked', '', 'DE']]);
    assert.deepEqual(await device(), []);

    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    await network.send('Network.clearBrowserCache');  // as after five minutes
    await page.enter('/with-the-file-of-germany');
    const before = posted(own);
    await page.enter('/agreed-in-germany');
    assert.equal(posted(own), before, 'nothing is sent under block');
    assert.deepEqual(await device(), []);
    await page.choose({analytics: true});
    const agreed = await viewed('/agreed-in-germany');

    own.from(kAddress, 'BR');
    await network.send('Network.clearBrowserCache');
    await page.enter('/back-in-brazil');
    await page.choose({analytics: true});
    await page.evaluate(() => window.etappe('event', 'known again'));
    await until('a row of the visitor in Brazil', async () => (await own.rows('path, link, visitor, region')).find(([path, link, visitor, region]) =>
      path === '/back-in-brazil' && link === 'linked' && visitor === agreed[2] && region === 'BR'));
    assert.equal((await views()).some(([path]) => path === '/with-the-file-of-germany'), false);
  });

site('the site\'s own people by their addresses: answered, counted as left out, stored nowhere', {own_addresses: ['203.0.113.0/28']}, async own => {
  own.from('203.0.113.9', '');
  const page = await own.visitor();
  await page.enter('/');
  await page.choose({analytics: true});
  await sent(own, 1);
  assert.deepEqual(await own.rows(), []);
  const {body} = await house.admin('GET', '/metrics');
  assert.match(body, new RegExp(`etappe_events_rejected_total\\{reason="own_address",site="${own.key}"\\} [1-9]`));
  own.from('203.0.113.16', '');
  await page.enter('/b');
  await until('a row', async () => (await own.rows()).length > 0);
});

site('proof: a decision is a row with its source, version, region and device; the report counts fetches without rows', {version: '2026-11'}, async own => {
  own.from(kAddress, 'AT');
  const agreed = await own.visitor();
  await agreed.enter('/');
  await agreed.choose({analytics: true, marketing: true});
  await until('rows', async () => (await own.rows()).length === 2);
  for (let i = 0; i < 3; ++i) await (await own.visitor()).enter('/');
  assert.deepEqual((await own.rows('type, name, props[\'version\'], region, device, consent_analytics, consent_marketing')).at(-1),
    ['consent', 'api', '2026-11', 'AT', 'desktop', 'granted', 'granted']);
  const {totals, by_version: versions, by_region: regions} = await own.report('consent');
  assert.deepEqual([totals.grants, totals.marketing_grants, totals.script_loads, totals.recorded_loads, totals.grant_rate_estimate, totals.uncounted_estimate],
    [1, 1, 4, 1, 0.25, 0.75]);
  assert.equal(versions.rows[0][0], '2026-11');
  assert.equal(regions.rows[0][0], 'AT');
  assert.equal((await own.report('channels')).consent.uncounted_estimate, 0.75);
});

site('My data on a real page: withdrawn with one button, and the receipt is shown', {my_data: true}, async own => {
  const page = await own.visitor();
  await page.enter('/datenschutz');
  await page.getByRole('button', {name: 'Statistik erlauben'}).click();
  await until('rows', async () => (await own.rows()).length === 2);
  await page.getByRole('button', {name: 'Widerrufen und Daten löschen'}).click();
  await page.getByText(/Die Löschung ist aufgenommen\. Beleg: [0-9a-f-]{36}/).waitFor();
  await until('the erasure', async () => (await own.rows()).length === 0);
});

site('click ids are ids: none before the grant, and the network still has its visit and its click after it', {policy: 'cookieless'}, async own => {
  const page = await own.visitor();
  const click = '1001_1790000000_0123456789abcdef0123456789abcdef';
  await page.enter(`/lp?awc=${click}&seite=2`);
  await sent(own, 1);
  assert.deepEqual(await own.rows('network, click_id, url'), [['awin', '', `${own.url}/lp?seite=2`]]);
  await page.choose({analytics: true});
  await until('the decision', async () => (await own.rows()).length === 2);
  assert.deepEqual(await own.rows('type, network, click_id'), [['view', 'awin', ''], ['consent', 'awin', click]]);
  const {rows} = await own.report('channels');
  assert.deepEqual(rows.map(([channel, sessions]) => [channel, sessions]), [['Affiliates', 1]]);
});

site('papers: what is in force stands in them, in both languages', {regions: [{in: ['US'], policy: 'cookieless'}], retention_months: 14}, async own => {
  const german = say('doctor', '--privacy', '--site', own.key);
  assert.match(german, /Keine Rechtsberatung/);
  assert.match(german, /Zeilen: 14 Monate/);
  assert.match(german, /Vor der Entscheidung in US .*§ 25 TDDDG kann trotzdem eine Einwilligung verlangen/);
  assert.match(german, /aus der Kopfzeile cf-ipcountry/);
  const english = say('doctor', '--privacy', '--language', 'en', '--site', own.key);
  assert.match(english, /Not legal advice/);
  assert.match(english, /rows: 14 months/);
});
