// What a page does before, with and without a visitor's decision, by the policy of its site (docs/consent.md): requests,
// device and events, expected and refuted. Assets: ETAPPE_SHARE.

import assert from 'node:assert/strict';
import { kSite } from './site.mjs';
import { consent, cookieName, html, isView, kGranted, loaded, settled, traces, tracking, visit } from './visit.mjs';

const queue = { config: { policy: 'queue' } };
const cookieless = { config: { policy: 'cookieless' } };
const pages = { '/': html('<button data-etappe-click="pressed">press</button>'), '/b': html(''), '/next': 'next' };
const kDenied = { analytics: false, marketing: false };
const script = `/t/${kSite}.js`;
const types = (site) => site.events.map(({ type }) => type);
const byName = (site, name) => site.events.find((event) => event.name === name);
/** Without the JavaScript build, which a page without WebAssembly loads when the tracker starts. */
const talk = (site) => tracking(site).filter((url) => !url.startsWith('/a/'));

/** Writes down whatever script does with the device. */
const watchDevice = (page) => page.addInitScript(() => {
  window.touched = [];
  const watch = (target, name, what) => {
    const found = Object.getOwnPropertyDescriptor(target, name);
    const note = (work, how) => work && function (...args) {
      window.touched.push(`${what} ${how}`);
      return work.apply(this, args);
    };
    Object.defineProperty(target, name, { ...found,
      ...(found.get && { get: note(found.get, 'read'), set: note(found.set, 'written') }), ...(found.value && { value: note(found.value, 'called') }) });
  };
  watch(Document.prototype, 'cookie', 'cookie');
  for (const name of ['getItem', 'setItem', 'removeItem', 'key']) watch(Storage.prototype, name, name);
  watch(IDBFactory.prototype, 'open', 'indexedDB');
  if (window.caches) watch(CacheStorage.prototype, 'open', 'caches');
  if (window.NavigatorUAData) watch(NavigatorUAData.prototype, 'getHighEntropyValues', 'high-entropy hints');
});
const touched = (page) => page.evaluate('window.touched');

/** A request that was begun before the next page was there has come by the time of this one. */
async function leave(page, site) {
  await page.goto(site.url + '/next');
  await page.evaluate(() => fetch('/next'));
}

// --- block ---------------------------------------------------------------------------------------------------------

