// Every signal of a page, from a real Chromium through the real collector to the stored row: what is asked for, what is
// not, and what stands in the table (docs/tracker.md). The site: signals/site.json, with every listener on.
import assert from 'node:assert/strict';
import {createHash, createHmac} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {until} from '../house.mjs';
import {choose, enter, enterGranted, granted, ground, proxied, traces, visit} from './ground.mjs';

const of = (rows, type) => rows.filter(row => row.type === type);
const script = () => `GET /t/${ground.key}.js`;
const grant = `<script>etappe('consent', {analytics: true, marketing: false})</script>`;
const event = (page, name) => page.evaluate(text => window.etappe('event', text), name);

// ---- before consent ---------------------------------------------------------------------------------------------------

for (const [state, choice] of [['undetermined', undefined], ['denied', {analytics: false, marketing: false}], ['granted for marketing only', {marketing: true}]]) {
  visit(`consent ${state}: every listener is on, and yet only the script is asked for, nothing is kept and no row is there`,
    {pages: {'/': '<a href="https://elsewhere.example/" onclick="return false">out</a><form onsubmit="return false"><input name="q"><button>ok</button></form>', '/next': 'next'}},
    async ({page, context, site}) => {
      await enter(page, site.url + '/?utm_source=newsletter');
      if (choice) await choose(page, choice);
      await page.click('a');
      await page.fill('input', 'typed');
      await page.click('button');
      await page.evaluate(() => {
        window.etappe('identify', 'kunde-4711');
        window.etappe('impression', 'banner');
        window.etappe('reset');
        history.pushState({}, '', '/route');
      });
      assert.deepEqual(await traces(page, context), []);
      await context.setOffline(true);
      await event(page, 'offline');
      await page.goto('about:blank');
      await context.setOffline(false);
      await enter(page, site.url + '/');
      assert.deepEqual(await traces(page, context), []);
      assert.deepEqual([...new Set(site.tracking)], [script()]);
      assert.deepEqual(await site.stored(), []);
    });
}

// ---- views ------------------------------------------------------------------------------------------------------------

visit('views: the load, a route, the next page and the return from the back/forward cache are a row each',
  {pages: {'/a': '<a href="/b">b</a>', '/b': 'b'}}, async ({page, site}) => {
    await enterGranted(page, site.url + '/a');
    await page.evaluate(() => {
      window.sameDocument = true;
      history.pushState({}, '', '/a/2');
      document.title = 'Regler';
    });
    await site.once(rows => of(rows, 'view').length === 2);
    await page.click('a');
    await page.waitForURL('**/b');
    await site.once(rows => of(rows, 'view').length === 3);
    await Promise.all([page.waitForURL('**/a/2', {waitUntil: 'commit'}), page.evaluate(() => history.back())]);
    assert.equal(await page.evaluate(() => window.sameDocument), true, 'Chromium kept the page');
    const views = of(await site.rows(page), 'view');
    assert.deepEqual(views.map(({path, title}) => [path, title]), [['/a', 'Getriebe'], ['/a/2', 'Regler'], ['/b', 'Getriebe'], ['/a/2', 'Regler']]);
    assert.deepEqual(views.slice(0, 3).map(({referrer}) => referrer), ['', site.url + '/a', site.url + '/a/2']);
    assert.deepEqual(new Set(views.map(({session}) => session)).size, 1);
  });

visit('a page that is rendered in advance is a view when it is shown, and asks for the script only until then', {pages: {'/': grant}},
  async ({page, site}) => {
    await page.addInitScript(() => Object.defineProperty(document, 'prerendering', {configurable: true, value: true}));
    await page.goto(site.url + '/');
    await page.waitForFunction(src => performance.getEntriesByName(src).length > 0, `${ground.collector}/t/${ground.key}.js`);
    assert.deepEqual(site.tracking, [script()]);
    assert.deepEqual(await site.stored(), []);
    await page.evaluate(() => {
      Object.defineProperty(document, 'prerendering', {value: false});
      document.dispatchEvent(new Event('prerenderingchange'));
    });
    assert.deepEqual(of(await site.rows(page), 'view').map(({path}) => path), ['/']);
  });

