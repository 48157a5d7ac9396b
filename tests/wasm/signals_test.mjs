// What a page tells by itself, signal by signal, in a real Chromium: what is sent, and what is not (docs/tracker.md).

import assert from 'node:assert/strict';
import { containerBytes } from '../golden/container.mjs';
import { embed } from '../../wasm/embed.mjs';
import { kSite, snippet } from './site.mjs';
import { enter, html, isView, kGranted, named, settled, visit } from './visit.mjs';

const paths = (site) => site.events.filter(isView).map(({ url }) => url.slice(site.url.length));

// ---- views ----------------------------------------------------------------------------------------------------------

/** [what, script in the page, paths of the views, options] */
const kRoutes = [
  ['pushState to another path is a view', `history.pushState({}, '', '/b')`, ['/', '/b']],
  ['pushState to another query is a view', `history.pushState({}, '', '/?page=2')`, ['/', '/?page=2']],
  ['pushState to the same address is not', `history.pushState({}, '', '/')`, ['/']],
  ['replaceState to another path is a view', `history.replaceState({}, '', '/b')`, ['/', '/b']],
  ['replaceState that tidies the query up is not', `history.replaceState({}, '', '/?tidy=1')`, ['/']],
  ['another fragment is not', `location.hash = 'part'`, ['/']],
  ['with hash routing it is', `location.hash = '/b'`, ['/', '/#/b'], { routes: 'hash' }],
  ['routes switched off: nothing is', `history.pushState({}, '', '/b')`, ['/'], { routes: 'off' }],
  ['a redirect right after is one view, of where it led', `history.pushState({}, '', '/b'); history.replaceState({}, '', '/c')`,
    ['/', '/c']],
  ['there and back at once is none', `history.pushState({}, '', '/b'); history.pushState({}, '', '/')`, ['/']],
  ['an explicit view of the new page takes its place', `history.pushState({}, '', '/b'); etappe('view'); etappe('view')`, ['/', '/b']],
  ['an effect that runs twice is one view', `setTimeout(() => { etappe('view'); etappe('view') }, 1100)`, ['/', '/']],
];

for (const [what, script, expected, config = {}] of kRoutes) {
  visit(`routes: ${what}`, { pages: { '/': html(kGranted) }, config }, async ({ page, site }) => {
    await enter(page, site.url + '/');
    await page.evaluate(script);
    await page.waitForTimeout(script.includes('setTimeout') ? 1300 : 200);
    await settled(page, site);
    assert.deepEqual(paths(site), expected);
  });
}

visit('a view of a route has the title that came after it, and the page before it as its referrer',
  { pages: { '/': html(kGranted) } },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    await page.evaluate(() => {
      history.pushState({}, '', '/b');
      setTimeout(() => { document.title = 'Regler'; }, 30);
    });
    const [, second] = await site.until(() => site.events.filter(isView)[1] && site.events.filter(isView), 'the second view');
    assert.deepEqual([second.title, second.referrer], ['Regler', site.url + '/']);
  });

visit('what happens on a new route happens on it, also before its title is there',
  { pages: { '/': html(kGranted) } },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    await page.evaluate(() => {
      history.pushState({}, '', '/b');
      window.etappe('event', 'opened');
    });
    await settled(page, site);
    assert.equal(site.events.find(({ name }) => name === 'opened').url, site.url + '/b');
    assert.deepEqual(paths(site), ['/', '/b']);
  });

visit('going back to an earlier route is a view',
  { pages: { '/': html(kGranted) } },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    await page.evaluate(() => history.pushState({}, '', '/b'));
    await site.until(() => paths(site).length === 2, 'the second view');
    await page.waitForTimeout(1000);  // the same address within a second would be the same view
    await page.evaluate(() => history.back());
    await site.until(() => paths(site).length === 3, 'the third view');
    assert.deepEqual(paths(site), ['/', '/b', '/']);
  });

