// The recipes as they stand in docs/cookbook.md, on a site of their own, in a real Chromium with the real collector; what
// counts is the stored rows.
import assert from 'node:assert/strict';
import http from 'node:http';
import {fileURLToPath} from 'node:url';
import {after, before, test} from 'node:test';
import {build} from 'esbuild';
import {chromium} from 'playwright-core';
import {House, until} from '../house.mjs';
import {recipes} from './recipes.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const etappe = process.env.ETAPPE_BIN ?? fileURLToPath(new URL('../../build/dev/bin/etappe', import.meta.url));
const kGrant = `<script>etappe('consent', {analytics: true})</script>`;

let house;
let site;
let recipe;
let browser;

/** Pages by path, in the running site. */
const pages = {};

const page_of = (head, body = '') => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Recipe</title>${head}</head><body>${body}</body></html>`;

before(async () => {
  house = new House(etappe, '127.0.0.1');
  await house.start();
  recipe = Object.fromEntries(Object.entries(recipes()).map(([name, text]) => [name,
    text.replaceAll('https://track.example.com', `http://${house.endpoints.public.replace(/^http:\/\//, '')}`)
      .replaceAll('SITEKEY', house.account.site_key)]));
  const snippet = recipe.plain.split('\n').filter(line => line.includes('<script')).slice(0, 2).join('\n');
  const {outputFiles: [react]} = await build({stdin: {contents: recipe.react, loader: 'jsx', resolveDir: here}, bundle: true, write: false,
    jsx: 'automatic', jsxDev: false, format: 'iife', define: {'process.env.NODE_ENV': '"development"'}});
  // As Tag Manager runs a Custom HTML tag: some time after the page, every script element made anew.
  const manager = `addEventListener('load', () => setTimeout(() => {
    const holder = document.createElement('div');
    holder.innerHTML = ${JSON.stringify(recipe.gtm).replaceAll('</script', '<\\/script')};
    document.addEventListener('load', ({target}) => (window.injected = target.localName === 'script'), true);
    for (const old of holder.querySelectorAll('script')) {
      const script = document.createElement('script');
      script.text = old.text;
      document.body.append(script);
    }
  }))`;
  Object.assign(pages, {
    '/plain': recipe.plain,
    '/banner': page_of(snippet, recipe.banner),
    '/thank-you': page_of(snippet + kGrant, recipe['thank-you']),
    '/gtm': page_of('', `<script>${manager}</script>`),
    '/gtm-and-page': page_of(snippet, `<script>${manager}</script>`),
    '/react': page_of(snippet + kGrant, `<div id="root"></div><script>${react.text.replaceAll('</script', '<\\/script')}</script>`),
  });
  const server = http.createServer((request, response) => {
    const text = pages[request.url];
    response.writeHead(text ? 200 : 404, {'Content-Type': 'text/html; charset=utf-8'});
    response.end(text);
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  site = {server, url: `http://127.0.0.1:${server.address().port}`};
  browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync']});
});

after(async () => {
  await browser?.close();
  if (site) {
    site.server.closeAllConnections();
    await new Promise(done => site.server.close(done));
  }
  const ended = await house?.stop();
  house?.remove();
  assert.equal(ended, 0, `serve drains and ends well:\n${house?.said}`);
});

/** A fresh visitor; whatever the recipe does, the page's console stays clean. */
function follow(name, body) {
  test(name, async () => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      const faults = [];
      page.on('pageerror', error => faults.push(error.message));
      page.on('console', message => message.type() === 'error' && !/favicon/.test(message.location().url) && faults.push(message.text()));
      await body(page);
      assert.deepEqual(faults, [], 'a clean console');
    } finally {
      await context.close();
    }
  });
}

const loaded = page => page.waitForFunction(() => window.etappe && window.etappe.loaded !== undefined);
const grant = page => page.evaluate(() => window.etappe('consent', {analytics: true}));

/** Says goodbye, and waits for it in the store: then everything said before is there too. Rows of this visit. */
async function rows(page) {
  const goodbye = `goodbye-${Math.random()}`;
  await page.evaluate(name => window.etappe('event', name), goodbye);
  let visitor;
  await until('the goodbye', async () => {
    await house.flush();
    visitor = (await house.query(`SELECT any(visitor) FROM events WHERE name = '${goodbye}'`))[0]?.[0];
    return visitor;
  });
  const found = await house.query(`SELECT type, path, name, funnel, step, order_id, toString(value), currency, toString(props), length(items) FROM events
    WHERE visitor = '${visitor}' AND name != '${goodbye}' ORDER BY ts, received_at`);
  return found.map(([type, path, name, funnel, step, order_id, value, currency, props, items]) => ({type, path, name, step: funnel && `${funnel}:${step}`, order_id,
    value: Number(value), currency, props, items: Number(items)}));
}

const of = (all, type) => all.filter(row => row.type === type);

