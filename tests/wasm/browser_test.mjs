// The tracker in a real Chromium: what is sent and stored, and what is not. Assets: ETAPPE_SHARE.

import assert from 'node:assert/strict';
import { containerBytes } from '../golden/container.mjs';
import { embed } from '../../wasm/embed.mjs';
import { kSilent, kSite, kStub, snippet } from './site.mjs';
import { consent, cookieName, html, isView, kGranted, loaded, traces, tracking, visit } from './visit.mjs';

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

visit('the middle button is a click, the right one is not; nothing outside a declared element is',
  { pages: { '/': html('<p>text</p><button data-etappe-click="declared"><b>press</b></button>') } },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await consent(page, { analytics: true });
    await page.click('p');
    await page.click('b', { button: 'right' });
    await page.click('b', { button: 'middle' });
    await page.click('b');
    await page.evaluate(() => window.etappe('event', 'last'));
    await site.until(() => site.events.find(({ name }) => name === 'last'), 'the last event');
    assert.deepEqual(site.events.filter(({ type }) => type === 'click').map(({ name }) => name), ['declared', 'declared']);
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

visit('a page that is about to remember something does not bring back what another one has withdrawn',
  { pages: { '/': html(kGranted) } },
  async ({ page, context, site }) => {
    await page.goto(site.url + '/');
    await site.until(() => site.events.find(isView), 'the view');
    await page.waitForTimeout(1100);  // whole seconds are remembered
    assert.equal(await page.evaluate((name) => {
      window.etappe('event', 'before');  // looked at the cookie just now, and wants to write it
      document.cookie = `${name}=;path=/;max-age=0`;  // as another tab that withdraws does it
      return new Promise((done) => setTimeout(() => done(document.cookie), 50));
    }, cookieName), '');
    await page.evaluate(() => window.etappe('event', 'after'));
    assert.deepEqual(await traces(page, context), []);
  });

visit('a withdrawal in one tab stops the other', { pages: { '/': html(''), '/next': 'next' } },
  async ({ page, context, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await consent(page, { analytics: true });
    await site.until(() => site.events.find(isView), 'the view');
    const other = await context.newPage();
    await other.goto(site.url + '/');
    await site.until(() => site.events.filter(isView)[1], 'the view of the other tab');
    await consent(other, 'withdraw');
    const before = site.batches.length;
    await page.evaluate(() => window.etappe('event', 'after'));
    await page.goto(site.url + '/next');
    await page.evaluate(() => fetch('/next'));
    assert.equal(site.batches.length, before);
    assert.deepEqual(await traces(page, context), []);
    assert.equal(tracking(site).filter((url) => url === `/v1/forget?site=${kSite}`).length, 1, 'the collector drops its cookie');
  });

visit('a page that is left before the engine is ready still delivers its view',
  { pages: { '/': html(kGranted), '/next': 'next' }, wasmOnly: 'the JavaScript build is a second file: nothing can be done before it is there' },
  async ({ page, site }) => {
    await page.addInitScript(() => {
      window.scheduler.postTask = () => {};
    });
    await page.goto(site.url + '/');
    await loaded(page);
    await page.goto(site.url + '/next');
    const view = await site.until(() => site.events.find(isView), 'the view');
    assert.equal(view.url, site.url + '/');
    assert.equal(view.visitor.length, 20);
    assert.equal(site.events.filter(isView).length, 1);
  });

visit('what the collector could not take is tried again when the page is left, under the same ids',
  { pages: { '/': html(kGranted), '/next': 'next' }, answer: (number) => (number === 0 ? 503 : 204) },
  async ({ page, site }) => {
    const answered = page.waitForResponse((answer) => answer.url().includes('/v1/events'));
    await page.goto(site.url + '/');
    await answered;
    await page.evaluate(() => new Promise((done) => { setTimeout(done); }));  // the page has heard the answer
    await page.goto(site.url + '/next');
    await site.until(() => site.events.find(isView), 'the view');
    assert.deepEqual(site.batches[1].events, site.batches[0].events);
    assert.equal(site.batches[1].header.instance, site.batches[0].header.instance);
  });

visit('a collector that never answers delays no navigation and holds no click',
  { pages: { '/': html(kGranted + '<a href="/next" data-etappe-click="next">next</a>'), '/next': 'next' },
    answer: () => kSilent },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await site.until(() => site.batches.length === 1, 'the view');
    await page.click('a');
    await page.waitForURL('**/next');
    const click = await site.until(() => site.batches[1], 'the click');
    assert.equal(click.events[0].type, 'click');
  });

visit('a page from the back/forward cache is a view of its own',
  { pages: { '/': html('<a href="/next">next</a>'), '/next': 'next' } },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await consent(page, { analytics: true });
    await site.until(() => site.events.find(isView), 'the view');
    await page.evaluate(() => { window.sameDocument = true; });
    await page.click('a');
    await page.waitForURL('**/next');
    await Promise.all([page.waitForURL(site.url + '/', { waitUntil: 'commit' }), page.evaluate(() => history.back())]);
    assert.equal(await page.evaluate(() => window.sameDocument), true, 'Chromium kept the page');
    const [first, second] = await site.until(() => site.events.filter(isView).length === 2 && site.events.filter(isView),
      'the second view');
    assert.equal(second.session, first.session);
    assert.equal(second.url, first.url);
  });

