// Stored cross-site scripting, the whole way: hostile texts are sent to the real collector like any visitor's, stored,
// reported and shown. On every page of the real dashboard they are text, nothing runs and nothing is asked elsewhere.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { House, until } from '../house.mjs';
import { kHostile } from './figures.mjs';

const etappe = process.env.ETAPPE_BIN;
assert.ok(etappe, 'set ETAPPE_BIN to the etappe executable (ctest does)');

let house;
let browser;
const folder = mkdtempSync(join(tmpdir(), 'etappe-hostile-'));

before(async () => {
  const file = join(folder, 'site.json');
  writeFileSync(file, JSON.stringify({
    name: kHostile[0], domains: ['shop.example'], zone: 'Europe/Berlin', currency: 'EUR',
    funnels: [{
      id: 'main', name: kHostile[1], window_days: 7,
      steps: [
        { name: kHostile[4], match: { type: 'view', path_prefix: '/' } },
        { name: kHostile[2], match: { type: 'conversion', name: kHostile[3] } },
      ],
    }],
  }));
  house = new House(etappe, 'shop.example', ['--from', file]);
  await house.start();
  const answer = await house.public('POST', '/v1/events?detail=1', JSON.stringify(batch(house.account.site_key)), {
    'content-type': 'application/json', origin: 'https://shop.example',
  });
  assert.equal(answer.status, 200, answer.body);
  assert.deepEqual(JSON.parse(answer.body).rejected, []);
  await house.flush();
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}, { timeout: 180000 });

after(async () => {
  await browser?.close();
  await house?.stop();
  house?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** One visit per hostile text, which stands in every field that a sender can write. */
function batch(site) {
  const now = Date.now();
  const consent = { analytics: true, marketing: true };
  const events = kHostile.flatMap((text, index) => {
    const own = { visitor: `visitor-${index}`, session: `session-${index}`, consent };
    const query = new URLSearchParams({ utm_source: text, utm_medium: 'affiliate', utm_campaign: text, utm_term: text, utm_content: text });
    const at = (second) => new Date(now - 60000 + second * 1000).toISOString();
    return [
      { ...own, id: randomUUID(), t: 'view', ts: at(index), url: `https://shop.example/?${query}`, title: text, referrer: `https://evil.example/${encodeURIComponent(text)}` },
      { ...own, id: randomUUID(), t: 'conversion', ts: at(index + 20), url: 'https://shop.example/', name: text, value: '10.00', currency: 'EUR', order_id: text },
    ];
  });
  return { site, batch_id: randomUUID(), sent_at: new Date(now).toISOString(), events };
}

const kPages = {
  'the live page': '/?page=live',
  'the overview': '/', 'the channels': '/?page=channels', 'an open channel': '/?page=channels&pick=Affiliates',
  'the data subject rights': '/?page=rights', 'the conversions': '/?page=conversions', 'the funnel': '/?page=funnels', 'the funnel as a table': '/?page=funnels&as=table',
};

test('hostile texts that came through the collector are text on every page, and nothing runs', { timeout: 180000 }, async () => {
  const context = await browser.newContext({ locale: 'de-DE', viewport: { width: 1280, height: 1000 } });
  const page = await context.newPage();
  const own = `http://${house.endpoints.admin}`;
  const complaints = [];
  page.on('dialog', (dialog) => complaints.push(`dialog ${dialog.message()}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(own)) complaints.push(`asked ${request.url()}`);
  });
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
  });
  await page.goto(own);
  await page.locator('input[name=login]').fill(house.account.login);
  await page.locator('input[name=password]').fill(house.account.password);
  await page.locator('button[type=submit]').click();
  await page.waitForSelector('.report');
  for (const [name, path] of Object.entries(kPages)) {
    await page.goto(own + path);
    await until(`${name} with figures`, () => page.locator('.report:not(.dimmed) .card').count());
    const text = await page.locator('body').innerText();
    assert.ok(text.includes(kHostile[0]), `${name} shows the site's name as it is written`);
    if (name === 'an open channel') assert.ok(text.includes(kHostile[4]), 'a source is shown as it was sent');
    if (name === 'the conversions') assert.ok(text.includes(kHostile[3]), 'a conversion is shown as it was sent');
    assert.equal(await page.evaluate(() => window.__pwned), undefined, name);
    assert.equal(await page.locator('img, iframe, body script, svg[onload], [href^="javascript:"]').count(), 0, name);
  }
  assert.deepEqual(complaints, []);
  await context.close();
});
