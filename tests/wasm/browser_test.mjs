// The tracker in a real Chromium: what is sent and stored, and what is not. Assets: ETAPPE_SHARE.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { kSite, kStub, openSite, snippet } from './site.mjs';

const share = process.env.ETAPPE_SHARE;
const cookieName = `etappe_${kSite}`;
let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox',
    '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync'] });
});
after(() => browser.close());

/** One visitor: a fresh profile and a site of its own. */
function visit(name, site, body) {
  test(name, async () => {
    const open = await openSite(share, site);
    const context = await browser.newContext();
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error));
    try {
      await body({ page, context, site: open });
      assert.deepEqual(errors, [], 'the page saw no error');
    } finally {
      await context.close();
      await open.close();
    }
  });
}

const html = (body, head = snippet()) => `<!doctype html><title>Getriebe</title>${head}<body>${body}`;
const consent = (page, choice) => page.evaluate((value) => window.etappe('consent', value), choice);
const isView = ({ type }) => type === 'view';

/** Everything the page could have left on the device. */
async function traces(page, context) {
  const stored = await page.evaluate(async () => [
    Object.keys(localStorage), Object.keys(sessionStorage),
    (await indexedDB.databases()).map(({ name }) => name), await caches.keys(), document.cookie].flat().filter(Boolean));
  return [...stored, ...(await context.cookies()).map(({ name }) => name)];
}

/** Requests of the tracker, apart from pages and the icon. */
const tracking = (site) => site.requests.map(({ url }) => url).filter((url) => /^\/(t|a|v1)\//.test(url));

const loaded = (page) => page.waitForFunction(() => window.etappe && window.etappe.loaded !== undefined);

for (const [state, choice] of [['undetermined', undefined], ['denied', { analytics: false, marketing: false }],
  ['granted for marketing only', { marketing: true }]]) {
  visit(`consent ${state}: one request, the script; no cookie, no storage, no global but its own`,
    { pages: { '/': html('<a href="/next" data-etappe-click="next">next</a>'), '/next': 'next' } },
    async ({ page, context, site }) => {
      await page.goto(site.url + '/?utm_source=newsletter');
      await loaded(page);
      if (choice) await consent(page, choice);
      await page.evaluate(() => {
        window.etappe('event', 'looked');
        window.etappe('conversion', 'order', { value: 1 });
        window.etappe('step', 'checkout', 'cart');
      });
      assert.deepEqual(await traces(page, context), []);
      assert.equal(await page.evaluate(() => 'dataLayer' in window), false);
      await page.click('a');
      await page.waitForURL('**/next');
      // A request that had been begun before the next page was there would have come by the time of this one.
      await page.evaluate(() => fetch('/next'));
      assert.deepEqual(tracking(site), [`/t/${kSite}.js`]);
    });
}

visit('a grant sends one view of the page and its consent, with ids of a first-party cookie',
  { pages: { '/landing': html('') } },
  async ({ page, context, site }) => {
    await page.goto(site.url + '/landing?awc=1_2&gclid=x');
    await loaded(page);
    await consent(page, { analytics: true, marketing: false });
    const view = await site.until(() => site.events.find(isView), 'a view');
    assert.equal(view.url, site.url + '/landing?awc=1_2&gclid=x');
    assert.equal(view.title, 'Getriebe');
    assert.deepEqual(view.consent, { analytics: 'granted', marketing: 'denied' });
    assert.deepEqual(site.events.map(({ type }) => type), ['view', 'consent']);
    const [batch] = site.batches;
    assert.equal(batch.type, 'text/plain');
    assert.equal(batch.header.site, kSite);
    assert.equal(batch.header.container, 7);
    const [cookie, ...others] = await context.cookies();
    assert.deepEqual(others, []);
    assert.equal(cookie.name, cookieName);
    assert.equal(cookie.sameSite, 'Lax');
    assert.ok(cookie.expires - Date.now() / 1000 <= 395 * 86400 + 5);
    assert.ok(cookie.value.includes(view.visitor) && cookie.value.includes(view.session));
    assert.equal(view.visitor.length, 20);
    assert.ok(!site.requests.some(({ method }) => method === 'OPTIONS'));
  });

visit('a remembered grant counts the next page without a further question, for the same visitor and session',
  { pages: { '/': html('<a href="/b">b</a>'), '/b': html('') } },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await consent(page, { analytics: true });
    const first = await site.until(() => site.events.find(isView), 'the first view');
    await page.click('a');
    const second = await site.until(() => site.events.filter(isView)[1], 'the second view');
    assert.equal(second.visitor, first.visitor);
    assert.equal(second.session, first.session);
    assert.equal(second.referrer, site.url + '/');
    assert.equal(site.events.filter(({ type }) => type === 'consent').length, 1);
  });

