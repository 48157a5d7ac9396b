// Our own banner and the control "My data": given the banner in state Y, when …, then what is shown, requests, device
// and events are exactly …, expected and refuted. Assets: ETAPPE_SHARE.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { kSite, kStub } from '../wasm/site.mjs';
import { cookieName, enter, html, isView, loaded, settled, traces, tracking, visit } from '../wasm/visit.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kKept = `etappe_banner_${kSite}`;
const script = `/t/${kSite}.js`;
const kBanner = { privacy_url: '/datenschutz', imprint_url: '/impressum' };
const german = (body) => html(body).replace('<!doctype html>', '<!doctype html><html lang="de">');
const pages = { '/': german('<main><h1>Getriebe</h1><a href="/b">b</a></main>'), '/b': german('<main><h1>b</h1></main>'), '/next': 'next' };
const own = (more = {}) => ({ pages, adapters: ['banner'], ...more, config: { banner: kBanner, consent_version: 'v1', ...more.config } });

const banner = (page) => page.locator('[data-etappe-banner] [role=dialog]');
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const decisions = (site) => site.events.filter(({ type }) => type === 'consent')
  .map(({ name, consent, props }) => [name, consent.analytics, consent.marketing, props.version]);
const banners = (site) => tracking(site).filter((url) => /^\/a\/banner/.test(url)).length;
/** Requests but the script, the banner's file and the JavaScript build. */
const talk = (site) => tracking(site).filter((url) => url !== script && !url.startsWith('/a/'));

/** There, and the banner too. */
async function arrive(page, site, path = '/') {
  await page.goto(site.url + path);
  await loaded(page);
  await banner(page).waitFor();
}

/** Everything that the tracker could have sent by now has come. */
async function leave(page, site) {
  await page.goto(site.url + '/next');
  await page.evaluate(() => fetch('/next'));
}

visit('a new visitor sees it; nothing is sent and nothing is on the device', own(), async ({ page, context, site }) => {
  await arrive(page, site);
  assert.deepEqual(await traces(page, context), []);
  assert.deepEqual(talk(site), []);
  assert.equal(banners(site), 1);
  assert.equal(await page.evaluate(() => document.activeElement.localName), 'body', 'it takes no focus by itself');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.etappeBanner), '', 'and comes first');
});

visit('refusing is as prominent as agreeing: same look, same size, same row', own(), async ({ page, site }) => {
  await arrive(page, site);
  const looks = await Promise.all(['Alle ablehnen', 'Alle akzeptieren'].map((name) => page.getByRole('button', { name }).evaluate((button) => {
    const { height, top } = button.getBoundingClientRect();
    const { color, backgroundColor, borderColor, fontSize, fontWeight } = getComputedStyle(button);
    return { height, top, color, backgroundColor, borderColor, fontSize, fontWeight };
  })));
  assert.deepEqual(looks[0], looks[1]);
});

visit('refused: no request, no cookie, and no further question', own(), async ({ page, context, site }) => {
  await arrive(page, site);
  await press(page, 'Alle ablehnen');
  assert.equal(await banner(page).count(), 0);
  assert.deepEqual(await traces(page, context), [kKept], 'the refusal alone is remembered');
  await page.goto(site.url + '/b');
  await loaded(page);
  await page.evaluate(() => window.etappe('event', 'refuted'));
  await leave(page, site);
  assert.equal(banners(site), 1);
  assert.deepEqual(talk(site), []);
});

visit('a site that remembers no refusal leaves the device as it was, and asks again', own({ config: { banner: { ...kBanner, remember_refusal_days: 0 } } }),
  async ({ page, context, site }) => {
    await arrive(page, site);
    await press(page, 'Alle ablehnen');
    assert.deepEqual(await traces(page, context), []);
    await arrive(page, site, '/b');
    assert.deepEqual(talk(site), []);
  });

