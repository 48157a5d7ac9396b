// Full containers in a real Chromium: every trigger, every variable and every option, from the published file to the rows.
import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';
import {House, until} from '../house.mjs';
import {container} from './tags_container.mjs';

const etappe = process.env.ETAPPE_BIN ?? fileURLToPath(new URL('../../build/dev/bin/etappe', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'etappe-tags-'));
const pages = {};
let house, browser, server, url;
before(async () => {
  writeFileSync(join(folder, 'container.json'), JSON.stringify(container));
  writeFileSync(join(folder, 'site.json'), JSON.stringify({name: 'Tags', domains: ['127.0.0.1'], zone: 'Europe/Berlin', currency: 'EUR', container: 'container.json'}));
  house = new House(etappe, '127.0.0.1', ['--from', join(folder, 'site.json')]);
  await house.start();
  await house.firstRow();
  browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']});
  const collector = new URL(`http://${house.endpoints.public.replace(/^http:\/\//, '')}`);
  server = http.createServer((request, response) => {
    const path = request.url.split('?')[0];
    response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8'});
    response.end(`<!doctype html><html lang="de"><title>Seite</title><link rel="icon" href="data:,">
      <script>window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)};window.dataLayer=window.dataLayer||[]</script>
      <script async src="${collector.origin}/t/${house.account.site_key}.js"></script><body>${pages[path] ?? '<h1>Leer</h1>'}`);
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${server.address().port}`;
});
after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  const ended = await house.stop();
  house.remove();
  rmSync(folder, {recursive: true});
  assert.equal(ended, 0, `serve drains and ends well:\n${house.said}`);
});

/** A visitor of their own on a page; `fired(tag)` are the texts that its conversions said so far, in order. */
function on(name, path, html, body, choice = {analytics: true, marketing: true}) {
  test(name, async () => {
    pages[path] = html;
    const context = await browser.newContext();
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', error => errors.push(error.message));
    const pixels = [];
    await page.route('https://px.example/**', route => {
      pixels.push(route.request().url());
      return route.fulfill({status: 200, contentType: 'image/gif', body: ''});
    });
    const visitors = new Set();
    page.enter = async (where = path, decision = choice) => {
      await page.goto(url + where);
      await page.waitForFunction(() => window.etappe.loaded !== undefined);
      if (decision) await page.evaluate(value => window.etappe('consent', value), decision);
      await page.waitForFunction(() => document.cookie.includes('etappe_'));
      visitors.add(await page.evaluate(() => /etappe_\w+=(\S{14})(\S{20})/.exec(document.cookie)[2]));
    };
    page.said = async () => {
      await house.flush();
      const rows = await house.query(`SELECT tag, order_id, visitor FROM events FINAL WHERE type = 'conversion' ORDER BY ts, id`);
      return rows.filter(([, , visitor]) => visitors.has(visitor)).map(([tag_, says]) => [tag_, says]);
    };
    page.fired = async tag_ => (await page.said()).filter(([one]) => one === tag_).map(([, says]) => says);
    page.has = (tag_, ...texts) => until(`${tag_}: ${texts}`, async () => {
      const said = await page.fired(tag_);
      return texts.every(text => said.includes(text)) || (said.length && process.env.ETAPPE_SHOW && console.log(said));
    }, 15000).catch(async error => assert.deepEqual(await page.fired(tag_), texts, error.message));
    page.pixels = pixels;
    try {
      await body(page, context);
      assert.deepEqual(errors.filter(text => !/expected/.test(text)), []);
    } finally {
      await context.close();
    }
  });
}
const push = (page, message) => page.evaluate(value => window.dataLayer.push(value), message);

on('values of the page: cookie, globals, document, data layer, address, tables, texts', '/artikel/42',
  '<meta name=kind content=Ware><h1> Getriebe\n <b>NX</b></h1><p contenteditable>getippt</p>', async (page, context) => {
    await context.addCookies([{name: 'basket', value: 'a%20b', url}]);
    await page.addInitScript(() => {
      window.shop = {cart: {total: 12.5}, get loud() {
        window.etappe('event', 'from a getter');
        return 'laut';
      }};
    });
    await page.enter();
    await page.has('values', 'a b|a%20b|12.5|Seite|Getriebe NX|Ware||none');
    await page.has('more values', '||page_view|granted|1|article|yes article|ARTICLE-1');
    await page.has('getter', 'laut');
    await until('the call of the getter', async () => {
      await house.flush();
      return (await house.query(`SELECT 1 FROM events FINAL WHERE name = 'from a getter'`)).length === 1;
    });
  });

on('init, view, dom_ready, window_loaded, in this order', '/order', '<h1>Reihe</h1>', async page => {
  await page.enter();
  await page.has('loaded', 'loaded');
  const order = (await page.said()).map(([, says]) => says).filter(says => /^(init|view|ready|loaded)$/.test(says));
  assert.deepEqual(order.toSorted(), ['init', 'loaded', 'ready', 'view']);
});

on('clicks: the innermost element, the nearest link, followed or not, stopped or not', '/clicks',
  `<div class=buy data-x=1><span id=inner class="a b" data-x=7> Kaufen </span></div><a id=one href="https://www.anders.example/ziel" target=_blank><i>Ziel</i></a>
   <a id=two href="/ziel">zwei</a><button id=three>drei</button>
   <script>two.onclick=e=>e.preventDefault();one.onclick=e=>{e.preventDefault();e.stopPropagation()}</script>`, async page => {
    await page.enter();
    await page.click('#inner');
    await page.click('#one i');
    await page.click('#two');
    await page.click('#three');
    await page.has('click', 'span.a b#inner Kaufen 7');
    await page.has('link', 'anders.example _blank Ziel', '127.0.0.1  zwei');
    assert.deepEqual(await page.fired('followed'), []);
    assert.equal((await page.fired('click')).length, 1);
  });

on('a link that is followed leaves its conversion behind', '/leaving', '<a id=go href="/ziel">los</a>', async page => {
  await page.enter();
  await page.click('#go');
  await page.waitForURL('**/ziel');
  await page.has('link', '127.0.0.1  los');
  await page.has('followed', '127.0.0.1');
});

on('forms, sent by the visitor, stopped by the page, or sent by script', '/forms',
  `<form name=a action="/a?x=1" onsubmit="return false"><input name=value value=geheim><button>a</button></form><form name=b action="/b" target=frame><button>b</button></form><iframe name=frame></iframe>`, async page => {
    await page.enter();
    await page.click('form[name=a] button');
    await page.evaluate(() => document.forms.b.submit());
    await page.has('form', `a ${url}/a?x=1`, `b ${url}/b`);
    assert.equal((await page.fired('form')).length, 2);
    assert.equal(JSON.stringify(await page.said()).includes('geheim'), false);
  });

on('addresses that change', '/history', '<h1>Verlauf</h1>', async page => {
  await page.enter();
  await page.evaluate(() => history.pushState({}, '', '/zwei'));
  await page.evaluate(() => history.replaceState({}, '', '/zwei'));
  await page.evaluate(() => history.replaceState({}, '', '/drei'));
  await page.evaluate(() => history.back());
  await page.has('history', 'pushState /zwei', 'replaceState /drei', 'popstate /history');
  assert.equal((await page.fired('history')).length, 3);
});

on('scrolling: each threshold once per view', '/scroll', '<div style="height:4000px">lang</div>', async page => {
  await page.enter();
  for (const to of [100, 1500, 200, 3900, 3900]) {
    await page.evaluate(y => window.scrollTo(0, y), to);
    await page.waitForTimeout(250);
  }
  await page.has('scroll', '50/', '90/', '/2000');
  assert.equal((await page.fired('scroll')).length, 3);
});

on('elements in sight, also those that come later', '/visible', '<div style="height:3000px"></div><p class=teaser id=far>fern</p>', async page => {
  await page.enter();
  await page.evaluate(() => document.body.insertAdjacentHTML('afterbegin', '<p class=teaser id=near>nah</p>'));
  await page.has('visible', 'near');
  assert.deepEqual(await page.fired('visible'), ['near']);
  await page.evaluate(() => document.getElementById('far').scrollIntoView());
  await page.has('visible', 'near', 'far');
});

on('time since the view, as often as the limit says, and attention', '/time', '<h1>Zeit</h1>', async page => {
  await page.bringToFront();
  await page.enter();
  await page.has('timer', '1', '2');
  await page.has('engaged', '600');
  await page.waitForTimeout(700);
  assert.deepEqual(await page.fired('timer'), ['1', '2']);
});

on('errors of the page', '/errors', '<h1>Fehler</h1>', async page => {
  await page.enter();
  await page.evaluate(() => setTimeout(() => {
    throw new Error('expected');
  }));
  await page.evaluate(() => void Promise.reject(new Error('expected, too')));
  await until('both', async () => (await page.fired('error')).length === 2);
  const [first, second] = (await page.fired('error')).toSorted();
  assert.match(first, /^Uncaught Error: expected:\d+$/);
  assert.equal(second, 'expected, too:');
});

on('events of the data layer: by name, by pattern, by number, in a group', '/events', '<p class=buy>los</p>', async page => {
  await page.enter();
  await push(page, {event: 'lead', order: {id: 'A-1'}});
  await push(page, {event: 'select_item'});
  await push(page, {event: 'select_items'});
  for (const id of ['9', '10', '5,00', '0.5']) await push(page, {event: 'price', order: {id}});
  await page.click('.buy');
  await push(page, {event: 'lead', order: {id: 'A-2'}});
  await page.has('push', 'A-1', 'A-2');
  await page.has('pattern', 'select_item');
  await page.has('cheap', '9');
  await page.has('both', 'both');
  assert.deepEqual([(await page.fired('pattern')).length, (await page.fired('cheap')).length, (await page.fired('both')).length], [1, 1, 1]);
});

on('options: priority, limits, exceptions, schedule, pause, set-up and clean-up', '/options', '<h1>Optionen</h1>', async page => {
  await page.enter();
  await push(page, {event: 'options', order: {id: '1'}});
  await push(page, {event: 'options', order: {id: '2'}});
  await page.has('last', '1', '2');
  const names = (await page.said()).map(([name]) => name);
  const count = name => names.filter(one => one === name).length;
  assert.deepEqual(['first', 'page', 'session', 'visitor', 'excepted', 'over', 'paused', 'main', 'before', 'behind', 'ad', 'skipped', 'strict'].map(count), [2, 1, 1, 1, 0, 0, 0, 2, 2, 2, 2, 2, 2]);
  await until('the images', () => page.pixels.length === 2);
  assert.deepEqual(page.pixels, ['https://px.example/i.gif?order=1&t=1', 'https://px.example/i.gif?order=2&t=1']);

  await page.enter('/options', null);
  await push(page, {event: 'options', order: {id: '3'}});
  await page.has('last', '1', '2', '3');
  const again = (await page.said()).map(([name]) => name);
  assert.deepEqual(['page', 'session', 'visitor'].map(name => again.filter(one => one === name).length), [2, 1, 1]);
});

on('without marketing a tag waits for the grant, with the values of then, unless it is to be skipped', '/waits', '<h1>Warten</h1>', async page => {
  await page.enter();
  await push(page, {event: 'options', order: {id: 'then'}});
  await push(page, {order: {id: 'now'}});
  await page.has('last', 'then');
  assert.deepEqual(await page.fired('ad'), []);
  assert.deepEqual([(await page.fired('main')).length, (await page.fired('strict')).length, page.pixels.length], [1, 0, 0]);
  await page.evaluate(() => window.etappe('consent', {marketing: true}));
  await page.has('ad', 'then');
  await page.has('decided', 'denied', 'granted');
  await until('the image', () => page.pixels.length === 1);
  assert.equal(page.pixels[0], 'https://px.example/i.gif?order=then&t=1');
  assert.deepEqual(await page.fired('skipped'), []);
  assert.equal((await page.fired('ad')).length, 1);
}, {analytics: true, marketing: false});

on('refused: no tag, no image, nothing on the device', '/refused', '<h1>Nein</h1>', async (page, context) => {
  await page.goto(url + '/refused');
  await page.waitForFunction(() => window.etappe.loaded !== undefined);
  await page.evaluate(() => window.etappe('consent', {analytics: false, marketing: false}));
  await push(page, {event: 'options', order: {id: '1'}});
  await page.waitForTimeout(500);
  assert.deepEqual(page.pixels, []);
  assert.deepEqual(await context.cookies(), []);
});
