// The live check the whole way: the real dashboard opens a page of a real website in a new tab, the collector sees what
// that browser does, and within ten seconds the first event shows or the cause is named. The website passes /t/ and /v1/
// on to the collector. The tracker is a stand-in that keeps to docs/live-check.md, so that every cause can be staged.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { House } from '../house.mjs';

const etappe = process.env.ETAPPE_BIN;
const dashboard = process.env.ETAPPE_DASHBOARD;
assert.ok(etappe && dashboard, 'set ETAPPE_BIN and ETAPPE_DASHBOARD (ctest does)');

const kTracker = `(() => {
  const config = "__ETAPPE_CONFIG__";
  const script = document.currentScript;
  const token = /#etappe-check=([A-Za-z0-9_-]{16,64})$/.exec(location.hash)?.[1];
  let consent = 0, events = 0, violated = '';
  document.addEventListener('securitypolicyviolation', (event) => { violated = violated || event.effectiveDirective; });
  const report = () => {
    if (!token) return;
    const element = document.createElement('script');
    element.src = script.src + '?check=' + token + '&engine=wasm&consent=' + consent + '&policy=block&csp=' + violated + '&events=' + events + '&v=0';
    document.head.append(element);
  };
  window.agree = () => {
    consent = 2;
    const event = { id: crypto.randomUUID(), t: 'view', ts: new Date().toISOString(), url: location.href, consent: { analytics: true } };
    return fetch(new URL('/v1/events', script.src), { method: 'POST', body: JSON.stringify({ site: config.site, events: [event] }) })
      .then(() => { events = 1; }, () => undefined).then(report);
  };
  setTimeout(report, 300);
  if (new URLSearchParams(location.search).has('agreed')) window.agree();
})();`;

let house;
let website;
let origin;
let browser;
const page = { snippet: '', headers: {} };

/** Passes a request on to the collector with what a proxy keeps of it. */
function passOn(request, response) {
  const [host, port] = house.endpoints.public.split(':');
  const on = http.request({ host, port, method: request.method, path: request.url, headers: { ...request.headers, connection: 'close' } }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  on.on('error', () => response.destroy());
  request.pipe(on);
}

before(async () => {
  website = http.createServer((request, response) => {
    if (/^\/(t|v1)\//.test(request.url)) return passOn(request, response);
    return response.writeHead(200, { 'content-type': 'text/html', ...page.headers }).end(`<!doctype html><title>Shop</title><head>${page.snippet}</head>`);
  }).listen(0, '127.0.0.1');
  await once(website, 'listening');
  origin = `http://localhost:${website.address().port}`;
  house = new House(etappe, 'localhost');
  const assets = join(house.folder, 'assets');
  mkdirSync(join(assets, 'a'), { recursive: true });
  writeFileSync(join(assets, 'tracker.js'), kTracker);
  writeFileSync(join(assets, 'assets.json'), '{"engine":"engine.1.js"}');
  writeFileSync(join(assets, 'a/engine.1.js'), '');
  symlinkSync(dashboard, join(assets, 'dashboard'));
  const file = join(house.folder, 'etappe.toml');
  writeFileSync(file, `assets = "assets"\npublic_url = "${origin}"\n${readFileSync(file, 'utf8')}`);
  await house.start();
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}, { timeout: 180000 });

after(async () => {
  await browser?.close();
  await house?.stop();
  house?.remove();
  website?.closeAllConnections?.();
  website?.close();
});

/** Checks `path` in a fresh browser; resolves with the verdict's text. `stage` prepares the browser, `then` acts in the opened tab. */
async function checked({ path = '/', snippet = '', headers = {}, stage, then }) {
  Object.assign(page, { snippet, headers });
  const context = await browser.newContext({ locale: 'de-DE' });
  try {
    await stage?.(context);
    const tab = await context.newPage();
    await tab.goto(`http://${house.endpoints.admin}/?page=live`);
    await tab.locator('input[name=login]').fill(house.account.login);
    await tab.locator('input[name=password]').fill(house.account.password);
    await tab.locator('button[type=submit]').click();
    await tab.getByLabel('Adresse der Seite').fill(origin + path);
    const opening = context.waitForEvent('page');
    await tab.getByRole('button', { name: 'Seite öffnen und prüfen' }).click();
    const opened = await opening;
    // The page in front is the opened one; the dashboard behind it goes on looking.
    await tab.locator('.verdict').waitFor({ timeout: 60000 });
    const text = (await tab.locator('.verdict').innerText()).replace(/\s+/g, ' ');
    return { text, after: await then?.(opened, tab) };
  } finally {
    await context.close();
  }
}

const script = (key) => `<script async src="${origin}/t/${key}.js"></script>`;

test('a page with the snippet waits for consent, which is a success; after it the first event shows', { timeout: 120000 }, async () => {
  const { text, after: received } = await checked({
    snippet: script(house.account.site_key),
    then: async (opened, tab) => {
      await opened.evaluate(() => window.agree());
      await tab.waitForFunction(() => document.querySelector('.verdict')?.textContent.startsWith('Der Einbau stimmt: Ereignisse kommen an.'), undefined, { timeout: 30000 });
      return tab.locator('.live-events tbody tr').first().innerText();
    },
  });
  assert.match(text, /^Der Einbau stimmt: Das Skript läuft und wartet auf die Einwilligung\./);
  assert.match(received, /Seitenaufruf\s+localhost\/\s+Statistik/);
});

for (const [what, stage, expected] of [
  ['an event that arrives', () => ({ path: '/a?agreed', snippet: script(house.account.site_key) }), /^Der Einbau stimmt: Ereignisse kommen an\./],
  ['a page without the snippet', () => ({ path: '/b' }), /^Das Snippet steht nicht auf der Seite\./],
  ['a key that no site has', () => ({ path: '/c', snippet: script('old99') }), /^Der Schlüssel old99 auf der Seite gehört zu keiner Website\./],
  ['a policy that forbids the script', () => ({ path: '/d', snippet: script(house.account.site_key), headers: { 'content-security-policy': "script-src 'none'" } }),
    /^Die Content-Security-Policy der Seite verbietet das Skript\./],
  ['a policy that forbids sending', () => ({ path: '/e?agreed', snippet: script(house.account.site_key), headers: { 'content-security-policy': "connect-src 'none'" } }),
    /^Die Content-Security-Policy der Seite verbietet das Senden\./],
  ['a browser that blocks the script', () => ({
    path: '/f', snippet: script(house.account.site_key), stage: (context) => context.route('**/t/*', (route) => route.abort('blockedbyclient')),
  }), /^Die Seite stimmt, aber dieser Browser kommt nicht durch\./],
]) {
  test(`${what} is named`, { timeout: 120000 }, async () => {
    const { text } = await checked(stage());
    assert.match(text, expected);
  });
}