visit('agreed: one decision with source and version, views with ids, no further question', own(), async ({ page, site }) => {
  await arrive(page, site);
  await press(page, 'Alle akzeptieren');
  await site.until(() => decisions(site).length, 'the decision');
  assert.deepEqual(decisions(site), [['banner', 'granted', 'granted', 'v1']]);
  await enter(page, site.url + '/b');
  await settled(page, site);
  assert.equal(site.events.filter(isView).length, 2);
  assert.equal(new Set(site.events.map(({ visitor }) => visitor)).size, 1);
  assert.equal(decisions(site).length, 1);
  assert.equal(banners(site), 1);
});

visit('statistics alone: marketing is denied', own(), async ({ page, site }) => {
  await arrive(page, site);
  await press(page, 'Auswählen');
  await page.getByRole('checkbox', { name: /^Statistik/ }).check();
  await press(page, 'Auswahl speichern');
  await site.until(() => decisions(site).length, 'the decision');
  assert.deepEqual(decisions(site), [['banner', 'granted', 'denied', 'v1']]);
});

visit('nothing is ticked in advance, and a choice of nothing is a refusal', own(), async ({ page, context, site }) => {
  await arrive(page, site);
  await press(page, 'Auswählen');
  assert.equal(await page.getByRole('checkbox', { checked: true, disabled: false }).count(), 0);
  await press(page, 'Auswahl speichern');
  await leave(page, site);
  assert.deepEqual(talk(site), []);
  assert.deepEqual((await context.cookies()).map(({ name }) => name), []);
});

visit('marketing needs statistics: one is ticked and cleared with the other', own(), async ({ page, site }) => {
  await arrive(page, site);
  await press(page, 'Auswählen');
  const [analytics, marketing] = [/^Statistik/, /^Marketing/].map((name) => page.getByRole('checkbox', { name }));
  await marketing.check();
  assert.equal(await analytics.isChecked(), true);
  await analytics.uncheck();
  assert.equal(await marketing.isChecked(), false);
});

visit('Global Privacy Control: said, and marketing stays denied also for "accept all"', own(), async ({ page, site }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
  await arrive(page, site);
  await press(page, 'Auswählen');
  assert.equal(await page.getByRole('checkbox', { name: /^Marketing/ }).isDisabled(), true);
  assert.match(await banner(page).textContent(), /Global Privacy Control/);
  await press(page, 'Alle akzeptieren');
  await site.until(() => decisions(site).length, 'the decision');
  assert.deepEqual(decisions(site), [['banner', 'granted', 'denied', 'v1']]);
});

visit('a changed version asks again; until then the former decision holds', own(), async ({ page, site }) => {
  await page.addInitScript(([kept]) => sessionStorage.getItem('once') || (localStorage.setItem(kept, JSON.stringify(['v0', Date.now() + 1e9, false, false, 1])),
  sessionStorage.setItem('once', '1')), [kKept]);
  await arrive(page, site);
  await page.evaluate(() => window.etappe('event', 'refuted'));
  assert.deepEqual(talk(site), []);
  await press(page, 'Alle akzeptieren');
  await site.until(() => decisions(site).length, 'the decision');
  await enter(page, site.url + '/b');
  assert.equal(banners(site), 1);
});

visit('a refusal that is over is none', own(), async ({ page, site }) => {
  await page.addInitScript(([kept]) => localStorage.setItem(kept, JSON.stringify(['v1', Date.now() - 1, false, false, 1])), [kKept]);
  await arrive(page, site);
});

visit('a clock that was put back does not keep a refusal for longer than it was given', own(), async ({ page, site }) => {
  await arrive(page, site);
  await press(page, 'Alle ablehnen');
  await page.addInitScript(() => {
    const now = Date.now;
    Date.now = () => now() + 181 * 864e5;
  });
  await arrive(page, site, '/b');
});

