// Whole journeys of a visitor, looked at from both ends: what left the browser, and what a person reads about it.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {picture, Stage, until} from './stage.mjs';

/** A test on a stage of its own; whatever happens, the page saw no error and no stranger was spoken to. */
function scenario(name, options, body) {
  test(name, async () => {
    const stage = await Stage.open(options);
    try {
      await body(stage);
      assert.deepEqual(stage.faults, [], 'the page saw no error');
      assert.deepEqual(stage.strangers, [], 'no request to anyone else');
    } finally {
      await stage.close();
    }
  });
}

const script = stage => `GET /t/${stage.site}.js`;
const beacon = 'POST /v1/events';
const engine = /^GET \/a\/engine\..+\.js$/;
const of = (rows, type) => rows.filter(row => row.type === type);
const conversion = name => rows => rows.some(row => row.type === 'conversion' && row.name === name);

const awc = '1001_1790000000_0123456789abcdef0123456789abcdef';
const affiliateLink = `/lp/servo-wochen?awc=${awc}&sv1=affiliate&sv_campaign_id=45628&gclid=Cj0KCQiA-e2e`;

/** The affiliate's visitor: landing, grant, two products, cart, checkout, thank-you, and a reload of that page. */
async function affiliateOrder(stage) {
  const {page} = stage;
  await stage.arrive(affiliateLink, 'https://www.maschinen-vergleich.example/');
  await stage.trackerRan();
  assert.deepEqual(stage.requests, [script(stage)], 'before the choice only the script is asked for');
  assert.deepEqual(await stage.traces(), [], 'before the choice nothing is stored');
  await stage.grant();
  await until('the first beacon', () => stage.requests.includes(beacon));
  await stage.follow('NX-40 ansehen');
  await stage.put('NX-40', 2);
  await page.goto(stage.address + '/produkte/al-10');
  await stage.put('AL-10', 1);
  const number = await stage.buy();
  await stage.rows(conversion('Bestellung'));
  await page.reload();
  await stage.rows(rows => rows.filter(row => row.type === 'view' && row.path === '/danke-bestellung').length === 2);
  return number;
}

/** Everything the order must have become: rows, reports over the API and on the command line. */
async function checkAffiliateOrder(stage, number) {
  const rows = await stage.rows(conversion('Bestellung'));
  const [landing] = of(rows, 'view');
  assert.equal(landing.path, '/lp/servo-wochen');
  assert.equal(landing.referrer, 'https://www.maschinen-vergleich.example/');
  assert.equal(landing.touch, 1);
  assert.equal(landing.channel, 'Affiliates');
  assert.equal(landing.network, 'awin');
  assert.equal(landing.network_kind, 'affiliate');
  assert.equal(landing.publisher, '45628');
  assert.equal(landing.click_id, awc);
  assert.equal(landing.click_id_param, 'awc');
  assert.equal(landing.source, 'awin');
  assert.equal(landing.medium, 'affiliate');

  assert.deepEqual(of(rows, 'view').map(row => row.path), ['/lp/servo-wochen', '/produkte/nx-40', '/produkte/al-10', '/warenkorb',
    '/kasse/adresse', '/kasse/zahlung', '/kasse/pruefen', '/danke-bestellung', '/danke-bestellung'], 'every page once');
  assert.deepEqual(of(rows, 'step').map(row => `${row.funnel}:${row.step}`), ['checkout:cart', 'checkout:address', 'checkout:payment',
    'checkout:review', 'checkout:sent'], 'each step once in a pass');
  const clicks = of(rows, 'click').map(row => row.name);
  for (const name of ['lp-servo-nx-40', 'in-den-warenkorb', 'zur-kasse', 'bestellung-absenden']) assert.ok(clicks.includes(name), `${name} in ${clicks}`);

  const orders = of(rows, 'conversion');
  for (const order of orders) {
    assert.equal(order.name, 'Bestellung');
    assert.equal(order.tag, 'Bestellung');
    assert.equal(order.weight, 'primary');
    assert.equal(Number(order.value), 1084);
    assert.equal(order.currency, 'EUR');
    assert.equal(Number(order.quantity), 3);
    assert.equal(order.order_id, number);
  }
  for (const row of rows) {
    assert.equal(row.link, 'linked');
    assert.equal(row.consent_analytics, 'granted');
    assert.equal(row.consent_marketing, 'granted');
    assert.equal(row.visitor, landing.visitor, 'one visitor');
    assert.equal(row.session, landing.session, 'one session');
  }
  assert.ok(landing.visitor && landing.session);

  const overview = await stage.report('overview');
  assert.equal(overview.totals.sessions, 1);
  assert.equal(overview.totals.conversions, 1, 'the reload of the thank-you page counts no second order');
  assert.equal(Number(overview.totals.conversion_value), 1084);
  const channels = await stage.report('channels');
  assert.deepEqual(channels.rows.filter(row => row.sessions > 0).map(row => [row.channel, row.sessions, row.conversions, Number(row.conversion_value)]),
    [['Affiliates', 1, 1, 1084]]);
  const conversions = await stage.report('conversions');
  assert.deepEqual(conversions.rows.map(row => [row.name, row.weight, row.conversions, Number(row.conversion_value)]), [['Bestellung', 'primary', 1, 1084]]);
  const funnel = await stage.report('funnel', '&funnel=main');
  assert.deepEqual(funnel.rows.map(row => row.visitors), [1, 1, 1, 1]);
  for (const name of ['overview', 'channels', 'conversions', 'funnel']) {
    const asked = name === 'funnel' ? funnel : await stage.report(name);
    assert.deepEqual(stage.reportOnCommandLine(name).totals, asked.totals, `the command line says the same of ${name}`);
  }
  assert.deepEqual(stage.exported('events').map(row => row.id).sort(), rows.map(row => row.id).sort(), 'the export hands out the same rows');
  assert.deepEqual(stage.exported('touchpoints').map(row => [row.channel, row.network, row.publisher]), [['Affiliates', 'awin', '45628']]);
}