visit('history keeps its own `this`, result and errors',
  { pages: { '/': html(kGranted) } },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    assert.deepEqual(await page.evaluate(() => {
      const errors = [];
      try { history.pushState({}, '', 'https://elsewhere.example/'); } catch (error) { errors.push(error.name); }
      try { history.pushState.call(null, {}, '', '/b'); } catch (error) { errors.push(error.name); }
      return [errors, history.pushState({ a: 1 }, '', '/c'), history.state];
    }), [['SecurityError', 'TypeError'], null, { a: 1 }].map((value) => value ?? undefined));
  });

visit('the canonical address takes the place of the path, and keeps the query that was arrived with',
  { pages: { '/product/7': html(kGranted, '<link rel="canonical" href="/product"><base href="/">' + snippet()) }, config: { url: 'canonical' } },
  async ({ page, site }) => {
    await enter(page, site.url + '/product/7?utm_source=n');
    await settled(page, site);
    assert.deepEqual(paths(site), ['/product?utm_source=n']);
  });

visit('a canonical address of another host is not believed',
  { pages: { '/a': html(kGranted, '<link rel="canonical" href="https://elsewhere.example/b">' + snippet()) }, config: { url: 'canonical' } },
  async ({ page, site }) => {
    await enter(page, site.url + '/a');
    await settled(page, site);
    assert.deepEqual(paths(site), ['/a']);
  });

// ---- clicks -----------------------------------------------------------------------------------------------------------

const kLinks = { listeners: ['links', 'shares', 'buttons'], config: { domains: ['127.0.0.1', 'own.example'] } };

/** [element, name and properties of the click; undefined for none] */
const kClicks = [
  ['<a href="https://elsewhere.example/p?q=1">x</a>', 'outbound', { link_url: 'https://elsewhere.example/p?q=1' }],
  ['<a href="https://www.own.example/p">x</a>', undefined],
  ['<a href="/inside">x</a>', undefined],
  ['<a href="#part">x</a>', undefined],
  ['<a href="javascript:void 0">x</a>', undefined],
  ['<a>x</a>', undefined],
  ['<svg width=9 height=9><a href="https://elsewhere.example/"><rect width=9 height=9></rect></a></svg>', undefined],
  ['<a href="/files/Daten%20Blatt.PDF?v=2">x</a>', 'file_download', { link_url: '/files/Daten%20Blatt.PDF?v=2', file_extension: 'pdf' }],
  ['<a href="/film.mpg">x</a>', 'file_download', { link_url: '/film.mpg', file_extension: 'mpg' }],
  ['<a href="/page.html">x</a>', undefined],
  ['<a href="/report" download>x</a>', 'file_download', { link_url: '/report', file_extension: '' }],
  ['<a href="mailto:vertrieb@nordwerk.example?subject=x">x</a>', 'mailto', {}],
  ['<a href="tel:+49421123456">x</a>', 'tel', { link_url: 'tel:+49421123456' }],
  ['<a href="https://elsewhere.example/?mail=max@muster.example">x</a>', 'outbound', { link_url: 'https://elsewhere.example/?mail=[email]' }],
  ['<a href="https://elsewhere.example/" data-etappe-click="partner" data-etappe-prop-place="foot">x</a>', 'partner',
    { link_url: 'https://elsewhere.example/', place: 'foot' }],
  ['<a href="https://www.facebook.com/sharer/sharer.php?u=x">x</a>', 'share', { method: 'www.facebook.com' }],
  ['<a href="https://wa.me/?text=x">x</a>', 'share', { method: 'wa.me' }],
  ['<a href="https://www.facebook.com/nordwerk">x</a>', 'outbound', { link_url: 'https://www.facebook.com/nordwerk' }],
  ['<button id="more" aria-label="Mehr zeigen">+</button>', 'button', { text: 'Mehr zeigen', id: 'more' }],
  ['<button>  In den\n Warenkorb <i>!</i></button>', 'button', { text: 'In den Warenkorb !', id: '' }],
  ['<input type="submit" value="Senden">', 'button', { text: 'Senden', id: '' }],
  ['<input type="text" value="Max Muster">', undefined],
  ['<p>x</p>', undefined],
];