visit('settings: opened with the focus, closed by Esc, and the focus goes back', own(), async ({ page, site }) => {
  await arrive(page, site);
  await press(page, 'Alle ablehnen');
  await page.evaluate(() => {
    document.querySelector('a').focus();
    window.etappe('settings');
  });
  await banner(page).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.shadowRoot.activeElement.getAttribute('role')), 'dialog');
  assert.equal(await page.getByRole('button', { name: 'Auswahl speichern' }).isVisible(), true);
  await page.keyboard.press('Escape');
  assert.equal(await banner(page).count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.localName), 'a');
  assert.deepEqual(talk(site), []);
});

visit('settings on a page whose visitor has decided before', own(), async ({ page, site }) => {
  await arrive(page, site);
  await press(page, 'Alle ablehnen');
  await page.goto(site.url + '/b');
  await loaded(page);
  await page.evaluate(() => window.etappe('settings'));
  await banner(page).waitFor();
  await press(page, 'Alle akzeptieren');
  await site.until(() => site.events.some(isView), 'a view');
  assert.deepEqual(decisions(site), [['banner', 'granted', 'granted', 'v1']]);
});

visit('withdrawn in the settings: the collector is told whom to forget, the device is empty but for the refusal', own(),
  async ({ page, context, site }) => {
    await arrive(page, site);
    await press(page, 'Alle akzeptieren');
    await site.until(() => site.events.some(isView), 'a view');
    const [{ visitor }] = site.events;
    await page.evaluate(() => window.etappe('settings'));
    await press(page, 'Alle ablehnen');
    await site.until(() => site.forgotten.length, 'a withdrawal');
    assert.deepEqual(site.forgotten, [visitor]);
    assert.deepEqual((await context.cookies()).filter(({ name }) => name === cookieName), []);
    const sent = site.batches.length;
    await page.goto(site.url + '/b');
    await loaded(page);
    await leave(page, site);
    assert.equal(site.batches.length, sent);
    assert.equal(banners(site), 1, 'and it does not ask again');
  });

visit('a withdrawal by the page\'s own call is remembered, too', own(), async ({ page, site }) => {
  await arrive(page, site);
  await press(page, 'Alle akzeptieren');
  await site.until(() => site.events.some(isView), 'a view');
  await page.evaluate(() => window.etappe('consent', 'withdraw'));
  await site.until(() => site.forgotten.length, 'a withdrawal');
  const sent = site.batches.length;
  await page.goto(site.url + '/b');
  await loaded(page);
  await leave(page, site);
  assert.equal(site.batches.length, sent);
});

visit('withdrawn, then agreed again: another visitor', own(), async ({ page, site }) => {
  await arrive(page, site);
  await press(page, 'Alle akzeptieren');
  await site.until(() => site.events.some(isView), 'a view');
  await page.evaluate(() => window.etappe('settings'));
  await press(page, 'Alle ablehnen');
  await site.until(() => site.forgotten.length, 'a withdrawal');
  await page.evaluate(() => window.etappe('settings'));
  await press(page, 'Alle akzeptieren');
  await site.until(() => decisions(site).length === 2, 'the second grant');
  const visitors = site.events.filter(({ type }) => type === 'consent').map(({ visitor }) => visitor);
  assert.equal(new Set(visitors).size, 2);
});

visit('queue: what happened before comes with the grant, in order', own({ config: { policy: 'queue' } }), async ({ page, site }) => {
  await arrive(page, site);
  await page.evaluate(() => window.etappe('event', 'early'));
  assert.deepEqual(talk(site), []);
  await press(page, 'Alle akzeptieren');
  await site.until(() => decisions(site).length, 'the decision');
  assert.deepEqual(site.events.map(({ type }) => type), ['view', 'event', 'consent']);
});

visit('queue: a refusal empties it for good', own({ config: { policy: 'queue' } }), async ({ page, site }) => {
  await arrive(page, site);
  await page.evaluate(() => window.etappe('event', 'early'));
  await press(page, 'Alle ablehnen');
  await page.evaluate(() => window.etappe('settings'));
  await press(page, 'Alle akzeptieren');
  await site.until(() => decisions(site).length, 'the decision');
  assert.equal(site.events.some(({ name }) => name === 'early'), false);
});