scenario('an affiliate link with a gclid beside it, a grant and an order: rows, reports and dashboard say Affiliates', {}, async stage => {
  const number = await affiliateOrder(stage);
  await checkAffiliateOrder(stage, number);
  assert.ok(!stage.requests.some(request => engine.test(request)), 'WebAssembly is allowed, so the fallback stays away');

  const page = await stage.dashboard();
  await page.getByRole('row', {name: /Affiliates/}).getByText('1.084').first().waitFor();
  await picture(page, 'dashboard-overview');
  for (const [link, heading, expected] of [['Kanäle', 'Kanäle', /Affiliates.*1\.084/s], ['Conversions', 'Conversions', /Bestellung.*1\.084/s]]) {
    await page.getByRole('navigation').getByRole('link', {name: link, exact: true}).first().click();
    await page.getByRole('heading', {level: 1, name: heading}).waitFor();
    await page.getByRole('row', {name: expected}).first().waitFor();
    await picture(page, `dashboard-${link.toLowerCase()}`);
  }
  await page.getByRole('navigation').getByRole('link', {name: 'Funnels', exact: true}).first().click();
  await page.getByText('Bestellung oder Anfrage gesendet').first().waitFor();
  await picture(page, 'dashboard-funnels');
});

scenario('under a policy without wasm-unsafe-eval the same journey is told by the fallback engine', {csp: 'strict'}, async stage => {
  const number = await affiliateOrder(stage);
  await checkAffiliateOrder(stage, number);
  assert.ok(stage.requests.some(request => engine.test(request)), 'the fallback engine was loaded');
});

for (const [state, choose] of [
  ['undetermined', async () => {}],
  ['denied', stage => stage.page.getByRole('button', {name: 'Alle ablehnen'}).click()],
  ['granted for marketing alone', async ({page}) => {
    await page.getByRole('button', {name: 'Auswahl treffen'}).click();
    await page.getByLabel('Marketing').check();
    await page.getByRole('button', {name: 'Auswahl speichern'}).click();
  }],
]) {
  scenario(`with consent ${state}: no request but the script, no cookie, no storage, no row; a grant afterwards is heard`, {}, async stage => {
    const {page} = stage;
    await stage.arrive(affiliateLink, 'https://www.maschinen-vergleich.example/');
    await stage.trackerRan();
    await choose(stage);
    const pages = ['/produkte/nx-40', '/kontakt', '/e-book'];
    for (const path of pages) {
      await page.goto(stage.address + path);
      await stage.trackerRan();
      assert.deepEqual(await stage.traces(), [], `nothing stored on ${path}`);
    }
    await page.goto(stage.address + '/produkte/nx-40');
    await stage.trackerRan();
    await stage.put('NX-40', 1);
    await stage.buy();
    await stage.trackerRan();
    assert.deepEqual(await stage.traces(), []);
    assert.deepEqual([...new Set(stage.requests)], [script(stage)], 'only the script, on every page');
    assert.ok(stage.requests.length >= pages.length);
    assert.deepEqual(await stage.rows(() => true), []);

    if (state === 'undetermined') await stage.grant();
    else {
      await page.getByRole('button', {name: 'Cookie-Einstellungen'}).first().click();
      await stage.grant();
    }
    const rows = await stage.rows(found => found.length > 0);
    assert.deepEqual(of(rows, 'view').map(row => row.path), ['/danke-bestellung'], 'what came before the grant stays unsaid');
  });
}