visit('clicks: what is told of each element',
  { pages: { '/': html(kGranted + `<script>addEventListener('click', (event) => event.preventDefault())</script>`) }, ...kLinks },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    for (const [element] of kClicks) {
      await page.evaluate((markup) => {
        const box = document.createElement('div');
        box.innerHTML = markup;
        document.body.replaceChildren(box);
        const target = box.querySelector('rect') || box.querySelector('a,button,input,p');
        target.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, composed: true }));
        window.etappe('event', 'next');
      }, element);
    }
    await settled(page, site);
    // One slot an element: what stands before its `next`.
    const slots = [[]];
    for (const { type, name, props } of site.events) {
      if (type === 'click') slots[slots.length - 1].push([name, props]);
      if (type === 'event') slots.push([]);
    }
    kClicks.forEach(([element, name, props], i) => {
      const absolute = props && { ...props };
      if (absolute && absolute.link_url && absolute.link_url.startsWith('/')) absolute.link_url = site.url + absolute.link_url;
      assert.deepEqual(slots[i], name ? [[name, absolute]] : [], element);
    });
  });

visit('the browser\'s own sharing is told when the visitor went through with it, and answers as ever',
  { pages: { '/': html(kGranted, `<script>navigator.share = (data) => data.ok ? Promise.resolve('done') : Promise.reject(new Error('aborted'))</script>` + snippet()) },
    listeners: ['shares'] },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    assert.deepEqual(await page.evaluate(async () => [await navigator.share({ ok: true }),
      await navigator.share({}).catch(({ message }) => message)]), ['done', 'aborted']);
    await settled(page, site);
    assert.deepEqual(named(site, 'click'), ['share']);
  });

visit('a click on a link out of the site arrives although the collector takes 1.5 s, and holds up nothing',
  { pages: { '/': html(kGranted + '<a href="/next" data-etappe-click="leaves">next</a>'), '/next': 'next' }, listeners: ['links'], delay: 1500 },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    await page.waitForTimeout(350);
    const began = site.requests.length;
    await page.click('a');
    await page.waitForURL('**/next');
    // The navigation was asked for while nothing of ours had been answered.
    assert.equal(site.answered, 0);
    assert.ok(site.requests.length > began);
    await site.until(() => site.batches.some(({ events }) => events.some(({ name }) => name === 'leaves')), 'the click');
    await site.until(() => site.events.find(isView), 'the view');
  });

// ---- impressions ------------------------------------------------------------------------------------------------------

const box = (id, style = '') => `<div data-etappe-view="${id}" data-etappe-prop-slot="top" style="width:100px;height:100px;${style}"></div>`;

visit('impressions: half of it for a second, once a page, also when it comes later',
  { pages: { '/': html(kGranted + box('seen') + box('seen') + '<div style="height:4000px"></div>' + box('below')) },
    listeners: ['impressions'], config: { impression: { percent: 50, milliseconds: 300 } } },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    await site.until(() => named(site, 'impression').length > 0, 'the impression');
    assert.deepEqual(site.events.find(({ type }) => type === 'impression').props, { slot: 'top' });
    await page.evaluate((markup) => document.body.insertAdjacentHTML('afterbegin', markup), box('later'));
    await site.until(() => named(site, 'impression').length > 1, 'the later one');
    await page.evaluate(() => scrollTo(0, 1e6));
    await site.until(() => named(site, 'impression').length > 2, 'the one below');
    await page.evaluate(() => scrollTo(0, 0));
    await page.waitForTimeout(600);
    await settled(page, site);
    assert.deepEqual(named(site, 'impression'), ['seen', 'later', 'below']);
    await page.evaluate(() => history.pushState({}, '', '/b'));
    await site.until(() => named(site, 'impression').length > 3, 'again on another page');
  });

visit('impressions: too little of it, too short, or in a hidden page, is none',
  { pages: { '/': html(kGranted + `<div style="position:fixed;top:-60px">${box('corner')}</div><div id="flash">${box('flash')}</div>
      <script>etappe('ready', () => setTimeout(() => { document.getElementById('flash').style.marginTop = '9999px'; }, 100))</script>`) },
    listeners: ['impressions'], config: { impression: { percent: 50, milliseconds: 1000 } } },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    await page.waitForTimeout(1500);
    await settled(page, site);
    assert.deepEqual(named(site, 'impression'), []);
  });