visit('cookieless: counted without an id while undecided, with one on every page after the grant', own({ config: { policy: 'cookieless' } }),
  async ({ page, site }) => {
    await arrive(page, site);
    await site.until(() => site.events.some(isView), 'a view');
    assert.ok(!site.events[0].visitor);
    await press(page, 'Alle akzeptieren');
    await site.until(() => decisions(site).length, 'the decision');
    await page.goto(site.url + '/b');
    await site.until(() => site.events.filter(isView).length === 2, 'the second view');
    const second = site.events.filter(isView)[1];
    assert.ok(second.visitor);
    assert.equal(banners(site), 1);
  });

visit('cookieless: after a refusal no page sends anything', own({ config: { policy: 'cookieless' } }), async ({ page, site }) => {
  await arrive(page, site);
  await site.until(() => site.events.some(isView), 'a view');
  await press(page, 'Alle ablehnen');
  const sent = site.batches.length;
  await page.goto(site.url + '/b');
  await loaded(page);
  await page.evaluate(() => window.etappe('event', 'refuted'));
  await leave(page, site);
  assert.equal(site.batches.length, sent);
});

visit('two tabs: what one refuses after a grant stops the other', own(), async ({ page, context, site }) => {
  await arrive(page, site);
  await press(page, 'Alle akzeptieren');
  await site.until(() => site.events.some(isView), 'a view');
  const other = await context.newPage();
  await enter(other, site.url + '/b');
  await settled(other, site);
  await page.evaluate(() => window.etappe('settings'));
  await press(page, 'Alle ablehnen');
  await site.until(() => site.forgotten.length, 'a withdrawal');
  const sent = site.batches.length;
  await other.waitForTimeout(150);
  await other.evaluate(() => window.etappe('event', 'refuted'));
  await leave(other, site);
  assert.equal(site.batches.length, sent);
});

visit('back and forward: the page that comes from the cache does not ask who has decided meanwhile', own(), async ({ page, site }) => {
  await arrive(page, site);
  await press(page, 'Alle ablehnen');
  await page.click('a');
  await loaded(page);
  await page.goBack({ waitUntil: 'commit' });
  await page.waitForFunction(() => document.querySelector('h1').textContent === 'Getriebe');
  assert.equal(await banner(page).count(), 0);
  assert.equal(banners(site), 1);
});

visit('a single-page application: the banner stays while the address changes, and one decision is enough', own(), async ({ page, site }) => {
  await arrive(page, site);
  await page.evaluate(() => history.pushState({}, '', '/route'));
  assert.equal(await banner(page).count(), 1);
  await press(page, 'Alle akzeptieren');
  await site.until(() => decisions(site).length, 'the decision');
  assert.equal(decisions(site).length, 1);
});

// --- words ------------------------------------------------------------------------------------------------------------

visit('English where the page is', own({ pages: { '/': html('').replace('<!doctype html>', '<!doctype html><html lang="en-GB">') } }), async ({ page, site }) => {
  await arrive(page, site);
  assert.equal(await page.getByRole('button', { name: 'Reject all' }).count(), 1);
  assert.equal(await page.getByRole('link', { name: 'Privacy' }).getAttribute('href'), '/datenschutz');
});

visit('the site\'s own words, as text and nothing else', own({ config: { banner: { ...kBanner, de: { title: '<img src=x onerror=alert(1)>', reject: 'Nein' } } } }),
  async ({ page, site }) => {
    await arrive(page, site);
    assert.equal(await banner(page).locator('h2').textContent(), '<img src=x onerror=alert(1)>');
    assert.equal(await page.getByRole('button', { name: 'Nein', exact: true }).count(), 1);
    assert.equal(await page.getByRole('button', { name: 'Alle akzeptieren' }).count(), 1, 'what is not set stays');
  });

// --- strict pages, hostile styles, assistive technology ------------------------------------------------------------------