for (const policy of [undefined, 'queue', 'cookieless']) {
  visit(`${policy ?? 'block'}: a visitor who refuses leaves with the device as it was`, { pages, config: { policy } },
    async ({ page, context, site }) => {
      await page.goto(site.url + '/');
      await loaded(page);
      await consent(page, kDenied);
      const before = tracking(site).length;
      await page.click('button');
      await page.evaluate(() => {
        window.etappe('event', 'refuted');
        history.pushState({}, '', '/b');
      });
      await leave(page, site);
      assert.deepEqual(await traces(page, context), []);
      assert.equal(tracking(site).length, before, 'no request after the refusal');
      assert.deepEqual(site.forgotten, [], 'nobody is to be forgotten');
      assert.equal(byName(site, 'refuted'), undefined);
    });

  visit(`${policy ?? 'block'}: a refusal that waited in the stub is heard before anything happens`,
    { pages: { ...pages, '/': html(`<script>etappe('consent', {analytics: false})</script>`) }, config: { policy } },
    async ({ page, context, site }) => {
      await page.goto(site.url + '/');
      await loaded(page);
      await page.evaluate(() => window.etappe('event', 'refuted'));
      await leave(page, site);
      assert.deepEqual(talk(site), [script]);
      assert.deepEqual(await traces(page, context), []);
    });

  visit(`${policy ?? 'block'}: a grant after a refusal counts the page that is shown, and nothing from before`,
    { pages, config: { policy } },
    async ({ page, site }) => {
      await page.goto(site.url + '/');
      await loaded(page);
      await consent(page, kDenied);
      await page.evaluate(() => window.etappe('event', 'refuted'));
      await page.evaluate(() => history.pushState({}, '', '/b'));
      await page.waitForTimeout(200);  // a changed address waits 100 ms for its title
      await consent(page, { analytics: true });
      await settled(page, site);
      const linked = site.events.filter(({ visitor }) => visitor);
      assert.deepEqual(linked.filter(isView).map(({ url }) => new URL(url).pathname), ['/b']);
      assert.equal(byName(site, 'refuted'), undefined);
    });

  visit(`${policy ?? 'block'}: Global Privacy Control denies marketing whoever grants it`, { pages, config: { policy } },
    async ({ page, site }) => {
      await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }));
      await page.goto(site.url + '/');
      await loaded(page);
      await consent(page, { analytics: true, marketing: true });
      await settled(page, site);
      const decided = site.events.find(({ type }) => type === 'consent');
      assert.deepEqual(decided.consent, { analytics: 'granted', marketing: 'denied' });
    });

  visit(`${policy ?? 'block'}: a withdrawal empties the device, names the visitor to the collector, hands on its receipt, and nothing follows`,
    { pages, config: { policy }, receipt: 'r-1' },
    async ({ page, context, site }) => {
      await page.goto(site.url + '/');
      await loaded(page);
      await consent(page, { analytics: true });
      await settled(page, site);
      const { visitor } = site.events.find(({ type }) => type === 'consent');
      await page.waitForFunction((name) => document.cookie.includes(name), cookieName);
      const receipt = page.evaluate(() => new Promise((done) => document.addEventListener('etappe:receipt', ({ detail }) => done(detail))));
      await consent(page, 'withdraw');
      assert.deepEqual(await receipt, { receipt: 'r-1' });
      assert.deepEqual(site.forgotten, [visitor]);
      const before = site.batches.length;
      await page.evaluate(() => window.etappe('event', 'refuted'));
      await leave(page, site);
      assert.equal(site.batches.length, before);
      assert.deepEqual(await traces(page, context), []);
    });

  visit(`${policy ?? 'block'}: a withdrawal in one tab stops the other, which asks for no erasure of its own`, { pages, config: { policy } },
    async ({ page, context, site }) => {
      await page.goto(site.url + '/');
      await loaded(page);
      await consent(page, { analytics: true });
      await settled(page, site);
      await page.waitForFunction((name) => document.cookie.includes(name), cookieName);
      const other = await context.newPage();
      await other.goto(site.url + '/b');
      await loaded(other);
      await consent(other, { analytics: true });
      await settled(other, site);
      await consent(page, 'withdraw');
      await site.until(() => site.forgotten.length, 'the withdrawal');
      await other.waitForTimeout(150);  // looking at the device is done every 100 ms at most
      const before = site.batches.length;
      await other.evaluate(() => window.etappe('event', 'refuted'));
      await leave(other, site);
      assert.equal(site.batches.length, before);
      assert.deepEqual(site.forgotten.filter(Boolean).length, 1);
      assert.deepEqual(await traces(other, context), []);
    });

  visit(`${policy ?? 'block'}: a withdrawal before the engine is there is heard all the same`,
    { pages: { ...pages, '/': html(kGranted + `<script>etappe('consent', 'withdraw')</script>`) }, config: { policy } },
    async ({ page, context, site }) => {
      await page.goto(site.url + '/');
      await loaded(page);
      await page.evaluate(() => window.etappe('event', 'refuted'));
      await leave(page, site);
      assert.deepEqual(talk(site), [script]);
      assert.deepEqual(await traces(page, context), []);
    });

  visit(`${policy ?? 'block'}: a grant after a withdrawal is another visitor`, { pages, config: { policy } },
    async ({ page, site }) => {
      await page.goto(site.url + '/');
      await loaded(page);
      await consent(page, { analytics: true });
      await settled(page, site);
      await consent(page, 'withdraw');
      await consent(page, { analytics: true });
      await settled(page, site);
      const visitors = site.events.filter(({ type }) => type === 'consent').map(({ visitor }) => visitor);
      assert.equal(visitors.length, 2);
      assert.notEqual(visitors[0], visitors[1]);
    });

  visit(`${policy ?? 'block'}: the consent event carries its source and version`, { pages, config: { policy, consent_version: '2026-11' } },
    async ({ page, site }) => {
      await page.goto(site.url + '/');
      await loaded(page);
      await consent(page, { analytics: true });
      await page.evaluate(() => window.etappe('consent', { marketing: true }, { source: 'klaro', version: 'k7' }));
      await settled(page, site);
      assert.deepEqual(site.events.filter(({ type }) => type === 'consent').map(({ name, props }) => [name, props.version]),
        [['api', '2026-11'], ['klaro', 'k7']]);
    });
}

// --- queue ---------------------------------------------------------------------------------------------------------

visit('queue: nothing leaves the page and nothing is stored before a decision, also when the page is left',
  { pages, ...queue },
  async ({ page, context, site }) => {
    await watchDevice(page);
    await page.goto(site.url + '/');
    await loaded(page);
    await page.click('button');
    await page.evaluate(() => window.etappe('event', 'waits'));
    assert.deepEqual((await touched(page)).filter((what) => !/cookie read/.test(what)), []);
    await leave(page, site);
    assert.deepEqual(tracking(site), [script]);
    assert.deepEqual(await traces(page, context), []);
  });