visit('impressions: an element larger than the screen is seen when it fills half of it',
  { pages: { '/': html(kGranted + box('large', 'width:100%;height:5000px')) }, listeners: ['impressions'],
    config: { impression: { percent: 50, milliseconds: 200 } } },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    await site.until(() => named(site, 'impression').length > 0, 'the impression');
  });

// ---- forms ------------------------------------------------------------------------------------------------------------

visit('forms: begun and sent, by name, never with a value, also when the page sends them itself',
  { pages: { '/': html(kGranted + `<form id="contact" name="kontakt" action="/send?token=s3cret" onsubmit="return false">
      <input name="id" value="9"><input name="mail" id="mail"><textarea name="text"></textarea><button>ok</button></form>
      <form id="quiet"><input name="q"></form>`) }, listeners: ['forms'] },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    await page.focus('[name=q]');
    await page.fill('[name=mail]', 'geheim@muster.example');
    await page.fill('[name=text]', 'Vertraulich');
    await page.click('button');
    await page.evaluate(() => {
      const form = document.getElementById('contact');
      form.target = 'nowhere';
      form.insertAdjacentHTML('afterend', '<iframe name="nowhere" hidden></iframe>');
      form.submit();  // the same sending, by script
    });
    await page.waitForTimeout(1100);
    await page.evaluate(() => document.getElementById('contact').submit());
    await settled(page, site);
    const forms = site.events.filter(({ name }) => /^form_/.test(name ?? ''));
    assert.deepEqual(forms.map(({ name }) => name), ['form_start', 'form_submit', 'form_submit']);
    for (const { props } of forms) {
      assert.deepEqual(props, { form_id: 'contact', form_name: 'kontakt', form_destination: site.url + '/send?token=[redacted]' });
    }
    assert.doesNotMatch(JSON.stringify(site.batches.map(({ events }) => events)), /geheim|muster|Vertraulich/);
  });

// ---- engagement -------------------------------------------------------------------------------------------------------

const engagements = (site) => site.events.filter(({ type }) => type === 'engagement');

visit('engagement: visible and focused time, and how far down, when another page takes its place and when it is left',
  { pages: { '/': html(kGranted + '<div style="height:4000px">'), '/next': 'next' }, listeners: ['engagement'] },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    await page.evaluate(() => scrollTo(0, 2000));
    await page.waitForTimeout(1200);
    await page.evaluate(() => history.pushState({}, '', '/b'));
    const [first] = await site.until(() => engagements(site)[0] && engagements(site), 'the first engagement');
    assert.equal(first.url, site.url + '/');
    assert.ok(first.engagement >= 1000 && first.engagement < 5000, `${first.engagement} ms`);
    const height = await page.evaluate(() => [2000 + innerHeight, document.documentElement.scrollHeight]);
    assert.equal(first.scroll, Math.round(100 * height[0] / height[1]));
    await page.waitForTimeout(1200);
    await page.goto(site.url + '/next');
    const [, second] = await site.until(() => engagements(site)[1] && engagements(site), 'the second engagement');
    assert.equal(second.url, site.url + '/b');
    assert.equal(engagements(site).length, 2);
  });

visit('engagement: time without focus, and on a hidden page, does not count',
  { pages: { '/': html(kGranted), '/next': 'next' }, listeners: ['engagement'] },
  async ({ page, site }) => {
    await page.addInitScript(() => {
      window.focused = true;
      document.hasFocus = () => window.focused;
    });
    await enter(page, site.url + '/');
    await page.evaluate(() => {
      window.focused = false;
      window.dispatchEvent(new Event('blur'));
    });
    await page.waitForTimeout(1500);
    await page.goto(site.url + '/next');
    await page.evaluate(() => fetch('/next'));
    const told = engagements(site);
    assert.ok(told.every(({ engagement = 0 }) => engagement < 1000), JSON.stringify(told));
  });

// ---- commerce ---------------------------------------------------------------------------------------------------------