visit('a page that is rendered in advance counts when it is shown, not before',
  { pages: { '/': html(kGranted), '/next': 'next' } },
  async ({ page, site }) => {
    await page.addInitScript(() => {
      Object.defineProperty(document, 'prerendering', { configurable: true, value: true });
    });
    await page.goto(site.url + '/');
    await page.waitForFunction((src) => performance.getEntriesByName(src).length > 0, `${site.url}/t/${kSite}.js`);
    await page.evaluate(() => new Promise((done) => { setTimeout(done); }));
    assert.equal(await page.evaluate(() => window.etappe.loaded), undefined);
    assert.deepEqual(tracking(site), [`/t/${kSite}.js`]);
    await page.evaluate(() => {
      Object.defineProperty(document, 'prerendering', { value: false });
      document.dispatchEvent(new Event('prerenderingchange'));
    });
    await site.until(() => site.events.find(isView), 'the view');
  });

const kContainer = embed(containerBytes({
  version: 7,
  variables: [{ name: 'value', type: 'data_layer', path: 'ecommerce.value' },
    { name: 'currency', type: 'data_layer', path: 'ecommerce.currency' },
    { name: 'pieces', type: 'data_layer', path: 'ecommerce.quantity' },
    { name: 'order', type: 'data_layer', path: 'ecommerce.transaction_id' },
    { name: 'form', type: 'event_property', key: 'form' }],
  triggers: [{ name: 'bought', on: 'event', event: 'purchase', conditions: [] },
    { name: 'asked', on: 'event', event: 'lead', conditions: [{ variable: 'form', operator: 'equals', value: 'contact' }] }],
  tags: [{ name: 'Bestellung', template: 'etappe-conversion', triggers: ['bought'], parameters: { conversion: 'order', value: { variable: 'value' },
    currency: { variable: 'currency' }, quantity: { variable: 'pieces' }, order_id: { variable: 'order' } } },
  { name: 'Anfrage', template: 'etappe-conversion', triggers: ['asked'], parameters: { conversion: 'lead', value: '320.00', currency: 'EUR' } }],
}));

const kPurchase = `{event: 'purchase', ecommerce: {value: 0.1 + 0.2, currency: 'EUR', quantity: 3, transaction_id: 'A-1'}}`;

visit('a purchase in the data layer is a conversion, also one that was pushed before the tracker came',
  { pages: { '/': html(kGranted, snippet()),
    '/thanks': html('', `<script>dataLayer = [{ecommerce: null}, ${kPurchase}]</script>` + snippet()) },
    config: { container: kContainer } },
  async ({ page, site }) => {
    const conversions = () => site.events.filter(({ type }) => type === 'conversion');
    await page.goto(site.url + '/');
    await site.until(() => site.events.find(isView), 'the view');
    await page.evaluate(`dataLayer.push({ecommerce: null}, ${kPurchase})`);
    const [pushed] = await site.until(() => conversions()[0] && conversions(), 'the conversion');
    assert.deepEqual([pushed.name, pushed.value, pushed.currency, pushed.quantity, pushed.order_id, pushed.tag],
      ['order', '0.3', 'EUR', 3, 'A-1', 'Bestellung']);
    await page.goto(site.url + '/thanks');
    const [, earlier] = await site.until(() => conversions()[1] && conversions(), 'the earlier purchase');
    assert.equal(earlier.url, site.url + '/thanks');
    assert.equal(conversions().length, 2);
    assert.equal(await page.evaluate('dataLayer.length'), 2);
  });