visit('a declared click that leaves the page arrives, with its properties',
  { pages: { '/': html('<a href="/next" data-etappe-click="to-next" data-etappe-prop-place="hero"><b>next</b></a>'),
    '/next': 'next' } },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await consent(page, { analytics: true });
    await site.until(() => site.events.find(isView), 'the view');
    await page.click('b');
    const click = await site.until(() => site.events.find(({ type }) => type === 'click'), 'the click');
    assert.equal(click.name, 'to-next');
    assert.deepEqual(click.props, { place: 'hero' });
    assert.equal(site.events.filter(({ type }) => type === 'click').length, 1);
  });

visit('a page that is left before its batch is due still delivers it',
  { pages: { '/': html(`<script>etappe('consent', {analytics: true})</script>`), '/next': 'next' } },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await page.waitForFunction((name) => document.cookie.includes(name), cookieName);
    await page.evaluate(() => window.etappe('step', 'checkout', 'cart'));
    await page.goto(site.url + '/next');
    const step = await site.until(() => site.events.find(({ type }) => type === 'step'), 'the step');
    assert.equal(step.funnel, 'checkout');
    assert.equal(step.step, 'cart');
  });

for (const [name, site] of [
  ['a content security policy without wasm-unsafe-eval uses the JavaScript engine, under its nonce', { pages: { '/': {
    html: html('', `${kStub.replace('<script', '<script nonce="n0n"')}<script async nonce="n0n" src="/t/${kSite}.js"></script>`),
    headers: { 'Content-Security-Policy': "default-src 'self'; script-src 'nonce-n0n'" } } } }],
  ['data-engine="js" does not even try WebAssembly', { pages: { '/': html('', snippet('data-engine="js"')) } }],
]) {
  visit(name, site, async ({ page, site: open }) => {
    await page.addInitScript(() => {
      window.violations = [];
      document.addEventListener('securitypolicyviolation', ({ blockedURI }) => window.violations.push(blockedURI));
    });
    await page.goto(open.url + '/');
    await loaded(page);
    await consent(page, { analytics: true });
    const view = await open.until(() => open.events.find(isView), 'the view');
    assert.equal(view.url, open.url + '/');
    assert.equal(tracking(open).filter((url) => url.startsWith('/a/engine.')).length, 1);
    assert.deepEqual(await page.evaluate('violations'), name.startsWith('data') ? [] : ['wasm-eval']);
  });
}

visit('two snippets on a page count once',
  { pages: { '/': html(`<script>etappe('consent', {analytics: true})</script>`, snippet() + snippet()), '/next': 'next' } },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await site.until(() => site.events.find(isView), 'the view');
    await page.goto(site.url + '/next');
    await page.evaluate(() => fetch('/next'));
    assert.equal(site.events.filter(isView).length, 1);
  });

visit('withdrawal empties device and memory, and nothing is sent any more',
  { pages: { '/': html(''), '/next': 'next' } },
  async ({ page, context, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await consent(page, { analytics: true, marketing: true });
    await site.until(() => site.events.find(isView), 'the view');
    const before = site.batches.length;
    await page.evaluate(() => {
      window.etappe('event', 'waits');
      window.etappe('consent', 'withdraw');
      window.etappe('event', 'after');
    });
    assert.deepEqual(await traces(page, context), []);
    await page.goto(site.url + '/next');
    await page.evaluate(() => fetch('/next'));
    assert.equal(site.batches.length, before);
  });
