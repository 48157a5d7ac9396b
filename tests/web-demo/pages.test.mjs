// Every page of the shop in a real Chromium, wide and narrow: nothing runs over the edge, the policy is not violated,
// no script fails, and axe finds nothing against WCAG 2.2 AA. Without a collector: the shop must not need one.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
const pages = ['/', '/produkte', '/produkte/nx-40', '/lp/servo-wochen', '/lp/antriebe-konfigurieren', '/lp/newsletter-november', '/warenkorb',
  '/kasse/adresse', '/kasse/zahlung', '/kasse/pruefen', '/danke-bestellung', '/kontakt', '/danke-kontakt', '/rueckruf', '/danke-rueckruf',
  '/e-book', '/newsletter', '/newsletter-bestaetigt', '/lieferzeiten', '/impressum', '/datenschutz', '/gibt-es-nicht'];

let shop;
let base;
let browser;

before(async () => {
  shop = spawn(process.execPath, [fileURLToPath(new URL('../../web-demo/serve.mjs', import.meta.url)), '--port', '0', '--csp', 'strict']);
  const [line] = await once(shop.stdout.setEncoding('utf8'), 'data');
  base = line.trim();
  browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync']});
});

after(async () => {
  await browser.close();
  shop.kill('SIGTERM');
  await once(shop, 'exit');
});

async function audit(page, name) {
  // Through the debugger, so that the page's policy stays as strict as it is.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', {expression: axe});
  const {violations, passes} = await page.evaluate(tags => window.axe.run(document, {runOnly: tags}), rules);
  assert.deepEqual(violations.map(({id, nodes}) => `${id}: ${nodes[0].html.slice(0, 120)}`), [], name);
  assert.ok(passes.length > 10, `${name}: axe looked at the page`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(over, 0, `${name} runs over the edge`);
}

for (const width of [1440, 390]) {
  test(`at ${width} px every page, the banner and a filled cart are sound`, async () => {
    const context = await browser.newContext({locale: 'de-DE', viewport: {width, height: 900}});
    const page = await context.newPage();
    const faults = [];
    page.on('pageerror', error => faults.push(error.message));
    page.on('console', message => {
      if (message.type() === 'error' && !message.text().includes('404')) faults.push(message.text());
    });
    await page.goto(base + '/produkte/nx-40');
    await audit(page, 'the banner');
    await page.getByRole('button', {name: 'Auswahl treffen'}).click();
    await audit(page, 'the banner with its choices');
    await page.getByRole('button', {name: 'Alle ablehnen'}).click();
    await page.getByRole('button', {name: 'In den Warenkorb'}).click();
    for (const path of pages) {
      await page.goto(base + path);
      await audit(page, path);
    }
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test('accepting and rejecting take one press each and look the same', async () => {
  const context = await browser.newContext({locale: 'de-DE', viewport: {width: 390, height: 844}});
  const page = await context.newPage();
  await page.goto(base + '/');
  const look = name => page.getByRole('button', {name}).evaluate(button => {
    const {color, backgroundColor, fontSize, fontWeight, borderColor} = getComputedStyle(button);
    const {width, height} = button.getBoundingClientRect();
    return {color, backgroundColor, fontSize, fontWeight, borderColor, width: Math.round(width), height: Math.round(height)};
  });
  assert.deepEqual(await look('Alle ablehnen'), await look('Alle akzeptieren'));
  await context.close();
});
