// Every page in a real Chromium against mock_api.mjs: figures, languages, themes, widths, states, hostile names.
// Each page is watched throughout: an error, a refused resource (CSP) or a request to another host fails its test.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startMockApi } from './mock_api.mjs';

const folder = process.env.ETAPPE_DASHBOARD;
assert.ok(folder, 'set ETAPPE_DASHBOARD to the built dashboard (ctest does)');
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kNow = new Date('2026-11-22T13:32:05Z');
const kPaths = { overview: '/', live: '/?page=live', channels: '/?page=channels', conversions: '/?page=conversions', funnels: '/?page=funnels', consent: '/?page=consent', rights: '/?page=rights' };

let browser;
let api;
before(async () => {
  api = await startMockApi(folder, 0);
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});
after(async () => {
  await browser?.close();
  await api?.close();
});

/** Opens a page in a fresh profile, runs `use`, and fails on anything the browser complained about. */
async function onPage({ path = '/', width = 1280, scheme = 'light', locale = 'de-DE', state = {}, allowErrors = false }, use) {
  Object.assign(api.state, { signedIn: true, shape: 'ok', problem: null, delayMillis: 0, hostile: false, sites: 1, live: 'busy', cause: 'receiving', subject: '', mayCheck: true, later: 0, erasing: false }, state);
  const context = await browser.newContext({
    viewport: { width, height: width < 700 ? 844 : 1000 }, colorScheme: scheme, locale, timezoneId: 'America/New_York', reducedMotion: 'reduce',
  });
  const complaints = [];
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(10000);
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      // The browser itself reports a refused answer (401, 503) on the console; those tests expect it.
      if (message.type() === 'error' && !(allowErrors && /Failed to load resource/.test(message.text()))) complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(api.url) && !request.url().startsWith('data:')) complaints.push(`asked ${request.url()}`);
    });
    await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) => console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`)));
    await page.clock.setFixedTime(kNow);
    await page.goto(api.url + path);
    await use(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

const ready = (page) => page.waitForSelector('.report:not(.dimmed)');
/** What a person reads; no-break spaces as spaces. */
const textOf = async (page, selector) => (await page.locator(selector).first().innerText()).replace(/[\s\u00a0]+/g, ' ').trim();
const allTexts = async (page, selector) => (await page.locator(selector).allInnerTexts()).map((text) => text.replace(/[\s\u00a0]+/g, ' ').trim());

async function axeViolations(page) {
  // Playwright evaluates through the debugger, so the page's own policy stays as it is.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

for (const [name, path] of Object.entries(kPaths)) {
  test(`${name} has no axe violations in light and dark, on a desk and on a phone`, () =>
    onPage({ path }, async (page) => {
      await ready(page);
      for (const colorScheme of ['light', 'dark']) {
        for (const width of [1280, 390]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 900 });
          assert.deepEqual(await axeViolations(page), [], `${colorScheme}, ${width} px`);
        }
      }
    }));
}

for (const [name, path] of Object.entries(kPaths)) {
  for (const as of ['chart', 'table']) {
    test(`${name} as a ${as} does not scroll sideways at any width down to 320 px`, () =>
      onPage({ path: as === 'table' ? `${path}${path.includes('?') ? '&' : '?'}as=table` : path }, async (page) => {
        await ready(page);
        for (const width of [1440, 1024, 768, 390, 320]) {
          await page.setViewportSize({ width, height: 844 });
          const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(beyond <= 0, `${width} px: ${beyond} px too wide`);
        }
      }));
  }
}

test('the overview shows the figures of the report, in German', () =>
  onPage({}, async (page) => {
    await ready(page);
    assert.equal(await page.title(), 'Übersicht · Nordwerk Antriebe · Etappe');
    assert.equal(await page.getAttribute('html', 'lang'), 'de');
    assert.equal(await textOf(page, '.head p'), '432 Conversions, 9,6 % mehr als in den 28 Tagen davor. Ihr Wert: 359.886 €.');
    assert.deepEqual(await allTexts(page, '.tile'), [
      'Sitzungen 18.832 +6,2 % vorher 17.731', 'Conversions 432 +9,6 % vorher 394', 'Conversion-Rate 2,29 % +0,07 PP vorher 2,22 %',
      'Conversion-Wert 359.886 € +5,5 % vorher 341.207 €', 'Besucher 14.210 +5,4 % vorher 13.488',
    ]);
    assert.deepEqual((await allTexts(page, 'tbody tr')).slice(0, 2), ['Bezahlte Suche 5.214 89 −4,3 % 1,71 % 62.765', 'Organische Suche 4.876 54 +3,8 % 1,11 % 42.999']);
    assert.deepEqual(await allTexts(page, 'tfoot tr'), ['Alle Kanäle 18.832 432 +9,6 % 2,29 % 359.886']);
    assert.deepEqual(await allTexts(page, '.find b'), ['Affiliates: 71 Conversions, 39 % mehr.', 'Bezahlte Suche: 89 Conversions, 4 % weniger.']);
    assert.deepEqual(await allTexts(page, '.funnel .drop'), ['69,1 % gehen 4.429 Besucher größter Abbruch 1 Min. 50 Sek.', '62,6 % gehen 1.241 Besucher 6 Min. 20 Sek.', '63,9 % gehen 474 Besucher 3 Min. 05 Sek.']);
    assert.match(await textOf(page, '.basis'), /Zeitzone Berlin.*71 % der erfassten Seitenaufrufe mit Einwilligung.*2 wiederholte Conversions schon gezählter Bestellungen weggelassen.*Stand 22\.11\.2026, 14:32, Vergleich bis zur gleichen Uhrzeit/s);
    assert.equal(await textOf(page, '.demo'), 'Demodaten');
  }));

test('the overview shows the same in English', () =>
  onPage({ locale: 'en-US' }, async (page) => {
    await ready(page);
    assert.equal(await page.getAttribute('html', 'lang'), 'en');
    assert.equal(await textOf(page, '.head p'), '432 conversions, 9.6% more than in the 28 days before. Their value: €359,886.');
    assert.equal((await allTexts(page, '.tile'))[3], 'Conversion value €359,886 +5.5% before €341,207');
    assert.equal(await textOf(page, '.top .chip'), 'Period 26 Oct – 22 Nov 2026');
  }));

test('the chart says its finding, and its table has a row per day that can be sorted', () =>
  onPage({}, async (page) => {
    await ready(page);
    const sentence = await page.getAttribute('[role=img]', 'aria-label');
    assert.match(sentence, /^Sitzungen je Tag, 26\.10\.–22\.11\.2026: zwischen 220 und 971\./);
    await page.getByRole('button', { name: 'Als Tabelle zeigen' }).click();
    const rows = '.series-table tbody tr';
    assert.equal(await page.locator(rows).count(), 25);
    await page.getByRole('button', { name: 'Weitere 3' }).click();
    assert.equal(await page.locator(rows).count(), 28);
    assert.equal((await allTexts(page, rows))[0], 'Mo, 26.10.2026 842 777 +8,4 %');
    await page.locator('.series-table .sort').nth(1).click();
    assert.equal((await allTexts(page, rows))[0], 'So, 22.11.2026 118 214 –');
    assert.match(page.url(), /as=table/);
  }));

test('a tile picks the series, the address says which, and Back undoes it', () =>
  onPage({}, async (page) => {
    await ready(page);
    await page.getByRole('tab', { name: /Conversion-Wert/ }).click();
    assert.equal(await textOf(page, '.chart-card h2'), 'Conversion-Wert je Tag');
    assert.match(page.url(), /tile=conversion_value/);
    await page.goBack();
    assert.equal(await textOf(page, '.chart-card h2'), 'Sitzungen je Tag');
    await page.getByRole('tab', { name: /Sitzungen/ }).focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.locator('.tile:focus .l').innerText(), 'Conversions');
    assert.equal(await textOf(page, '.chart-card h2'), 'Conversions je Tag');
  }));

test('arrow keys walk the points and the tooltip is read aloud', () =>
  onPage({}, async (page) => {
    await ready(page);
    await page.locator('[role=img]').focus();
    await page.keyboard.press('ArrowRight');
    assert.equal((await allTexts(page, '[aria-live=polite]'))[0], 'Mo, 26.10.2026 Sitzungen 842 Mo, 28.9.2026 777 Veränderung +8,4 %');
    await page.keyboard.press('End');
    assert.equal((await allTexts(page, '[aria-live=polite]'))[0], 'So, 22.11.2026 Sitzungen 118 So, 25.10.2026 214');
    await page.keyboard.press('Escape');
    assert.equal((await allTexts(page, '[aria-live=polite]'))[0], '');
  }));

test('the theme changes the chart\'s colours without a reload', () =>
  onPage({}, async (page) => {
    await ready(page);
    const colours = () => page.evaluate(() => {
      const canvas = document.querySelector('.canvas canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set();
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
      return [...seen];
    });
    await page.waitForFunction(() => document.querySelector('.canvas canvas')?.width > 0);
    const lightAccent = '14,95,107';
    const darkAccent = '92,194,206';
    const light = await colours();
    assert.ok(light.includes(lightAccent) && !light.includes(darkAccent));
    await page.getByRole('button', { name: /Konto und Darstellung/ }).click();
    await page.getByRole('radio', { name: 'Dunkel' }).click();
    await page.waitForFunction(() => getComputedStyle(document.body).backgroundColor === 'rgb(15, 18, 21)');
    const dark = await colours();
    assert.ok(dark.includes(darkAccent) && !dark.includes(lightAccent));
  }));

test('language and theme are kept for the next visit', () =>
  onPage({}, async (page) => {
    await ready(page);
    await page.getByRole('button', { name: /Konto und Darstellung/ }).click();
    await page.getByRole('radio', { name: 'English' }).click();
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.reload();
    await ready(page);
    assert.equal(await textOf(page, 'h1'), 'Overview');
    assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  }));

test('a period and a comparison are asked of the server and stand in the address', () =>
  onPage({}, async (page) => {
    await ready(page);
    await page.locator('.top .chip').first().click();
    await page.getByRole('radio', { name: 'Letzter Monat' }).click();
    await page.waitForFunction(() => location.search.includes('period=last-month'));
    await page.locator('.top .chip').nth(1).click();
    await page.getByRole('radio', { name: 'Kein Vergleich' }).click();
    await page.waitForFunction(() => document.querySelector('.tile .before')?.textContent === 'kein Vergleich');
    assert.ok(api.requests.some((request) => request.endsWith('/reports/overview?from=2026-10-01&to=2026-10-31&compare=none')), api.requests.at(-1));
    assert.equal(await page.locator('.find').count(), 0, 'nothing is said to have changed without a comparison');
    await page.goBack();
    await page.goBack();
    assert.equal(await textOf(page, '.top .chip'), 'Zeitraum 26.10.–22.11.2026');
  }));

test('own days are taken, and a wrong order is refused with what to do', () =>
  onPage({}, async (page) => {
    await ready(page);
    await page.locator('.top .chip').first().click();
    await page.getByLabel('Von', { exact: true }).fill('2026-11-10');
    await page.getByLabel('Bis', { exact: true }).fill('2026-11-01');
    await page.getByRole('button', { name: 'Zeitraum übernehmen' }).click();
    assert.equal(await textOf(page, '.own-days .error'), 'Der erste Tag liegt nach dem letzten. Tauschen Sie die Tage.');
    await page.getByLabel('Bis', { exact: true }).fill('2026-11-12');
    await page.getByRole('button', { name: 'Zeitraum übernehmen' }).click();
    await page.waitForFunction(() => location.search.includes('period=2026-11-10..2026-11-12'));
    assert.equal(await page.locator('.panel').count(), 0);
  }));

test('Esc closes a menu and the focus goes back to its button', () =>
  onPage({}, async (page) => {
    await ready(page);
    await page.locator('.top .chip').first().click();
    await page.waitForSelector('.panel');
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.panel').count(), 0);
    assert.ok(await page.locator('.top .chip').first().evaluate((chip) => chip === document.activeElement));
  }));

test('channels: the table sorts, the address keeps it, a channel opens with its sources and Esc closes it', () =>
  onPage({ path: kPaths.channels }, async (page) => {
    await ready(page);
    await page.locator('thead .sort', { hasText: 'Conversions' }).click();
    assert.match(page.url(), /sort=-conversions/);
    assert.match((await allTexts(page, '.card:last-of-type tbody tr'))[0], /^Direkt Direct|^Direkt /);
    await page.getByRole('button', { name: 'Affiliates' }).click();
    await page.waitForSelector('dialog[open]');
    assert.deepEqual(await allTexts(page, 'dialog tbody tr'), ['awin affiliate 628 43 40.129', 'adcell affiliate 418 28 26.752']);
    assert.match(page.url(), /pick=Affiliates/);
    assert.deepEqual(await axeViolations(page), []);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !location.search.includes('pick='));
  }));

test('conversions: primary and micro stand apart, a name picks its line', () =>
  onPage({ path: kPaths.conversions }, async (page) => {
    await ready(page);
    assert.deepEqual(await allTexts(page, '.card h2'), ['Conversions je Tag', 'Primäre Conversions', 'Micro-Conversions']);
    assert.deepEqual((await allTexts(page, '.tile .v')), ['432', '359.886 €', '300']);
    assert.equal((await allTexts(page, 'tbody tr'))[0], 'Angebotsanfrage 268 +11,2 % 97.475 363,71 22.11.2026, 13:59');
    await page.getByRole('button', { name: 'Rückruf im Diagramm zeigen' }).click();
    assert.equal(await textOf(page, '.chart-card h2'), 'Conversions: Rückruf je Tag');
    await page.getByRole('button', { name: 'E-Book im Diagramm zeigen' }).click();
    assert.equal(await textOf(page, '.chart-card h2'), 'Micro-Conversions: E-Book je Tag');
  }));

test('funnels: steps, drop-off, the other funnel by its picker, and the table', () =>
  onPage({ path: kPaths.funnels }, async (page) => {
    await ready(page);
    assert.equal(await textOf(page, '.head p'), '4,2 % der Besucher, die beginnen, kommen bis „Anfrage gesendet“.');
    assert.deepEqual(await allTexts(page, '.funnel .st'), ['1 Produktseite gesehen', '2 Artikel auf die Anfrageliste', '3 Formular begonnen', '4 Anfrage gesendet'].map((text) => text.replace(' ', '')));
    await page.locator('.head .chip').click();
    await page.getByRole('radio', { name: 'Bestellung' }).click();
    await page.waitForFunction(() => document.querySelector('.card h2')?.textContent === 'Funnel „Bestellung“');
    assert.match(page.url(), /funnel=order/);
    await page.getByRole('button', { name: 'Als Tabelle zeigen' }).click();
    assert.equal((await allTexts(page, 'tbody tr'))[0], '1 Warenkorb 611 580 100,0 % – 307 2 Min. 20 Sek.');
  }));

test('two sites: the switcher changes the site and the address', () =>
  onPage({ state: { sites: 2 } }, async (page) => {
    await ready(page);
    await page.locator('.nav .site').click();
    await page.getByRole('radio', { name: 'Nordwerk Ersatzteile' }).click();
    await page.waitForFunction(() => location.search.includes('site=zweite'));
    assert.equal(await page.locator('.demo').count(), 0);
  }));

test('an unknown site is said to be unknown instead of showing another one', () =>
  onPage({ path: '/?site=__proto__' }, async (page) => {
    await page.waitForSelector('main .btn');
    assert.match(await textOf(page, 'main'), /Diese Website gibt es nicht, oder Sie dürfen sie nicht sehen/);
    assert.deepEqual(await axeViolations(page), []);
    await page.getByRole('link', { name: 'Meine erste Website zeigen' }).click();
    await ready(page);
  }));

test('the queries behind the figures can be read', () =>
  onPage({}, async (page) => {
    await ready(page);
    await page.getByRole('button', { name: 'Abfragen zeigen' }).click();
    await page.waitForSelector('.query');
    assert.match(await textOf(page, 'dialog'), /SELECT count\(\) FROM events.*site.*s7n0rdwerk/s);
    assert.deepEqual(await axeViolations(page), []);
  }));

test('signing in: wrong password is said, the right one leads to the address that was asked for, signing out leads back', () =>
  onPage({ path: kPaths.channels, state: { signedIn: false }, allowErrors: true }, async (page) => {
    await page.waitForSelector('form');
    assert.deepEqual(await axeViolations(page), []);
    await page.getByLabel('Anmeldename').fill('admin');
    await page.getByLabel('Passwort').fill('falsch');
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.waitForFunction(() => document.querySelector('.error')?.textContent.startsWith('Die Anmeldung ist fehlgeschlagen'));
    await page.getByLabel('Passwort').fill('demo');
    await page.keyboard.press('Enter');
    await ready(page);
    assert.equal(await textOf(page, 'h1'), 'Kanäle');
    await page.getByRole('button', { name: /Konto und Darstellung/ }).click();
    await page.getByRole('button', { name: 'Abmelden' }).click();
    await page.waitForSelector('form');
    assert.equal(await textOf(page, '[role=status]'), 'Sie sind abgemeldet.');
  }));

test('a session that ends shows the login with the reason and keeps the address', () =>
  onPage({ allowErrors: true }, async (page) => {
    await ready(page);
    api.state.signedIn = false;
    await page.locator('.nav').getByRole('link', { name: 'Kanäle' }).click();
    await page.waitForSelector('form');
    assert.match(await textOf(page, '[role=status]'), /^Ihre Anmeldung ist abgelaufen/);
    assert.match(page.url(), /page=channels/);
  }));

test('the engine is away: a banner says that recording goes on, and the figures come back by themselves', () =>
  onPage({ state: { problem: { status: 503, reason: 'engine_unavailable', headers: { 'retry-after': '1' } } }, allowErrors: true }, async (page) => {
    await page.waitForSelector('.notice.warn');
    assert.equal(await textOf(page, '.notice.warn'), 'Es wird weiter erfasst. Auswertungen sind gleich wieder da.');
    assert.equal(await page.locator('.card.state').count(), 0);
    assert.deepEqual(await axeViolations(page), []);
    api.state.problem = null;
    await ready(page);
    assert.equal(await page.locator('.notice').count(), 0);
  }));

test('a report that fails says what, has an id to copy and a second try', () =>
  onPage({ state: { problem: { status: 500, reason: 'engine_refused' } }, allowErrors: true }, async (page) => {
    await page.waitForSelector('.card.state');
    assert.match(await textOf(page, '.card.state'), /„Übersicht“ konnte nicht geladen werden\..*engine_refused 2026-11-22T13:32:05/s);
    assert.deepEqual(await axeViolations(page), []);
    api.state.problem = null;
    await page.getByRole('button', { name: 'Erneut versuchen' }).click();
    await ready(page);
  }));

test('no permission says whom to ask and offers no second try', () =>
  onPage({ state: { problem: { status: 403, reason: 'scope_missing' } }, allowErrors: true }, async (page) => {
    await page.waitForSelector('.card.state');
    assert.match(await textOf(page, '.card.state'), /fehlt Ihnen die Berechtigung/);
    assert.equal(await page.getByRole('button', { name: 'Erneut versuchen' }).count(), 0);
  }));

test('first run: the snippet of the site stands there to copy, and the first event shows up by itself', () =>
  onPage({ state: { shape: 'nothing_recorded' } }, async (page) => {
    await page.waitForSelector('.first-run');
    assert.match(await textOf(page, '.first-run pre'), /<script async src="https:\/\/track\.nordwerk\.example\/t\/s7n0rdwerk\.js"><\/script>/);
    assert.deepEqual(await axeViolations(page), []);
    api.state.shape = 'ok';
    await page.waitForSelector('.tiles', { timeout: 10000 });
  }));

test('live: the figure, the bars and the last events, without a period to choose', () =>
  onPage({ path: kPaths.live }, async (page) => {
    await ready(page);
    assert.equal(await page.title(), 'Live · Nordwerk Antriebe · Etappe');
    assert.match(await textOf(page, '.head p'), /^Daten kommen an, zuletzt um 14:32:\d\d\.$/);
    assert.equal(await textOf(page, '.figure'), '331 Ereignisse in 30 Minuten');
    assert.equal(await page.locator('.minutes rect').count(), 30);
    assert.match(await page.getAttribute('.minutes [role=img]', 'aria-label'), /höchstens 22, um 14:\d\d\./);
    assert.equal(await page.locator('.live-events tbody tr').count(), 50);
    const rows = await allTexts(page, '.live-events tbody tr');
    assert.match(rows[0], /^14:32:\d\d Seitenaufruf nordwerk\.example\/lp\/servo-wochen ?Kampagne Statistik, Marketing$/);
    assert.match(rows[1], /Conversion nordwerk\.example\/kontakt\/danke Angebotsanfrage Statistik$/);
    assert.match(rows[2], /abgelehnt: bad_value$/);
    assert.deepEqual((await allTexts(page, '.find li')).map((text) => text.replace(/\d\d:\d\d/, '00:00')), [
      'nordwerk.test gehört nicht zu den Domains dieser Website. 3 Mal, zuletzt um 00:00.',
      'alt.nordwerk.example lädt das Skript mit dem Schlüssel old99, der nicht zu dieser Website gehört. 1 Mal, zuletzt um 00:00.',
    ]);
    assert.equal(await page.locator('.top .chip').count(), 0);
  }));

test('live: looks again by itself while the tab is seen, and shows what is new', () =>
  onPage({ path: kPaths.live, state: { live: 'silent' } }, async (page) => {
    await ready(page);
    assert.equal(await textOf(page, '.head p'), 'In den letzten Minuten ist kein Ereignis angekommen.');
    assert.equal(await page.locator('.find').count(), 0);
    api.state.live = 'busy';
    await page.waitForSelector('.live-events tbody tr');
  }));

test('live: the bars are there as a table, and the address says so', () =>
  onPage({ path: kPaths.live }, async (page) => {
    await ready(page);
    await page.getByRole('button', { name: 'Als Tabelle zeigen' }).click();
    assert.equal(await page.locator('.minutes-table tbody tr').count(), 30);
    assert.match(page.url(), /as=table/);
  }));

/** Asks for a person's data with a purpose. */
async function lookUp(page, { person, id }) {
  if (person) await page.getByRole('radio', { name: 'Kennung der Person' }).click();
  await page.getByLabel(person ? 'Kennung, unter der' : 'Besucher-ID, wie sie im Cookie').fill(id);
  await page.getByLabel('Zweck').fill('Anfrage vom 20. November');
  await page.getByRole('button', { name: 'Nachsehen' }).click();
}

test('consent: rates are said to be estimates, by day, version, region and device', () =>
  onPage({ path: kPaths.consent }, async (page) => {
    await page.waitForSelector('.basis');
    assert.match(await textOf(page, '.report > p'), /§ 25 TDDDG kann trotzdem eine Einwilligung verlangen/);
    assert.match(await textOf(page, '.head p'), /^Rund 60\s% der Skriptaufrufe .*\(Schätzung\)\.$/);
    assert.deepEqual(await allTexts(page, '.report .card h2'), ['Nach Version des Banners', 'Nach Region', 'Nach Gerät', 'Nach Tag']);
    const regions = page.locator('.report .card').nth(1).locator('tbody tr');
    assert.match((await regions.nth(0).textContent()) ?? '', /^Deutschland5\.000/);
    assert.match((await regions.nth(0).textContent()) ?? '', /≈\s60\s%/);
    assert.match(await textOf(page, '.basis'), /Schätzung: 40\s% der Skriptaufrufe stehen in keiner Zahl hier/);
  }));

test('consent: every report says how much is in none of its figures', async () => {
  for (const path of [kPaths.overview, kPaths.channels, kPaths.conversions, kPaths.funnels]) {
    await onPage({ path }, async (page) => {
      await page.waitForSelector('.basis');
      assert.match(await textOf(page, '.basis'), /Schätzung: 40\s% der Skriptaufrufe/);
    });
  }
});

test('rights: a person is looked up with a purpose, and neither the id nor the purpose is in an address', () =>
  onPage({ path: kPaths.rights }, async (page) => {
    await ready(page);
    assert.equal(await page.title(), 'Betroffenenrechte · Nordwerk Antriebe · Etappe');
    assert.equal(await page.locator('.top .chip').count(), 0);
    api.requests.length = 0;
    await lookUp(page, { id: '8c1f7a52e0b94d36' });
    await page.waitForSelector('.rights-found');
    assert.match(await textOf(page, '.rights-found p'), /^42 Zeilen, von 1\.11\.2026, 10:00 bis 21\.11\.2026, 10:41\.$/);
    assert.equal(await page.locator('.rights-found tbody tr').count(), 25);
    assert.match(await textOf(page, '.rights-found .soft'), /^25 von 42 Zeilen/);
    assert.deepEqual(api.requests, ['POST /api/v1/sites/s7n0rdwerk/subject',
      'subject {"visitor":"8c1f7a52e0b94d36","purpose":"Anfrage vom 20. November"}']);
    assert.ok(!page.url().includes('8c1f'));
    assert.deepEqual(await axeViolations(page), []);
  }));

test('rights: the data is a file whose name does not say whose it is', () =>
  onPage({ path: kPaths.rights }, async (page) => {
    await ready(page);
    await lookUp(page, { id: '8c1f7a52e0b94d36' });
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Als JSON herunterladen' }).click()]);
    assert.equal(download.suggestedFilename(), 'etappe-visitor-5f0d3c7b9a1e4826b07c5d1f2a3e4b6c.json');
    const file = JSON.parse(await readFile(await download.path(), 'utf8'));
    assert.equal(file.places.events.rows.length, 42);
  }));

test('rights: erasing names the number, can be left, and shows up among the receipts', () =>
  onPage({ path: kPaths.rights }, async (page) => {
    await ready(page);
    assert.equal(await page.locator('.receipts tbody tr').count(), 2);
    await lookUp(page, { person: true, id: 'anna@nordwerk.example' });
    await page.waitForSelector('.rights-found');
    const sentences = await allTexts(page, '.rights-found > p:not(.soft):not(.buttons)');
    assert.deepEqual(sentences.slice(1), ['Dazu 1 abgelehnter Datensatz.', '1 Besucher-ID gehört zu dieser Person.',
      '1 Besucher-ID wird von mehreren Personen benutzt. Davon zählen nur die Zeilen, die diese Person nennen.']);
    api.requests.length = 0;
    await page.getByRole('button', { name: 'Löschen …' }).click();
    assert.match(await textOf(page, '.rights-found .verdict'), /^43 Zeilen werden endgültig gelöscht\. Das lässt sich nicht zurücknehmen\./);
    assert.deepEqual(await axeViolations(page), []);
    await page.getByRole('button', { name: 'Abbrechen' }).click();
    assert.equal(await page.locator('.rights-found .verdict').count(), 0);
    await page.getByRole('button', { name: 'Löschen …' }).click();
    assert.deepEqual(api.requests, [], 'nothing was ordered yet');
    await page.getByRole('button', { name: '43 Zeilen löschen' }).click();
    await page.waitForSelector('.verdict.good');
    assert.match(await textOf(page, '.verdict.good'), /Beleg 2f1f3b0e-7a3c/);
    assert.ok(api.requests.includes('erasures {"person":"anna@nordwerk.example","purpose":"Anfrage vom 20. November"}'));
    await page.waitForFunction(() => document.querySelectorAll('.receipts tbody tr').length === 3);
    const rows = await allTexts(page, '.receipts tbody tr');
    assert.match(rows[0], /Dashboard vermerkt – – 2f1f3b0e/);
    assert.match(rows[2], /Befehl auch von der Platte 1\.310 1 c4e8b1d2/);
  }));

test('rights: hostile paths in the rows are text, and nothing runs', () =>
  onPage({ path: kPaths.rights, state: { hostile: true } }, async (page) => {
    await ready(page);
    await lookUp(page, { id: '8c1f7a52e0b94d36' });
    await page.waitForSelector('.rights-found');
    assert.match(await textOf(page, '.rights-found tbody tr'), /<img src=x onerror=alert\(1\)>/);
    assert.equal(await page.locator('.rights-found img').count(), 0);
  }));

test('rights: without an id or a purpose nothing is asked; an id without data is said to have none', () =>
  onPage({ path: kPaths.rights }, async (page) => {
    await ready(page);
    api.requests.length = 0;
    await page.getByRole('button', { name: 'Nachsehen' }).click();
    assert.equal(await textOf(page, '.rights-form .error'), 'Geben Sie eine ID und den Zweck an, je eine Zeile.');
    assert.deepEqual(api.requests, []);
    await lookUp(page, { id: 'nobody' });
    await page.waitForSelector('.verdict.good');
    assert.equal(await textOf(page, '.verdict.good'), 'Zu dieser ID ist nichts gespeichert.');
    assert.equal(await page.getByRole('button', { name: 'Löschen …' }).count(), 0);
  }));

test('rights: who may not see them is told whom to ask; on a phone the way there is in the person\'s menu', () =>
  onPage({ path: kPaths.rights, width: 390, state: { problem: { status: 403, reason: 'scope_missing' } }, allowErrors: true }, async (page) => {
    await page.waitForSelector('.card.state');
    assert.match(await textOf(page, '.card.state'), /fehlt Ihnen die Berechtigung/);
    assert.equal(await page.locator('.rights-form').count(), 0);
    api.state.problem = null;
    await page.goto(api.url + kPaths.live);
    await ready(page);
    await page.getByRole('button', { name: /Konto und Darstellung/ }).click();
    await page.getByRole('link', { name: 'Betroffenenrechte' }).click();
    await page.waitForSelector('.rights-form');
  }));

/** Fills the check's form and keeps the address that would be opened. */
async function startCheck(page, address) {
  await page.evaluate(() => {
    window.opened = [];
    window.open = (...given) => window.opened.push(given) && null;
  });
  if (address !== undefined) await page.getByLabel('Adresse der Seite').fill(address);
  await page.getByLabel('Adresse der Seite').press('Enter');
}

test('the check opens the page with a mark, and a page that waits for consent is a success', () =>
  onPage({ path: kPaths.live, state: { live: 'checked', cause: 'no_consent_yet' } }, async (page) => {
    await ready(page);
    await startCheck(page, 'nordwerk.example/kontakt?a=1#oben');
    await page.waitForSelector('.verdict.good');
    const [[address, target, features]] = await page.evaluate(() => window.opened);
    const [, token] = /^https:\/\/nordwerk\.example\/kontakt\?a=1#etappe-check=([a-z0-9]{32})$/.exec(address);
    assert.deepEqual([target, features], ['_blank', 'noopener']);
    assert.ok(api.requests.includes(`checked https://nordwerk.example/kontakt?a=1#oben ${token}`), api.requests.at(-1));
    assert.match(await textOf(page, '.verdict'), /^Der Einbau stimmt: Das Skript läuft und wartet auf die Einwilligung\./);
    assert.deepEqual(await allTexts(page, '.seen li'), ['Snippet steht auf der Seite', 'Skript wurde geladen', 'Einwilligung in Statistik steht noch aus', 'Kein Ereignis angekommen']);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await axeViolations(page), [], colorScheme);
    }
    api.state.live = 'busy';
    api.state.cause = 'receiving';
    await page.waitForFunction(() => document.querySelector('.verdict')?.textContent.startsWith('Der Einbau stimmt: Ereignisse kommen an.'));
  }));