const kItems = [{ item_id: 'nx-40', item_name: 'Getriebe', price: 64.95, quantity: 2 }, { item_id: 'sv-1', price: '10' }];
const kGa4 = { listeners: ['commerce'], pages: { '/': html(kGranted, `<script>window.dataLayer = []; function gtag() { dataLayer.push(arguments) }</script>` + snippet()) } };

/** [what, script, [type, name, …] of what is told] */
const kCommerce = [
  ['dataLayer, one event after another', `dataLayer.push({ecommerce: null}, {event: 'view_item', ecommerce: {currency: 'EUR', value: 64.95, items: ITEMS}});
    dataLayer.push({ecommerce: null}); dataLayer.push({event: 'add_to_cart', ecommerce: {currency: 'EUR', value: 129.9, items: ITEMS}})`,
  [['event', 'view_item', '64.95', 'EUR', undefined, 2, 3], ['event', 'add_to_cart', '129.9', 'EUR', undefined, 2, 3]]],
  ['a purchase is a conversion', `dataLayer.push({event: 'purchase', ecommerce: {transaction_id: 'A-1', value: 139.9, currency: 'EUR', coupon: 'HERBST', items: ITEMS}})`,
    [['conversion', 'purchase', '139.9', 'EUR', 'A-1', 2, 3]]],
  ['a refund is told of its order', `dataLayer.push({event: 'refund', ecommerce: {transaction_id: 'A-1', value: 139.9, currency: 'EUR'}})`,
    [['event', 'refund', '139.9', 'EUR', 'A-1', 0, undefined]]],
  ['gtag()', `gtag('event', 'begin_checkout', {currency: 'EUR', value: 129.9, items: ITEMS})`,
    [['event', 'begin_checkout', '129.9', 'EUR', undefined, 2, 3]]],
  ['lists and promotions', `gtag('event', 'view_item_list', {item_list_id: 'top', items: ITEMS}); gtag('event', 'select_promotion', {promotion_id: 'p', items: []})`,
    [['event', 'view_item_list', undefined, undefined, undefined, 2, 3], ['event', 'select_promotion', undefined, undefined, undefined, 0, undefined]]],
  ['other events are not commerce', `dataLayer.push({event: 'login', ecommerce: {value: 1}}); gtag('config', 'G-1'); gtag('event', 'login', {})`, []],
  ['by the API, in GA4\'s form', `etappe('event', 'add_to_cart', {currency: 'EUR', value: '129.90', items: ITEMS})`,
    [['event', 'add_to_cart', '129.90', 'EUR', undefined, 2, undefined]]],
];

for (const [what, script, expected] of kCommerce) {
  visit(`commerce: ${what}`, kGa4, async ({ page, site }) => {
    await enter(page, site.url + '/');
    await page.evaluate(script.replaceAll('ITEMS', JSON.stringify(kItems)));
    await settled(page, site);
    const told = site.events.filter(({ type, name }) => (type === 'event' || type === 'conversion') && !/^settled/.test(name));
    assert.deepEqual(told.map(({ type, name, value, currency, order_id, items, quantity }) =>
      [type, name, value, currency, order_id, items.length, quantity]), expected);
    if (expected.some(([, , , , , items]) => items)) {
      assert.deepEqual(told[0].items, [{ id: 'nx-40', name: 'Getriebe', price: '64.95', quantity: 2 }, { id: 'sv-1', price: '10', quantity: 1 }]);
    }
    if (what.startsWith('a purchase')) assert.deepEqual(told[0].props, { coupon: 'HERBST' });
  });
}

visit('commerce: a purchase that a tag has made a conversion of is not a second one',
  { ...kGa4, config: { container: embed(containerBytes({ version: 7, variables: [],
    triggers: [{ name: 'bought', on: 'event', event: 'purchase', conditions: [] }],
    tags: [{ name: 'Bestellung', template: 'etappe-conversion', triggers: ['bought'], parameters: { conversion: 'order' } }] })) } },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    await page.evaluate(`dataLayer.push({event: 'purchase', ecommerce: {transaction_id: 'A-1', value: 1, currency: 'EUR'}})`);
    await settled(page, site);
    assert.deepEqual(named(site, 'conversion'), ['order']);
    assert.deepEqual(named(site, 'event'), ['purchase']);
  });