const twice = {get head() { return ground.snippet + ground.snippet; }, body: grant};
visit('two snippets on a page are one view', {pages: {'/': twice}}, async ({page, site}) => {
  await enter(page, site.url + '/');
  assert.equal(of(await site.rows(page), 'view').length, 1);
});

// ---- clicks, impressions, forms, engagement -------------------------------------------------------------------------------

/** [element, the row's name and properties; none for no row] */
const kClicks = [
  ['<a href="https://elsewhere.example/p?q=1">x</a>', 'outbound', {link_url: 'https://elsewhere.example/p?q=1'}],
  ['<a href="/preise.pdf">x</a>', 'file_download', {link_url: '/preise.pdf', file_extension: 'pdf'}],
  ['<a href="mailto:vertrieb@nordwerk.example">x</a>', 'mailto', {}],
  ['<a href="tel:+49421123456">x</a>', 'tel', {link_url: 'tel:+49421123456'}],
  ['<a href="https://wa.me/?text=x">x</a>', 'share', {method: 'wa.me'}],
  ['<button id="more">Mehr zeigen</button>', 'button', {text: 'Mehr zeigen', id: 'more'}],
  ['<p data-etappe-click="teaser" data-etappe-prop-place="hero">x</p>', 'teaser', {place: 'hero'}],
  ['<a href="/inside">x</a>'],
  ['<p>x</p>'],
];