test('the check names a cause only when ten seconds are over, with what to do', () =>
  onPage({ path: kPaths.live, state: { live: 'silent', cause: 'snippet_missing', subject: 'nordwerk.example' } }, async (page) => {
    await ready(page);
    await startCheck(page);
    await page.waitForSelector('.outcome .seen');
    assert.equal(await page.locator('.verdict').count(), 0, 'one look after four seconds is too early');
    await page.waitForSelector('.verdict.bad');
    assert.match(await textOf(page, '.verdict'), /^Das Snippet steht nicht auf der Seite\. Fügen Sie es vor dem schließenden head-Tag ein/);
    assert.equal((await allTexts(page, '.seen li'))[0], 'Snippet steht nicht auf der Seite');
    assert.deepEqual(await axeViolations(page), []);
    for (const width of [1440, 390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} px`);
    }
  }));

test('who may only read learns the cause from the live view alone', () =>
  onPage({ path: kPaths.live, state: { live: 'silent', cause: 'csp_blocks_script', mayCheck: false }, allowErrors: true }, async (page) => {
    await ready(page);
    await startCheck(page);
    await page.waitForSelector('.verdict.bad');
    assert.match(await textOf(page, '.verdict'), /Content-Security-Policy der Seite verbietet das Skript.*etappe site snippet --csp/s);
    assert.equal((await allTexts(page, '.seen li'))[0], 'Seite wurde noch nicht angesehen');
  }));

test('an address that is none is refused with what to enter, and nothing is opened', () =>
  onPage({ path: kPaths.live }, async (page) => {
    await ready(page);
    for (const address of ['', 'javascript://alert(1)', 'ftp://nordwerk.example/', 'http://']) {
      await startCheck(page, address);
      assert.match(await textOf(page, '.check .error'), /^Das ist keine Adresse einer Seite\./, address);
      assert.deepEqual(await page.evaluate(() => window.opened), [], address);
    }
  }));

test('the first run has the check too, and it survives the page looking for the first event', () =>
  onPage({ state: { shape: 'nothing_recorded', live: 'silent', cause: 'wrong_key', subject: 'old99' } }, async (page) => {
    await page.waitForSelector('.first-run');
    await startCheck(page);
    await page.waitForSelector('.verdict.bad');
    assert.match(await textOf(page, '.verdict'), /^Auf der Seite steht das Snippet einer anderen Website \(old99\)\./);
    const looks = api.requests.filter((request) => request.includes('/reports/overview')).length;
    while (api.requests.filter((request) => request.includes('/reports/overview')).length === looks) await page.waitForTimeout(50);
    assert.equal(await page.locator('.verdict').count(), 1);
    assert.deepEqual(await axeViolations(page), []);
  }));

test('nothing in the period: says so and leads to the nearest day with data', () =>
  onPage({ state: { shape: 'nothing_in_period' } }, async (page) => {
    await page.waitForSelector('.card.state');
    assert.match(await textOf(page, '.card.state'), /In diesem Zeitraum wurde nichts erfasst\.\s+Der nächste Tag mit Daten ist der 26\.10\.2026\./);
    assert.equal(await page.locator('.tiles').count(), 0);
    api.state.shape = 'ok';
    await page.getByRole('button', { name: '26.10.2026 zeigen' }).click();
    await page.waitForSelector('.tiles');
    assert.match(page.url(), /period=2026-10-26\.\.2026-10-26/);
  }));

test('a slow report shows its shape first, then offers to stop, and stops', () =>
  onPage({ state: { delayMillis: 8000 } }, async (page) => {
    await page.waitForSelector('.block:not(.hidden)');
    await page.getByRole('button', { name: 'Abbrechen' }).click();
    await page.waitForSelector('.notice');
    assert.match(await textOf(page, '.notice'), /^Abgebrochen/);
    api.state.delayMillis = 0;
    await page.getByRole('button', { name: 'Erneut versuchen' }).click();
    await ready(page);
  }));

for (const [name, path] of [...Object.entries(kPaths), ['an open channel', '/?page=channels&pick=Affiliates'], ['the first run', '/']]) {
  test(`hostile names are text and nothing runs: ${name}`, () =>
    onPage({ path, state: { hostile: true, shape: name === 'the first run' ? 'nothing_recorded' : 'ok' } }, async (page) => {
      await ready(page);
      assert.match(await page.locator('body').innerText(), /<img src=x onerror="window\.__pwned=1">/);
      assert.equal(await page.evaluate(() => window.__pwned), undefined);
      assert.equal(await page.locator('img, iframe, body script, svg[onload], [href^="javascript:"]').count(), 0);
      await page.mouse.move(500, 500);
      assert.equal(await page.evaluate(() => window.__pwned), undefined);
    }));
}

test('a hostile address is read as nothing', () =>
  onPage({ path: '/?page=<script>window.__pwned=1</script>&tile="><img src=x onerror=window.__pwned=1>&sort=-__proto__&period=javascript:1&pick=<svg onload=1>' }, async (page) => {
    await ready(page);
    assert.equal(await textOf(page, 'h1'), 'Übersicht');
    assert.equal(await page.evaluate(() => window.__pwned), undefined);
  }));

test('paper is light also where the screen is dark, and carries no buttons', () =>
  onPage({ scheme: 'dark' }, async (page) => {
    await ready(page);
    const colour = () => page.evaluate(() => getComputedStyle(document.querySelector('.card')).backgroundColor);
    assert.equal(await colour(), 'rgb(23, 27, 32)');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await colour(), 'rgb(255, 255, 255)');
    assert.equal(await page.locator('.btn:visible, .nav:visible, .person:visible').count(), 0);
    assert.equal(await page.locator('.demo:visible').count(), 1);
  }));

test('the skip link is first and leads to the content', () =>
  onPage({}, async (page) => {
    await ready(page);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Zum Inhalt springen');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
  }));

test('every control shows a focus ring', () =>
  onPage({}, async (page) => {
    await ready(page);
    const bare = [];
    for (let press = 0; press < 40; press += 1) {
      await page.keyboard.press('Tab');
      const seen = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        return document.activeElement === document.body ? 'end' : `${outlineStyle} ${outlineWidth} ${document.activeElement.outerHTML.slice(0, 80)}`;
      });
      if (seen === 'end') break;
      if (!seen.startsWith('solid 2px')) bare.push(seen);
    }
    assert.deepEqual(bare, []);
  }));