// ---- funnel steps -----------------------------------------------------------------------------------------------------

visit('funnel steps: by attribute, call and rule, once per pass, also over a reload',
  { pages: { '/cart': html(kGranted + '<p data-etappe-step="checkout:cart">'), '/pay': html('') },
    config: { container: embed(containerBytes({ version: 7, variables: [{ name: 'path', type: 'url', part: 'path' }],
      triggers: [{ name: 'paying', on: 'page_view', conditions: [{ variable: 'path', operator: 'equals', value: '/pay' }] }],
      tags: [{ name: 'Pay', template: 'etappe-step', triggers: ['paying'], parameters: { funnel: 'checkout', step: 'pay' } }] })) } },
  async ({ page, site }) => {
    await enter(page, site.url + '/cart');
    await settled(page, site);
    await page.reload();
    await enter(page, site.url + '/cart');
    await page.evaluate(() => {
      window.etappe('step', 'checkout', 'cart');
      window.etappe('step', 'checkout', 'address');
    });
    await settled(page, site);
    await enter(page, site.url + '/pay');
    await settled(page, site);
    const steps = () => site.events.filter(({ type }) => type === 'step').map(({ step }) => step);
    assert.deepEqual(steps(), ['cart', 'address', 'pay']);
    await enter(page, site.url + '/cart');
    await settled(page, site);
    assert.deepEqual(steps(), ['cart', 'address', 'pay', 'cart'], 'the first step again begins a pass');
  });

visit('funnel steps: an element of a new route is one of it',
  { pages: { '/': html(kGranted) } },
  async ({ page, site }) => {
    await enter(page, site.url + '/');
    await page.evaluate(() => {
      history.pushState({}, '', '/cart');
      document.body.innerHTML = '<p data-etappe-step="checkout:cart">';
    });
    await site.until(() => site.events.find(({ type }) => type === 'step'), 'the step');
  });

// ---- redaction --------------------------------------------------------------------------------------------------------

visit('e-mail addresses, tokens and what the site names never leave the device',
  { pages: { '/konto/4711': html(kGranted) }, config: { redact: 'kundennr\n/konto/*' } },
  async ({ page, site }) => {
    await page.goto(site.url + '/konto/4711?mail=max@muster.example&kundennr=12&reset_token=s3cret&awc=1_2', { referer: site.url + '/?email=eva%40muster.example' });
    await enter(page, page.url());
    await page.evaluate(() => window.etappe('event', 'asked', { text: 'an max@muster.example', password: 's3cret' }));
    await settled(page, site);
    const view = site.events.find(isView);
    assert.equal(view.url, site.url + '/konto/[redacted]?mail=[email]&kundennr=[redacted]&reset_token=[redacted]&awc=1_2');
    assert.deepEqual(site.events.find(({ name }) => name === 'asked').props, { text: 'an [email]', password: '[redacted]' });
    assert.doesNotMatch(JSON.stringify(site.batches.map(({ events }) => events)), /muster|s3cret|4711/);
  });

// ---- the live check ---------------------------------------------------------------------------------------------------

visit('a page that was opened for the live check says what it sees, without consent and without a trace',
  { pages: { '/': html('') } },
  async ({ page, context, site }) => {
    await page.goto(site.url + '/#etappe-check=0123456789abcdef');
    const reports = () => site.requests.map(({ url }) => url).filter((url) => url.includes('check='));
    await site.until(() => reports().length > 0, 'the report');
    assert.match(reports()[0], new RegExp(`^/t/${kSite}.js\\?check=0123456789abcdef&engine=(wasm|js)&consent=0&policy=block&csp=&events=0&v=7$`));
    assert.deepEqual(await context.cookies(), []);
    await page.evaluate(() => window.etappe('consent', { analytics: true }));
    await site.until(() => reports().some((url) => /consent=2.*events=[1-9]/.test(url)), 'the second report');
  });