visit('a purchase from before the grant stays unsent; its values serve what comes after',
  { pages: { '/': html('', `<script>dataLayer = [${kPurchase}]</script>` + snippet()) }, config: { container: kContainer } },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await consent(page, { analytics: true });
    await page.evaluate(() => window.etappe('event', 'lead', { form: 'contact' }));
    await site.until(() => site.events.find(({ type }) => type === 'conversion'), 'the lead');
    assert.deepEqual(site.events.filter(({ type }) => type === 'conversion').map(({ name }) => name), ['lead']);
    await page.evaluate(() => window.dataLayer.push({ event: 'purchase' }));
    const order = await site.until(() => site.events.find(({ name }) => name === 'order'), 'the order');
    assert.equal(order.order_id, 'A-1');
  });

visit('calls, steps and properties arrive as they were written; nonsense neither arrives nor throws',
  { pages: { '/': html(kGranted + '<p data-etappe-step="lead:form" data-etappe-prop-form="contact">') } },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await page.evaluate(() => {
      const { etappe } = window;
      window.gtag = function () { (window.dataLayer = window.dataLayer || []).push(arguments); };
      etappe('event', 'looked', { text: 'ä€😀', number: 0.1 + 0.2, yes: true, no: false, empty: '', object: {}, nothing: null });
      etappe('conversion', 'order', { value: 129.9, currency: 'EUR', quantity: 2, order_id: 'A-1',
        items: [{ id: 'nx-40', name: 'Getriebe', price: '64.95', quantity: 2 }] });
      window.gtag('event', 'purchase', { value: 1 });
      for (const call of [[], [null], ['toString'], ['unknown'], ['event'], ['consent'], ['consent', 7],
        ['conversion', 'x', 'y'], ['step'], ['event', 'lone', { half: '\ud800' }], ['ready'], ['ready', 5]]) etappe(...call);
    });
    await site.until(() => site.events.find(({ name }) => name === 'lone'), 'the last event');
    const found = (name) => site.events.find((event) => event.name === name);
    assert.deepEqual(found('looked').props, { text: 'ä€😀', number: 0.3, yes: true, no: false, empty: '' });
    assert.deepEqual([found('order').value, found('order').quantity, found('order').items],
      ['129.9', 2, [{ id: 'nx-40', name: 'Getriebe', price: '64.95', quantity: 2 }]]);
    assert.deepEqual(found('lone').props, { half: '\ufffd' });
    const step = site.events.find(({ type, funnel }) => type === 'step' && funnel === 'lead');
    assert.deepEqual([step.step, step.props], ['form', { form: 'contact' }]);
    assert.equal(await page.evaluate('dataLayer.length'), 1);
  });

visit('ready runs once the engine is there, or at once when no grant is known',
  { pages: { '/': html('') } },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await page.evaluate(() => window.etappe('ready', () => { window.first = true; }));
    assert.equal(await page.evaluate('first'), true);
    await page.evaluate(() => {
      window.etappe('consent', { analytics: true });
      window.etappe('ready', () => { window.second = true; });
      window.etappe('event', 'then');
    });
    await page.waitForFunction('window.second');
    // Written down in a task of its own, behind the one that made the engine ready.
    await page.waitForFunction((name) => document.cookie.includes(name), cookieName);
    await site.until(() => site.events.find(({ name }) => name === 'then'), 'the event');
  });

visit('a page that kept the stub itself reaches the tracker',
  { pages: { '/': html('', kStub + '<script>var kept = window.etappe</script>' + snippet()) } },
  async ({ page, site }) => {
    await page.goto(site.url + '/');
    await loaded(page);
    await page.evaluate(() => {
      window.kept('consent', { analytics: true });
      window.kept('event', 'late');
    });
    await site.until(() => site.events.find(({ name }) => name === 'late'), 'the event');
  });

visit('cookies that are off leave a visitor for one page, and no error',
  { pages: { '/': html(kGranted) } },
  async ({ page, site }) => {
    await page.addInitScript(() => {
      Object.defineProperty(document, 'cookie', { get: () => '', set: () => undefined });
    });
    await page.goto(site.url + '/');
    const view = await site.until(() => site.events.find(isView), 'the view');
    await page.evaluate(() => window.etappe('event', 'later'));
    const later = await site.until(() => site.events.find(({ name }) => name === 'later'), 'the event');
    assert.equal(later.visitor, view.visitor);
  });