visit('queue: a grant sends everything in order, each with the page and time of its happening',
  { pages, ...queue },
  async ({ page, site }) => {
    const began = Date.now();
    await page.goto(site.url + '/?utm_source=n');
    await loaded(page);
    await page.click('button');
    await page.evaluate(() => {
      document.title = 'Second';
      history.pushState({}, '', '/b');
    });
    await page.waitForTimeout(200);
    await page.evaluate(() => window.etappe('event', 'second', { place: 'b' }));
    const decided = Date.now();
    await consent(page, { analytics: true });
    await settled(page, site);
    const seen = site.events.filter(({ name }) => !/settled/.test(name));
    assert.deepEqual(seen.map(({ type, name, url }) => [type, name || '', new URL(url).pathname]), [
      ['view', '', '/'], ['click', 'pressed', '/'], ['view', '', '/b'], ['event', 'second', '/b'], ['consent', 'api', '/b']]);
    assert.deepEqual(seen.map(({ title }) => title).filter(Boolean), ['Getriebe', 'Second']);
    assert.ok(seen.slice(0, 4).every(({ time }) => time >= began && time <= decided));
    assert.ok(seen[4].time >= decided);
    assert.equal(new Set(seen.map(({ visitor }) => visitor)).size, 1);
    assert.equal(new Set(seen.map(({ session }) => session)).size, 1);
    assert.ok(seen[0].visitor);
  });

visit('queue: a partial grant sends what it permits and holds the tags that need more',
  { pages, ...queue },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await page.evaluate(() => window.etappe('event', 'looked'));
    await consent(page, { analytics: true, marketing: false });
    await settled(page, site);
    assert.deepEqual(byName(site, 'looked').consent, { analytics: 'granted', marketing: 'denied' });
  });

visit('queue: marketing alone releases nothing', { pages, ...queue },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await page.evaluate(() => window.etappe('event', 'waits'));
    await consent(page, { marketing: true });
    await leave(page, site);
    assert.deepEqual(tracking(site), [script]);
  });

visit('queue: more than 250 events are counted as lost, none silently', { pages, ...queue },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    const lines = [];
    page.on('console', (message) => lines.push(message));
    await page.evaluate(() => {
      for (let i = 0; i < 350; ++i) window.etappe('event', 'e' + i);
    });
    await consent(page, { analytics: true });
    await page.evaluate(() => window.etappe('debug', true));
    const [, report] = await Promise.all(lines.filter((line) => /started/.test(line.text()))[0].args().map((arg) => arg.jsonValue()));
    assert.ok(report.lost > 90 && report.lost < 110, `lost ${report.lost}`);
    await settled(page, site);
    const kept = site.events.filter(({ name }) => /^e\d/.test(name));
    assert.equal(kept.length + report.lost, 350);
    assert.deepEqual(kept.map(({ name }) => name), kept.map((_, i) => 'e' + i), 'the first ones, in order');
  });

visit('queue: what the data layer said before the grant fires rules in order', { pages: { ...pages, '/': html(
  `<script>window.dataLayer=[{event:'early', page:{kind:'a'}}]</script>`) }, ...queue, listeners: ['commerce'] },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await page.evaluate(() => window.dataLayer.push({ event: 'purchase', ecommerce: { transaction_id: 'A-1', value: 12.5, currency: 'EUR', items: [{ item_id: 'x' }] } }));
    await consent(page, { analytics: true });
    await settled(page, site);
    const order = site.events.find(({ name }) => name === 'purchase');
    assert.equal(order.order_id, 'A-1');
  });

visit('queue: ready() answers without a grant', { pages, ...queue },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await page.evaluate(() => new Promise((done) => { window.etappe('ready', done); }));
    assert.deepEqual(tracking(site), [script]);
  });

visit('queue: a remembered grant counts at once', { pages, ...queue },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await consent(page, { analytics: true });
    await settled(page, site);
    await page.waitForFunction((name) => document.cookie.includes(name), cookieName);
    await page.goto(site.url + '/b');
    const second = await site.until(() => site.events.filter(isView)[1], 'the second view');
    assert.equal(second.visitor, site.events[0].visitor);
    assert.equal(second.session, site.events[0].session);
  });

// --- cookieless ----------------------------------------------------------------------------------------------------

visit('cookieless: the page is counted without an id, without cookies on the request, and with the device untouched',
  { pages, ...cookieless, listeners: ['links', 'engagement', 'impressions'] },
  async ({ page, context, site }) => {
    await context.addCookies([{ name: `etappe_id_${kSite}`, value: 'someone', url: site.url + '/v1/' }, { name: cookieName, value: 'x', url: site.url }]);
    await watchDevice(page);
    await page.goto(site.url + '/?utm_source=n');
    await loaded(page);
    await page.click('button');
    await settled(page, site);
    assert.deepEqual(await touched(page), []);
    for (const event of site.events) {
      assert.equal(event.visitor, undefined);
      assert.equal(event.session, undefined);
      assert.deepEqual(event.consent, { analytics: 'undetermined', marketing: 'undetermined' });
    }
    assert.ok(types(site).includes('view') && byName(site, 'pressed'));
    for (const { url, headers } of site.requests) {
      if (url.startsWith('/v1/')) assert.equal(headers.cookie, undefined);
    }
    await page.evaluate(() => window.etappe('event', 'last'));
    await leave(page, site);
    await site.until(() => byName(site, 'last'), 'the last event');
    assert.deepEqual(await context.cookies().then((all) => all.map(({ value }) => value).sort()), ['someone', 'x']);
  });