const strict = "default-src 'none'; script-src 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'";
const strictPage = { html: `<!doctype html><html lang="de"><title>x</title>${kStub.replace('<script', '<script nonce="abc"')}`
  + `<script async nonce="abc" src="${script}"></script><body><main><h1>x</h1></main>`, headers: { 'Content-Security-Policy': strict } };

visit('under a strict policy it looks as it should, and the console stays clean', own({ pages: { '/': strictPage } }), async ({ page, site }) => {
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  await arrive(page, site);
  assert.equal(await banner(page).evaluate((dialog) => getComputedStyle(dialog).position), 'fixed');
  await press(page, 'Alle ablehnen');
  assert.deepEqual(said.filter((text) => !/favicon/.test(text)), []);
});

visit('a page\'s own styles do not reach it', own({ pages: { '/': german('<style>*{display:none!important}html,body{display:block!important}button{opacity:0}</style>') } }),
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await page.locator('[data-etappe-banner]').waitFor({ state: 'attached' });
    const shown = await page.getByText('Alle ablehnen').evaluate((button) => getComputedStyle(button).opacity);
    assert.equal(shown, '1');
  });

for (const scheme of ['light', 'dark']) {
  visit(`WCAG 2.2 AA by axe, ${scheme}, both layers`, own(), async ({ page, site }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await arrive(page, site);
    await page.evaluate(axeSource);
    for (const layer of ['first', 'second']) {
      if (layer === 'second') await press(page, 'Auswählen');
      const { violations } = await page.evaluate(() => window.axe.run('[data-etappe-banner]', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
      assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html: node }) => node)]), [], layer);
    }
  });
}

visit('by keyboard alone: every control can be reached and pressed, 44 pixels high', own(), async ({ page, site }) => {
  await arrive(page, site);
  const reached = [];
  for (let i = 0; i < 5; ++i) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.textContent));
  }
  assert.deepEqual(reached, ['Datenschutz', 'Impressum', 'Alle ablehnen', 'Alle akzeptieren', 'Auswählen']);
  const heights = await banner(page).locator('button:visible').evaluateAll((all) => all.map((each) => each.getBoundingClientRect().height));
  assert.ok(heights.every((height) => height >= 44), String(heights));
  await page.keyboard.press('Enter');
  assert.equal(await page.getByRole('button', { name: 'Auswählen' }).getAttribute('aria-expanded'), 'true');
});

visit('on a phone it fits, and scrolls by itself', own(), async ({ page, site }) => {
  await page.setViewportSize({ width: 320, height: 480 });
  await arrive(page, site);
  await press(page, 'Auswählen');
  const box = await banner(page).evaluate((dialog) => dialog.getBoundingClientRect().toJSON());
  assert.ok(box.left >= 0 && box.right <= 320 && box.top >= 0 && box.bottom <= 480, JSON.stringify(box));
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= 320), true);
});

visit('its file is refused: nothing is shown, nothing is sent, the page works', own(), async ({ page, context, site }) => {
  await page.route('**/a/banner.*', (route) => route.abort());
  await page.goto(site.url + '/');
  await loaded(page);
  await leave(page, site);
  assert.deepEqual(talk(site), []);
  assert.deepEqual(await traces(page, context), []);
});

// --- My data ----------------------------------------------------------------------------------------------------------

const mine = { '/': german('<main><h1>Datenschutz</h1><div data-etappe-my-data></div></main>'), '/next': 'next' };
const status = (page) => page.locator('[data-etappe-my-data] [role=status]');

visit('My data without a banner: undecided, refused, remembered nowhere', { pages: mine, adapters: ['banner'] }, async ({ page, context, site }) => {
  await page.goto(site.url + '/');
  await status(page).waitFor();
  assert.match(await status(page).textContent(), /^Sie haben noch nicht entschieden\.$/);
  await press(page, 'Ablehnen');
  assert.match(await status(page).textContent(), /^Sie haben abgelehnt\. Es wird nichts gespeichert\./);
  assert.deepEqual(await traces(page, context), []);
  assert.deepEqual(talk(site), []);
});