visit('clicks: outbound, download, mail, telephone, share, button and declared ones, and no other',
  {pages: {'/': kClicks.map(([element]) => element).join('') + `<script>addEventListener('click', event => event.preventDefault())</script>`}},
  async ({page, site}) => {
    await enterGranted(page, site.url + '/');
    for (const element of await page.$$('body > a, body > button, body > p')) await element.click();
    const clicks = of(await site.rows(page), 'click');
    assert.deepEqual(clicks.map(({name, props}) => [name, props]), kClicks.filter(([, name]) => name).map(([, name, {link_url, ...props}]) =>
      [name, link_url ? {...props, link_url: link_url.replace(/^\//, site.url + '/')} : props]));
    assert.equal(await ground.stores('vertrieb'), false, 'the address behind mailto: is not sent');
  });

visit('an impression is what was on the screen for a second, not what lies below it',
  {pages: {'/': '<div data-etappe-view="banner-7" data-etappe-prop-slot="top" style="height:100px"></div><div style="height:4000px"></div><div data-etappe-view="below" style="height:100px"></div>'}},
  async ({page, site}) => {
    await enterGranted(page, site.url + '/');
    await page.evaluate(() => window.etappe('impression', 'called', {slot: 'api'}));
    await site.once(rows => of(rows, 'impression').length > 1);
    assert.deepEqual(of(await site.rows(page), 'impression').map(({name, props}) => [name, props]), [['called', {slot: 'api'}], ['banner-7', {slot: 'top'}]]);
  });

visit('a form is begun and sent, by its name and never with a value',
  {pages: {'/': '<form id="kontakt" action="/danke" method="post"><input name="vorname"><input type="submit" value="Los"></form>', '/danke': 'danke'}},
  async ({page, site}) => {
    await enterGranted(page, site.url + '/');
    await page.fill('[name=vorname]', 'Geheimrat');
    await page.click('[type=submit]');
    await page.waitForURL('**/danke');
    await enter(page, site.url + '/danke');
    const forms = of(await site.rows(page), 'event');
    const props = {form_id: 'kontakt', form_name: '', form_destination: site.url + '/danke'};
    assert.deepEqual(forms.map(row => [row.name, row.props]), [['form_start', props], ['form_submit', props]]);
    assert.equal(ground.holds('Geheimrat'), false);
    assert.equal(await ground.stores('Geheimrat'), false);
  });

visit('engagement is a row of the page that was left, with its time and how far down it was seen',
  {pages: {'/long': '<div style="height:4000px"></div><a href="/next" style="position:fixed;top:0;left:0">next</a>', '/next': 'next'}}, async ({page, site}) => {
    await enterGranted(page, site.url + '/long');
    await page.evaluate(() => scrollTo(0, 2000));
    await page.waitForTimeout(1100);
    const seen = await page.evaluate(() => Math.round(100 * (2000 + innerHeight) / document.documentElement.scrollHeight));
    await page.click('a');
    await page.waitForURL('**/next');
    await enter(page, site.url + '/next');
    const [told, ...more] = of(await site.rows(page), 'engagement').filter(({path}) => path === '/long');
    assert.deepEqual(more, []);
    assert.equal(told.scroll, seen);
    assert.ok(told.engagement_ms >= 1000 && told.engagement_ms < 60000, `${told.engagement_ms} ms`);
  });

// ---- commerce and funnels -----------------------------------------------------------------------------------------------------

const kItems = `[{item_id: 'nx-40', item_name: 'Getriebe', price: 64.95, quantity: 2}]`;
const kShop = {get head() { return `<script>window.dataLayer = []; function gtag() { dataLayer.push(arguments) }</script>${ground.snippet}`; }};

visit('commerce: what a shop pushes for Google is a row with its items; the purchase a conversion, the refund of its order', {pages: {'/': kShop}},
  async ({page, site}) => {
    await enterGranted(page, site.url + '/');
    await page.evaluate(`dataLayer.push({event: 'view_item', ecommerce: {currency: 'EUR', value: 64.95, items: ${kItems}}});
      gtag('event', 'add_to_cart', {currency: 'EUR', value: 129.9, items: ${kItems}});
      dataLayer.push({ecommerce: null});
      dataLayer.push({event: 'purchase', ecommerce: {transaction_id: 'A-1', currency: 'EUR', value: 139.9, coupon: 'HERBST', items: ${kItems}}});
      gtag('event', 'refund', {transaction_id: 'A-1', currency: 'EUR', value: 139.9});
      dataLayer.push({event: 'login'}); gtag('config', 'G-1')`);
    const rows = (await site.rows(page)).filter(({type}) => type === 'event' || type === 'conversion');
    assert.deepEqual(rows.map(({type, name, value, currency, order_id, quantity}) => [type, name, Number(value), currency, order_id, quantity]), [
      ['event', 'view_item', 64.95, 'EUR', '', 2], ['event', 'add_to_cart', 129.9, 'EUR', '', 2],
      ['conversion', 'purchase', 139.9, 'EUR', 'A-1', 2], ['event', 'refund', 139.9, 'EUR', 'A-1', 0]]);
    assert.deepEqual(rows[2].items.map(({id, name, price, quantity}) => [id, name, Number(price), quantity]), [['nx-40', 'Getriebe', 64.95, 2]]);
    assert.deepEqual(rows[2].props, {coupon: 'HERBST'});
  });

visit('funnel steps by attribute, call and container rule, once in each pass', {pages: {'/cart': '<p data-etappe-step="checkout:cart">', '/pay': 'pay'}},
  async ({page, site}) => {
    await enterGranted(page, site.url + '/cart');
    await enter(page, site.url + '/cart');
    await page.evaluate(() => {
      window.etappe('step', 'checkout', 'address', {shipping: 'express'});
      window.etappe('step', 'checkout', 'address');
    });
    await enter(page, site.url + '/pay');
    await enter(page, site.url + '/pay');
    await enter(page, site.url + '/cart');
    const steps = of(await site.rows(page), 'step');
    assert.deepEqual(steps.map(({funnel, step, tag}) => [funnel, step, tag]), [['checkout', 'cart', ''], ['checkout', 'address', ''], ['checkout', 'pay', 'Pay'],
      ['checkout', 'cart', '']], 'the first step again begins a pass');
    assert.deepEqual(steps[1].props, {shipping: 'express'});
  });

// ---- persons and personal data ------------------------------------------------------------------------------------------------

visit('identify: a row has a keyed hash; neither the id nor the page\'s own hash is anywhere in the data folder', {pages: {'/': ''}}, async ({page, site}) => {
  await enterGranted(page, site.url + '/');
  await page.evaluate(() => window.etappe('identify', ' Kundin@Muster-Identify.example ', {plan: 'gold-identify'}));
  await page.waitForRequest(/v1\/events/);
  await until('the event in the spool', () => ground.holds('gold-identify'));
  const hash = createHash('sha256').update(`${ground.id}:kundin@muster-identify.example`).digest('hex');
  const secret = Buffer.from(readFileSync(join(ground.folder, 'keys/person.secret'), 'utf8').trim(), 'hex');
  const absent = async () => {
    for (const text of ['uster-identify', hash]) {
      assert.equal(ground.holds(text), false, text);
      assert.equal(await ground.stores(text), false, text);
    }
  };
  await absent();
  const [told] = of(await site.rows(page), 'identify');
  assert.equal(told.person, createHmac('sha256', secret).update(`${ground.id}:${hash}`).digest('hex').slice(0, 32));
  assert.deepEqual(told.props, {plan: 'gold-identify'});
  await absent();
});

visit('redaction: of an e-mail address, a token and what the site names nothing is on the way, in the spool or in a row', {pages: {'/konto/4711': ''}},
  async ({page, site}) => {
    const bodies = [];
    page.on('request', request => request.postDataBuffer() && bodies.push(request.postDataBuffer()));
    await page.goto(site.url + '/konto/4711?mail=max%40muster-redact.example&kundennr=k-redact&reset_token=t-redact&awc=1_2', {referer: site.url + '/?q=eva@muster-redact.example'});
    await enterGranted(page, page.url());
    await page.evaluate(() => window.etappe('event', 'asked-redaction', {text: 'an max@muster-redact.example', password: 't-redact'}));
    await until('the event in the spool', () => ground.holds('asked-redaction'));
    for (const text of ['muster-redact', 'k-redact', 't-redact']) {
      assert.equal(bodies.some(body => body.includes(text)), false, `${text} on the way`);
      assert.equal(ground.holds(text), false, text);
    }
    const rows = await site.rows(page);
    for (const text of ['muster-redact', 'k-redact', 't-redact', '4711']) assert.equal(await ground.stores(text), false, text);
    assert.equal(rows[0].url, site.url + '/konto/[redacted]?mail=[email]&kundennr=[redacted]&reset_token=[redacted]&awc=1_2');
    assert.deepEqual(of(rows, 'event')[0].props, {text: 'an [email]', password: '[redacted]'});
  });

// ---- who the visitor is -----------------------------------------------------------------------------------------------------------

const idCookie = async context => (await context.cookies()).find(({name}) => name === `etappe_id_${ground.key}`);

for (const [where, head, path] of [['beside it', () => ground.snippet, '/v1'], ['below a path of the page\'s own site', proxied, '/in/v1']]) {
  const pages = {'/': {get head() { return head(); }}};

  visit(`the collector ${where} keeps the visitor's id: it outlives the script's cookie, not a reset or a withdrawal`, {pages}, async ({page, context, site}) => {
    await enter(page, site.url + '/');
    assert.deepEqual(await context.cookies(), []);
    await choose(page, granted);
    const [{visitor}] = await site.rows(page);
    const kept = await idCookie(context);
    assert.deepEqual([kept.value, kept.httpOnly, kept.sameSite, kept.path], [visitor, true, 'Lax', path]);
    assert.doesNotMatch(await page.evaluate(() => document.cookie), /etappe_id_/);

    await context.clearCookies({name: `etappe_${ground.key}`});
    await enter(page, site.url + '/');
    await choose(page, granted);
    assert.deepEqual([...new Set((await site.rows(page)).map(row => row.visitor))], [visitor], 'the same visitor');
    assert.ok(!(await page.evaluate(() => document.cookie)).includes(visitor), 'although the page has drawn another id');

    await page.evaluate(() => {
      window.etappe('event', 'before');
      window.etappe('reset');
      window.etappe('event', 'after');
    });
    await event(page, 'later');
    await enter(page, site.url + '/');
    await event(page, 'on the next page');
    const named = Object.fromEntries((await site.rows(page)).map(row => [row.name, row.visitor]));
    assert.equal(named.before, visitor);
    assert.notEqual(named.after, visitor);
    assert.deepEqual([named.later, named['on the next page'], (await idCookie(context)).value], [named.after, named.after, named.after], 'one new visitor');

    site.tracking.length = 0;
    await choose(page, 'withdraw');
    await until('the cookies to be gone', async () => (await context.cookies()).length === 0);
    await enter(page, site.url + '/');
    assert.deepEqual(await traces(page, context), []);
    const asked = site.tracking.filter(request => request.startsWith('POST'));
    assert.deepEqual(asked.map(request => request.split('&')[0]), [`POST ${path}/forget?site=${ground.key}`]);
  });

  visit(`the collector ${where}: a reset with which the page is left at once is another visitor's on the next page`, {pages}, async ({page, context, site}) => {
    await enterGranted(page, site.url + '/');
    const [{visitor}] = await site.rows(page);
    await page.evaluate(() => {
      window.etappe('reset');
      location.href = '/?signed-out';
    });
    await page.waitForURL('**/?signed-out');
    await enter(page, site.url + '/?signed-out');
    const next = (await site.rows(page)).filter(({url}) => url.endsWith('signed-out'));
    assert.ok(next.length > 0 && next.every(row => row.visitor !== visitor), 'another visitor');
    assert.equal((await idCookie(context)).value, next[0].visitor);
  });
}

// ---- two domains ------------------------------------------------------------------------------------------------------------------

const kLate = `<script>const now = Date.now; Date.now = () => now() + 125000</script>`;
const kTwo = {
  get '/'() { return `<a id="in-time" href="/there">there</a>`; },
  '/there': grant,
  '/there-late': {get head() { return kLate + ground.snippet; }, body: grant},
};

/** From 127.0.0.1 to localhost, by a click on a link that leads there. */
async function cross(page, site, path) {
  await page.evaluate(address => { document.querySelector('a').href = address; }, site.other + path);
  await page.click('a');
  await page.waitForURL(address => address.hostname === 'localhost');
  await enterStill(page);
}

const enterStill = page => page.waitForFunction(() => window.etappe && window.etappe.loaded !== undefined);

visit('two domains: a link takes visitor and session along, without a trace in what is stored', {pages: kTwo}, async ({page, site}) => {
  await enterGranted(page, site.url + '/');
  await cross(page, site, '/there?from=here');
  assert.match(page.url(), /_et=[\w-]{58}/);
  const rows = await site.rows(page);
  assert.deepEqual(of(rows, 'view').map(({url}) => url), [site.url + '/', site.other + '/there?from=here']);
  assert.equal(new Set(rows.map(({visitor}) => visitor)).size, 1, 'one visitor');
  assert.equal(new Set(rows.map(({session}) => session)).size, 1, 'one session');
  assert.equal(await ground.stores('_et='), false);
});

visit('two domains: after two minutes a link takes nobody along', {pages: kTwo}, async ({page, site}) => {
  await enterGranted(page, site.url + '/');
  await cross(page, site, '/there-late');
  assert.match(page.url(), /_et=/);
  const views = of(await site.rows(page), 'view');
  assert.deepEqual(views.map(({path}) => path), ['/', '/there-late']);
  assert.equal(new Set(views.map(({visitor}) => visitor)).size, 2, 'two visitors');
  assert.equal(await ground.stores('_et='), false);
});

visit('two domains: without a grant a link stays as it is', {pages: kTwo}, async ({page, site}) => {
  await enter(page, site.url + '/');
  await cross(page, site, '/there');
  assert.equal(page.url(), site.other + '/there');
});

// ---- what the collector does not get at once --------------------------------------------------------------------------------------------

const kept = page => page.evaluate(key => localStorage.getItem(`etappe_${key}`), ground.key);
const withheld = path => (path.endsWith('/events') ? 'nothing' : undefined);
const unplug = async (context, site) => {
  // The browser says that there is no network. What a page sends while it is left would get through: not here.
  site.answer = withheld;
  await context.setOffline(true);
};
const plug = async (context, site) => {
  site.answer = () => undefined;
  await context.setOffline(false);
};
const behindPath = {'/': {get head() { return proxied(); }}, '/quiet': {head: ''}};
const once = async (site, page, name) => assert.equal((await site.rows(page)).filter(row => row.name === name).length, 1, `${name} once`);

visit('without network a page keeps what happened, the next one delivers it once and leaves nothing behind', {pages: behindPath}, async ({page, context, site}) => {
  await enterGranted(page, site.url + '/');
  await site.rows(page);
  await unplug(context, site);
  await event(page, 'offline');
  await page.goto('about:blank');
  await plug(context, site);
  await page.goto(site.url + '/quiet');
  // The browser may have sent what it was given at the end by now, too; it counts once all the same.
  assert.match(await kept(page), /^\d+:/);
  await enter(page, site.url + '/');
  await once(site, page, 'offline');
  assert.equal(await kept(page), null);
});

visit('a tab that is closed while the collector is away: the next page delivers once', {pages: behindPath}, async ({page, context, site}) => {
  const quiet = await context.newPage();
  await quiet.goto(site.url + '/quiet');
  await enterGranted(page, site.url + '/');
  await site.rows(page);
  site.answer = withheld;
  const failed = page.waitForEvent('requestfailed', request => request.url().includes('/v1/events'));
  await event(page, 'closed');
  await failed;
  await page.evaluate(() => 'the answer has been heard');
  await page.close();
  await until('the batch on the device', () => kept(quiet));
  site.answer = () => undefined;
  await enter(quiet, site.url + '/');
  await once(site, quiet, 'closed');
  assert.equal(await kept(quiet), null);
});

visit('withdrawal empties what was kept: it is not delivered either', {pages: behindPath}, async ({page, context, site}) => {
  await enterGranted(page, site.url + '/');
  await site.rows(page);
  await unplug(context, site);
  await event(page, 'withdrawn');
  await page.goto('about:blank');
  await context.setOffline(false);
  await page.goto(site.url + '/quiet');
  assert.match(await kept(page), /^\d+:/);
  await enter(page, site.url + '/');
  await choose(page, 'withdraw');
  assert.equal(await kept(page), null);
  await until('the cookies to be gone', async () => (await context.cookies()).length === 0);
  site.answer = () => undefined;
  await enterGranted(page, site.url + '/');
  assert.equal((await site.rows(page)).filter(({name}) => name === 'withdrawn').length, 0);
});

visit('a collector that says 503 with Retry-After is asked again after it: nothing before, everything once after', {pages: behindPath}, async ({page, site}) => {
  let refusals = 0;
  site.answer = path => (path.endsWith('/events') && refusals++ < 2 ? {status: 503, headers: {'Retry-After': '1'}} : undefined);
  await enterGranted(page, site.url + '/');
  await until('the first refusal', () => refusals > 0);
  await event(page, 'during the outage');
  assert.deepEqual(await site.stored(), []);
  await site.once(rows => of(rows, 'view').length > 0);
  const rows = await site.rows(page);
  assert.ok(refusals >= 2);
  assert.deepEqual([of(rows, 'view').length, of(rows, 'consent').length, of(rows, 'event').length], [1, 1, 1]);
});

// ---- the ways to load it ----------------------------------------------------------------------------------------------------------------

const pinned = () => ground.say('site', 'snippet', ground.key, '--pinned');

visit('a pinned address with its integrity is a view; with another integrity nothing runs', {pages: {
  '/': {get head() { return pinned(); }, body: grant},
  '/changed': {get head() { return pinned().replace(/sha384-./, start => start.slice(0, -1) + (start.endsWith('A') ? 'B' : 'A')); }, body: grant},
}}, async ({page, context, site}) => {
  await page.goto(site.url + '/changed');
  assert.equal(await page.evaluate(() => window.etappe.loaded), undefined);
  assert.deepEqual(await traces(page, context), []);
  await enter(page, site.url + '/');
  assert.deepEqual(of(await site.rows(page), 'view').map(({path}) => path), ['/']);
  assert.ok(site.tracking.every(request => /^GET \/t\/\w+\.[0-9a-f]{16}\.js$|^POST/.test(request)), site.tracking.join(' '));
});

visit('a site that is switched off: the script is asked for and nothing else, calls are taken, nothing is kept; switched on it counts again', {pages: {'/': grant}},
  async ({page, context, site}) => {
    const set = on => ground.say('site', 'set', ground.key, '--enabled', on);
    set('false');
    try {
      await until('the stub', async () => (await (await fetch(`${ground.collector}/t/${ground.key}.js`)).text()).length < 1000);
      await page.goto(site.url + '/');
      await page.evaluate(() => new Promise(done => window.etappe('ready', done)));
      await event(page, 'unheard');
      assert.deepEqual(await traces(page, context), []);
      assert.deepEqual(site.tracking, [script()]);
    } finally {
      set('true');
    }
    await until('the tracker', async () => (await (await fetch(`${ground.collector}/t/${ground.key}.js`)).text()).length > 1000);
    assert.deepEqual(await site.stored(), []);
    const other = await context.browser().newContext();
    const fresh = await other.newPage();
    await enter(fresh, site.url + '/');
    assert.equal(of(await site.rows(fresh), 'view').length, 1);
    await other.close();
  });

// ---- content security policies, as `etappe site snippet KEY --csp --json` prints them -----------------------------------------------------

const ways = () => JSON.parse(ground.say('site', 'snippet', ground.key, '--csp', '--json')).ways;
const filled = text => text.replaceAll('NONCE', 'n0n').replaceAll('PATH', 'in');
const wasm = `'wasm-unsafe-eval'`;

/** A page under one of the ways, as printed: without WebAssembly where `engine` is js, with trusted types beside it where wanted. */
function under(name, engine, types) {
  return {
    get headers() {
      const directives = [ways().find(way => way.name === name), ...types ? [ways().find(way => way.name === 'trusted-types')] : []].flatMap(way => Object.entries(way.directives));
      return {'Content-Security-Policy': filled(directives.map(([directive, sources]) =>
        `${directive} ${sources.filter(source => engine === 'wasm' || source !== wasm).join(' ')}`).join('; '))};
    },
    get head() {
      const {snippet} = ways().find(way => way.name === name);
      return (name === 'no-inline' ? '<script src="/stub.js"></script>' : '') + filled(snippet);
    },
  };
}

const stub = {get text() { return ways().find(({name}) => name === 'no-inline').when.split('of its own: ')[1]; }, headers: {'Content-Type': 'text/javascript'}};

for (const name of ['hash', 'nonce', 'no-inline', 'same-origin']) {
  for (const [engine, types] of [['wasm', false], ['js', false], ['wasm', true], ['js', true]]) {
    visit(`policy ${name}${types ? ' with trusted types' : ''}, engine ${engine}: a view, and no violation but the one attempt that is documented`,
      {pages: {'/': under(name, engine, types), '/stub.js': stub}}, async ({page, site}) => {
        await page.addInitScript(() => {
          window.violations = [];
          document.addEventListener('securitypolicyviolation', ({blockedURI}) => window.violations.push(blockedURI));
        });
        await enterGranted(page, site.url + '/');
        assert.equal(of(await site.rows(page), 'view').length, 1);
        assert.deepEqual(await page.evaluate('violations'), engine === 'js' ? ['wasm-eval'] : []);
        assert.equal(site.tracking.filter(request => /\/a\/engine\./.test(request)).length, engine === 'js' ? 1 : 0);
      });
  }
}