visit('cookieless: what cannot be delivered is not kept on the device', { pages, ...cookieless, answer: () => 503 },
  async ({ page, context, site }) => {
    await page.goto(site.url + '/');
    await site.until(() => site.batches.length, 'a batch');
    await page.evaluate(() => window.etappe('event', 'waits'));
    await leave(page, site);
    assert.deepEqual(await traces(page, context), []);
  });

visit('cookieless: without fetch nothing is sent rather than a beacon with cookies', { pages, ...cookieless },
  async ({ page, context, site }) => {
    await context.addCookies([{ name: 'other', value: '1', url: site.url }]);
    await page.addInitScript(() => {
      window.fetch = () => {
        throw new Error('not here');
      };
    });
    await page.goto(site.url + '/');
    await loaded(page);
    await page.evaluate(() => window.etappe('conversion', 'refuted'));
    await page.goto(site.url + '/next');
    assert.deepEqual(talk(site), [script]);
  });

visit('cookieless: a grant links what follows on the page, whose view counts once', { pages, ...cookieless },
  async ({ page, context, site }) => {
    await page.goto(site.url + '/');
    await site.until(() => site.events.find(isView), 'the view');
    await consent(page, { analytics: true });
    await page.click('button');
    await settled(page, site);
    assert.equal(site.events.filter(isView).length, 1);
    assert.equal(site.events.find(isView).visitor, undefined);
    const decided = site.events.find(({ type }) => type === 'consent');
    assert.ok(decided.visitor);
    assert.equal(byName(site, 'pressed').visitor, decided.visitor);
    assert.equal(new Set(site.batches.map(({ header }) => header.instance)).size, 1, 'one page load, by which the view is found');
    assert.deepEqual((await context.cookies()).map(({ name }) => name), [cookieName]);
  });

visit('cookieless: the second page links from its first event when the page says at once that a grant was given',
  { pages: { ...pages, '/b': html(kGranted) }, ...cookieless },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await consent(page, { analytics: true });
    await settled(page, site);
    await page.waitForFunction((name) => document.cookie.includes(name), cookieName);
    const first = site.events.find(({ type }) => type === 'consent');
    await page.goto(site.url + '/b');
    const second = await site.until(() => site.events.filter(isView)[1], 'the second view');
    assert.equal(second.visitor, first.visitor);
    assert.equal(second.session, first.session);
    await settled(page, site);
    assert.equal(types(site).filter((type) => type === 'consent').length, 1);
  });

visit('cookieless: a page that says nothing counts without an id, though a grant lies on the device',
  { pages, ...cookieless },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await consent(page, { analytics: true });
    await settled(page, site);
    await page.waitForFunction((name) => document.cookie.includes(name), cookieName);
    await watchDevice(page);
    await page.goto(site.url + '/b');
    const second = await site.until(() => site.events.filter(isView)[1], 'the second view');
    assert.equal(second.visitor, undefined);
    assert.deepEqual(await touched(page), []);
  });

visit('cookieless: a clock that jumps back or ahead changes nothing about that', { pages, ...cookieless },
  async ({ page, site }) => {
    await watchDevice(page);
    await page.goto(site.url + '/');
    await loaded(page);
    for (const jump of [-864e5, 36e5]) {
      await page.evaluate((by) => {
        const now = Date.now;
        Date.now = () => now() + by;
      }, jump);
      await page.evaluate(() => window.etappe('event', 'jumped'));
    }
    await settled(page, site);
    assert.equal(site.events.filter(({ name }) => name === 'jumped').length, 2);
    assert.deepEqual(await touched(page), []);
  });

visit('cookieless: a page restored from the back/forward cache counts again without an id', { pages, ...cookieless },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await site.until(() => site.events.find(isView), 'the view');
    await page.goto(site.url + '/b');
    await site.until(() => site.events.filter(isView)[1], 'the second view');
    await Promise.all([page.waitForURL(site.url + '/', { waitUntil: 'commit' }), page.evaluate(() => history.back())]);
    const third = await site.until(() => site.events.filter(isView)[2], 'the restored view');
    assert.equal(third.visitor, undefined);
  });