follow('plain HTML: one view, the declared step, the click that leaves with its property', async page => {
  await page.goto(site.url + '/plain');
  await loaded(page);
  await grant(page);
  await page.evaluate(() => document.querySelector('a').setAttribute('href', '#'));
  await page.click('a');
  const all = await rows(page);
  assert.deepEqual(of(all, 'view').map(({path}) => path), ['/plain']);
  assert.deepEqual(of(all, 'step').map(({step}) => step), ['quote:form']);
  const [click] = of(all, 'click');
  assert.equal(click.name, 'contact');
  assert.match(click.props, /hero/);
  assert.deepEqual(of(all, 'event').map(({name}) => name), [], 'what was called before the grant is not recorded');
});

follow('plain HTML on a later page: what was called before the script arrived counts', async page => {
  await page.goto(site.url + '/plain');
  await loaded(page);
  await grant(page);
  await page.waitForFunction(() => document.cookie.includes('etappe_'));
  await page.goto(site.url + '/plain');
  await loaded(page);
  const all = await rows(page);
  assert.deepEqual(of(all, 'view').map(({path}) => path), ['/plain', '/plain']);
  assert.deepEqual(of(all, 'event').map(({name}) => name), ['configured']);
});

follow('a banner of one\'s own: accepted it counts, on the next page without a question, withdrawn nothing is left', async page => {
  await page.goto(site.url + '/banner');
  await loaded(page);
  assert.deepEqual(await page.context().cookies(), []);
  await page.click('#accept');
  assert.deepEqual(of(await rows(page), 'view').map(({path}) => path), ['/banner']);
  await page.goto(site.url + '/banner');
  await loaded(page);
  assert.equal(await page.isVisible('#banner'), false);
  assert.equal(of(await rows(page), 'view').length, 2);
  // The collector's own cookie goes with its answer.
  await Promise.all([page.waitForResponse(answer => new URL(answer.url()).pathname === '/v1/forget'), page.click('#revoke')]);
  assert.deepEqual(await page.context().cookies(), []);
});

follow('a banner of one\'s own: rejected nothing is asked for but the script, on the next page neither', async page => {
  const requests = [];
  page.on('request', request => requests.push(new URL(request.url()).pathname));
  await page.goto(site.url + '/banner');
  await loaded(page);
  await page.click('#reject');
  await page.goto(site.url + '/banner');
  await loaded(page);
  assert.equal(await page.isVisible('#banner'), false);
  assert.deepEqual(requests.filter(path => /^\/(v1|a)\//.test(path)), []);
  assert.deepEqual(await page.context().cookies(), []);
});

follow('a purchase on the thank-you page: with its values, once however often the page is loaded', async page => {
  await page.goto(site.url + '/thank-you');
  await loaded(page);
  await rows(page);
  await page.reload();
  await loaded(page);
  const orders = of(await rows(page), 'conversion');
  assert.ok(orders.length >= 1);
  for (const {name, order_id, value, currency, items} of orders) {
    assert.deepEqual({name, order_id, value, currency, items}, {name: 'order', order_id: 'A-1001', value: 129.9, currency: 'EUR', items: 1});
  }
});

for (const [name, path] of [['alone', '/gtm'], ['in a page that has the snippet too', '/gtm-and-page']]) {
  follow(`inside a tag manager, ${name}: one view`, async page => {
    await page.goto(site.url + path);
    await page.waitForFunction(() => window.injected);
    await loaded(page);
    await grant(page);
    assert.deepEqual(of(await rows(page), 'view').map(({path}) => path), [path]);
  });
}

/** Through the React shop, to its thank-you page. */
async function buy(page) {
  await page.goto(site.url + '/react');
  await loaded(page);
  await page.click('text=Add to cart');
  await page.click('text=Order');
  await page.waitForSelector('text=Thank you for order A-1001.');
  return rows(page);
}

follow('React with StrictMode: the load is one view, a handler\'s event one event, every conversion the same order', async page => {
  const all = await buy(page);
  assert.equal(of(all, 'view').filter(({path}) => path === '/react').length, 1);
  assert.deepEqual(of(all, 'event').map(({name}) => name), ['added']);
  const orders = of(all, 'conversion');
  assert.ok(orders.length >= 1);
  assert.ok(orders.every(({order_id, value}) => order_id === 'A-1001' && value === 129.9));
  assert.ok(of(all, 'step').every(({step}) => step === 'checkout:address'));
});

follow('React with StrictMode: every route is one view, a step is sent once', async page => {
  const all = await buy(page);
  assert.deepEqual(of(all, 'view').map(({path}) => path), ['/react', '/checkout', '/thanks']);
  assert.deepEqual(of(all, 'step').map(({step}) => step), ['checkout:address']);
});

test('orders of all these visits are one order in the report', async () => {
  const today = new Date(Date.now()).toISOString().slice(0, 10);
  const day = offset => new Date(Date.parse(today) + offset * 86400000).toISOString().slice(0, 10);
  const {status, body} = await house.admin('GET', `/api/v1/sites/${house.account.site_key}/reports/conversions?from=${day(-1)}&to=${day(1)}&compare=none`);
  assert.equal(status, 200, body);
  const {columns, rows: lines} = JSON.parse(body);
  const at = name => columns.findIndex(column => column.name === name);
  assert.ok(at('conversions') >= 0, JSON.stringify(columns));
  assert.deepEqual(lines.map(line => Number(line[at('conversions')])), [1], body);
});