scenario('a Google Ads landing page, the e-book and the contact form: Paid Search earns the request', {}, async stage => {
  const {page} = stage;
  await stage.arrive('/lp/antriebe-konfigurieren?gad_source=1&gclid=Cj0KCQiA-e2e', 'https://www.google.com/');
  await stage.trackerRan();
  await stage.grant();
  await until('the first beacon', () => stage.requests.includes(beacon));
  await page.getByText('Etwas fährt').click();
  await stage.follow('E-Book zur Auslegung');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', {name: 'E-Book herunterladen'}).click()]);
  assert.equal(download.suggestedFilename(), 'nordwerk-antriebe-auslegen.pdf');
  await stage.rows(conversion('E-Book'));
  await stage.follow('Auslegung anfragen');
  for (const [label, text] of [['Firma', 'Weiß & Söhne'], ['Name', 'Änne Weiß'], ['E-Mail', 'a@weiss.example'], ['Ihre Anwendung', 'geheim: 8 kg, 600 mm']]) {
    await page.getByLabel(label, {exact: true}).fill(text);
  }
  await page.getByLabel('Ich habe die').check();
  await page.getByRole('button', {name: 'Anfrage senden'}).click();
  await page.waitForURL('**/danke-kontakt');
  const rows = await stage.rows(conversion('Kontaktanfrage'));

  const [landing] = of(rows, 'view');
  assert.equal(landing.channel, 'Paid Search');
  assert.equal(landing.click_id_param, 'gclid');
  assert.equal(landing.network_kind, 'ad_platform');
  assert.deepEqual(of(rows, 'conversion').map(row => [row.name, row.weight, row.value === null ? null : Number(row.value), row.tag]),
    [['E-Book', 'micro', null, 'E-Book'], ['Kontaktanfrage', 'primary', 220, 'Kontaktanfrage']]);
  assert.deepEqual(of(rows, 'event').map(row => row.name), ['konfigurator']);
  assert.deepEqual(of(rows, 'step').map(row => `${row.funnel}:${row.step}`), ['contact:start', 'contact:sent']);
  assert.ok(of(rows, 'click').some(row => row.name === 'e-book-herunterladen'));
  assert.ok(!JSON.stringify(rows).includes('geheim') && !JSON.stringify(rows).includes('Änne'), 'nothing that was typed is stored');
  assert.deepEqual((await stage.report('funnel', '&funnel=contact')).rows.map(row => row.visitors), [1, 1, 1]);
  const channels = await stage.report('channels');
  assert.deepEqual(channels.rows.filter(row => row.sessions > 0).map(row => [row.channel, row.conversions, Number(row.conversion_value)]), [['Paid Search', 1, 220]]);
});

scenario('a withdrawal deletes what is on the device and ends the sending, on this page and the next', {}, async stage => {
  const {page} = stage;
  await stage.arrive('/produkte');
  await stage.trackerRan();
  await stage.grant();
  await stage.rows(found => of(found, 'view').length === 1);
  assert.notDeepEqual(await stage.traces(), [], 'a grant leaves an id on the device');

  await page.getByRole('button', {name: 'Cookie-Einstellungen'}).first().click();
  await page.getByRole('button', {name: 'Einwilligung widerrufen'}).click();
  await until('a clean device', async () => (await stage.traces()).length === 0);
  await page.goto(stage.address + '/produkte/nx-40');
  await stage.trackerRan();
  stage.requests.length = 0;
  await stage.put('NX-40', 1);
  await page.goto(stage.address + '/warenkorb');
  await stage.trackerRan();
  await page.goto(stage.address + '/kontakt');
  await stage.trackerRan();
  assert.deepEqual(await stage.traces(), []);
  assert.deepEqual([...new Set(stage.requests)], [script(stage)]);
  const rows = await stage.rows(() => true);
  assert.deepEqual(of(rows, 'view').map(row => row.path), ['/produkte'], 'no page after the withdrawal is stored');
});