visit('My data: agreed, withdrawn and erased, with the receipt', { pages: mine, adapters: ['banner'], receipt: '5f0c2b54-0000-4000-8000-000000000001' },
  async ({ page, context, site }) => {
    await page.goto(site.url + '/');
    await status(page).waitFor();
    await press(page, 'Statistik erlauben');
    await site.until(() => site.events.some(isView), 'a view');
    assert.match(await status(page).textContent(), /^Sie haben der Statistik zugestimmt\.Stand: /);
    const [{ visitor }] = site.events;
    await press(page, 'Widerrufen und Daten löschen');
    await page.getByText('5f0c2b54-0000-4000-8000-000000000001').waitFor();
    assert.match(await status(page).textContent(), /^Widerrufen\. .*Die Löschung ist aufgenommen\. Beleg: 5f0c2b54/);
    assert.deepEqual(site.forgotten, [visitor]);
    assert.deepEqual((await context.cookies()).filter(({ name }) => name === cookieName), []);
  });

visit('My data tells what another banner has decided', { pages: mine, adapters: ['banner', 'cookieconsent'] }, async ({ page, site }) => {
  await page.goto(site.url + '/');
  await status(page).waitFor();
  await page.evaluate(() => window.dispatchEvent(new CustomEvent('cc:onConsent', { detail: { cookie: { categories: ['analytics'], revision: 3 } } })));
  assert.match(await status(page).textContent(), /^Sie haben der Statistik zugestimmt\./);
});

visit('My data with the banner: its settings open from there', own({ pages: mine }), async ({ page, site }) => {
  await arrive(page, site);
  await press(page, 'Alle ablehnen');
  await press(page, 'Entscheidung ändern');
  await banner(page).waitFor();
});

visit('My data by axe', own({ pages: mine }), async ({ page, site }) => {
  await arrive(page, site);
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run('main', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }));
  assert.deepEqual(violations.map(({ id }) => id), []);
});

// --- the site's own people ---------------------------------------------------------------------------------------------

visit('a browser of the site\'s own people is not counted until the link that ends it', { pages, adapters: ['staff'] }, async ({ page, site }) => {
  page.on('dialog', (dialog) => dialog.accept());
  await page.goto(site.url + '/#etappe-staff=on');
  await loaded(page);
  await page.goto(site.url + '/b');
  await loaded(page);
  assert.equal(await page.evaluate(() => new Promise((done) => { window.etappe('ready', () => done('called')); })), 'called');
  await page.evaluate(() => {
    window.etappe('consent', { analytics: true, marketing: true });
    window.etappe('conversion', 'refuted');
  });
  await leave(page, site);
  assert.deepEqual(talk(site), []);
  await page.goto(site.url + '/#etappe-staff=off');
  await loaded(page);
  await page.evaluate(() => window.etappe('consent', { analytics: true }));
  await site.until(() => site.events.some(isView), 'a view');
});

visit('also with a grant from before, and under cookieless', { pages, adapters: ['staff'], config: { policy: 'cookieless' } }, async ({ page, site }) => {
  page.on('dialog', (dialog) => dialog.accept());
  await page.addInitScript(([site_]) => localStorage.setItem(`etappe_staff_${site_}`, '1'), [kSite]);
  await page.goto(site.url + '/');
  await loaded(page);
  await page.evaluate(() => window.etappe('event', 'refuted'));
  await leave(page, site);
  assert.deepEqual(talk(site), []);
});

test('the words of the banner are the same in both languages', () => {
  const source = readFileSync(new URL('../../wasm/loader/banner.js', import.meta.url), 'utf8');
  const [, de, en] = /german \? \{(.*?)\} : \{(.*?)\}, banner/s.exec(source);
  const keys = (text) => [...text.matchAll(/^\s+(\w+):|, (\w+): '/gm)].map(([, a, b]) => a ?? b);
  assert.deepEqual(keys(de), keys(en));
  assert.ok(keys(de).length > 20);
});
