// Decisions of real consent banners as they reach the tracker: given banner X in state Y, when …, then requests,
// device and events are exactly …, expected and refuted. Assets: ETAPPE_SHARE.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { kSite, snippet } from '../wasm/site.mjs';
import { cookieName, isView, loaded, tracking, visit } from '../wasm/visit.mjs';
import { cookieconsent, files, klaro, tcf } from './pages.mjs';

const script = `/t/${kSite}.js`;
const page = ({ head = '', body = '' }, own = snippet()) => `<!doctype html><title>Getriebe</title>${head}${own}<body><a href="/b">b</a>${body}`;
const site = (adapter, banner, more = {}) => ({ pages: { '/': page(banner), '/b': page(banner), '/next': 'next', ...more.pages }, files, adapters: [adapter],
  ...more, ...(more.pages && { pages: { '/': page(banner), '/b': page(banner), '/next': 'next', ...more.pages } }) });

const decisions = (open) => open.events.filter(({ type }) => type === 'consent');
const states = (open) => decisions(open).map(({ name, consent }) => [name, consent.analytics, consent.marketing]);
const ours = async (context) => (await context.cookies()).map(({ name }) => name).filter((name) => name.startsWith('etappe'));

/** Everything that the tracker could have sent by now has come. */
async function leave(tab, open) {
  await tab.goto(open.url + '/next');
  await tab.evaluate(() => fetch('/next'));
}

async function nothing(tab, context, open) {
  await leave(tab, open);
  assert.deepEqual(tracking(open).filter((url) => !url.startsWith(script)), [], 'no request but the script');
  assert.deepEqual(await ours(context), []);
}

/** [name, what happens in the page, what is to be known of it]. */
const ready = async (tab, open) => {
  await tab.goto(open.url + '/');
  await loaded(tab);
};

// --- IAB TCF --------------------------------------------------------------------------------------------------------

const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const cmpThere = (tab) => tab.waitForFunction(() => window.cmp !== undefined);

for (const [name, purposes, expected, config] of [
  ['all purposes', all, [['tcf', 'granted', 'granted']]],
  ['measurement of content without advertising', [1, 8], [['tcf', 'granted', 'denied']]],
  ['audience statistics without advertising', [1, 9], [['tcf', 'granted', 'denied']]],
  ['the vendor of the site too', all, [['tcf', 'granted', 'granted']], { tcf_vendor: 77 }],
]) {
  visit(`TCF: ${name} is ${JSON.stringify(expected[0].slice(1))}`, site('tcf', tcf, { config }), async ({ page: tab, site: open }) => {
    await ready(tab, open);
    await cmpThere(tab);
    await tab.evaluate((agreed) => {
      window.cmp.show();
      window.cmp.decide(agreed);
    }, purposes);
    await open.until(() => decisions(open).length, 'the decision');
    assert.deepEqual(states(open), expected);
    assert.equal(decisions(open)[0].props.version, '31.2');
    assert.equal(open.events.filter(isView).length, 1);
  });
}

for (const [name, act, config] of [
  ['refuses everything', () => { window.cmp.show(); window.cmp.decide([]); }],
  ['agrees to statistics but not to storage', () => { window.cmp.show(); window.cmp.decide([7, 8, 9]); }],
  ['agrees to storage but to no purpose of ours', () => { window.cmp.show(); window.cmp.decide([1, 2, 3]); }],
  ['has not answered, the string of an earlier visit showing', () => window.cmp.show([1, 7, 8, 9], [77])],
  ['is not asked: GDPR does not apply, there is no purpose object', () => window.cmp.notApplicable()],
  ['agrees to other vendors only', () => { window.cmp.show(); window.cmp.decide([1, 7, 8, 9], [78]); }, { tcf_vendor: 77 }],
  ['agrees, the publisher forbidding the purposes to the vendor', () => { window.cmp.show(); window.cmp.decide([1, 7, 8, 9], [77], 1); }, { tcf_vendor: 77 }],
  ['never answers', () => {}],
]) {
  visit(`TCF: a visitor who ${name} leaves no trace`, site('tcf', tcf, { config }), async ({ page: tab, context, site: open }) => {
    await ready(tab, open);
    await cmpThere(tab);
    await tab.evaluate(act);
    await nothing(tab, context, open);
  });
}

visit('TCF: a remembered string counts when it has loaded, and the second page follows it', site('tcf', { ...tcf, body: `${tcf.body}<script>cmp.decide([1,7,8])</script>` }),
  async ({ page: tab, site: open }) => {
    await ready(tab, open);
    await open.until(() => decisions(open).length, 'the decision');
    await tab.waitForFunction((name) => document.cookie.includes(name), cookieName);
    await tab.click('a');
    await open.until(() => open.events.filter(isView).length === 2, 'the second view');
    assert.equal(new Set(open.events.map(({ visitor }) => visitor)).size, 1);
    assert.equal(decisions(open).length, 1);
  });

visit('TCF: a withdrawal in the reopened banner empties the device and names the visitor', site('tcf', tcf), async ({ page: tab, context, site: open }) => {
  await ready(tab, open);
  await cmpThere(tab);
  await tab.evaluate(() => { window.cmp.show(); window.cmp.decide([1, 7, 8, 9]); });
  await open.until(() => decisions(open).length, 'the decision');
  await tab.waitForFunction((name) => document.cookie.includes(name), cookieName);
  await tab.evaluate(() => { window.cmp.show([1, 7, 8, 9], [77]); window.cmp.decide([]); });
  await open.until(() => open.forgotten.length, 'the withdrawal');
  assert.deepEqual(open.forgotten, [decisions(open)[0].visitor]);
  assert.deepEqual(await ours(context), []);
});

visit('TCF: a platform that a tag manager brings late is heard', site('tcf', {}), async ({ page: tab, site: open }) => {
  await ready(tab, open);
  await tab.addScriptTag({ url: '/tcf-stub.js' });
  await tab.addScriptTag({ url: '/tcf-cmp.js' });
  await tab.evaluate(() => { window.cmp.show(); window.cmp.decide([1, 8]); });
  await open.until(() => decisions(open).length, 'the decision');
  assert.deepEqual(states(open), [['tcf', 'granted', 'denied']]);
});

// The package's own stub forgets who asked before a later answer comes, so this page answers frames as the specification says.
const kAnswersFrames = `<script>addEventListener('message', ({ data, source }) => {
  const call = data && data.__tcfapiCall;
  if (call) __tcfapi(call.command, call.version, (returnValue, success) => source.postMessage({ __tcfapiReturn: { returnValue, success, callId: call.callId } }, '*'));
})</script>`;
visit('TCF: in a frame the platform of the page around it decides', site('tcf', tcf, { pages: {
  '/': page({ ...tcf, body: `${tcf.body}${kAnswersFrames}<iframe src="/framed" title="f"></iframe>` }, ''), '/framed': page({}) } }),
async ({ page: tab, site: open }) => {
  await tab.goto(open.url + '/');
  await cmpThere(tab);
  await loaded(tab.frame({ url: '**/framed' }));
  await tab.evaluate(() => { window.cmp.show(); window.cmp.decide([1, 7, 8]); });
  await open.until(() => decisions(open).length, 'the decision');
  assert.deepEqual(states(open), [['tcf', 'granted', 'granted']]);
  assert.equal(new URL(open.events.find(isView).url).pathname, '/framed');
});

// --- Google Consent Mode --------------------------------------------------------------------------------------------

const gtag = `<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}</script>`;
const signals = (value) => ({ ad_storage: value, ad_user_data: value, ad_personalization: value, analytics_storage: value });

for (const [name, updates, expected] of [
  ['everything granted', [signals('granted')], [['consent_mode', 'granted', 'granted']]],
  ['analytics alone', [{ analytics_storage: 'granted', ad_storage: 'denied' }], [['consent_mode', 'granted', 'denied']]],
  ['an update that says nothing of advertising', [{ analytics_storage: 'granted' }], [['consent_mode', 'granted', 'undetermined']]],
  ['advertising storage without the use of data', [{ analytics_storage: 'granted', ad_storage: 'granted' }], [['consent_mode', 'granted', 'undetermined']]],
  ['two updates, one after the other', [{ analytics_storage: 'granted' }, { ad_storage: 'granted', ad_user_data: 'granted' }],
    [['consent_mode', 'granted', 'undetermined'], ['consent_mode', 'granted', 'granted']]],
]) {
  visit(`Consent Mode: ${name} is ${JSON.stringify(expected.at(-1).slice(1))}`, site('consent_mode', { head: gtag }), async ({ page: tab, site: open }) => {
    await ready(tab, open);
    await tab.evaluate((sent) => {
      window.gtag('consent', 'default', { ad_storage: 'denied', analytics_storage: 'denied' });
      window.gtag('consent', 'update', sent);
    }, updates[0]);
    for (const [i, update] of updates.slice(1).entries()) {
      await open.until(() => decisions(open).length > i, 'the decision before');
      await tab.evaluate((sent) => window.gtag('consent', 'update', sent), update);
    }
    await open.until(() => decisions(open).length === expected.length, 'the decision');
    assert.deepEqual(states(open), expected);
  });
}

for (const [name, push] of [
  ['a default of denied', () => window.gtag('consent', 'default', { analytics_storage: 'denied', ad_storage: 'denied' })],
  ['a default of granted, which no visitor chose', () => window.gtag('consent', 'default', { analytics_storage: 'granted', ad_storage: 'granted', ad_user_data: 'granted' })],
  ['a default of granted for a region', () => window.gtag('consent', 'default', { analytics_storage: 'granted', region: ['US'] })],
  ['an array, which is no command', () => window.dataLayer.push(['consent', 'update', { analytics_storage: 'granted' }])],
  ['an update of denied', () => window.gtag('consent', 'update', { analytics_storage: 'denied', ad_storage: 'denied' })],
  ['a word that is neither', () => window.gtag('consent', 'update', { analytics_storage: 'yes' })],
]) {
  visit(`Consent Mode: ${name} grants nothing`, site('consent_mode', { head: gtag }), async ({ page: tab, context, site: open }) => {
    await ready(tab, open);
    await tab.evaluate(push);
    await nothing(tab, context, open);
  });
}

visit('Consent Mode: an update from before the tracker has come is heard, and the page keeps its data layer', site('consent_mode',
  { head: `${gtag}<script>gtag('consent','update',{analytics_storage:'granted'});dataLayer.push({event:'own'})</script>` }),
async ({ page: tab, site: open }) => {
  await ready(tab, open);
  await open.until(() => decisions(open).length, 'the decision');
  assert.equal(await tab.evaluate(() => window.dataLayer.length), 2);
});

visit('Consent Mode: denied after granted is a withdrawal, granted again another visitor', site('consent_mode', { head: gtag }), async ({ page: tab, site: open }) => {
  await ready(tab, open);
  await tab.evaluate(() => window.gtag('consent', 'update', { analytics_storage: 'granted' }));
  await open.until(() => decisions(open).length, 'the grant');
  await tab.evaluate(() => window.gtag('consent', 'update', { analytics_storage: 'denied' }));
  await open.until(() => open.forgotten.length, 'the withdrawal');
  await tab.evaluate(() => window.gtag('consent', 'update', { analytics_storage: 'granted' }));
  await open.until(() => decisions(open).length === 2, 'the second grant');
  const [first, second] = decisions(open);
  assert.notEqual(first.visitor, second.visitor);
  assert.deepEqual(open.forgotten, [first.visitor]);
});

// --- vanilla-cookieconsent ------------------------------------------------------------------------------------------

const cc = (action) => (tab) => tab.evaluate(action);

for (const [name, act, expected] of [
  ['accepts all', () => window.CookieConsent.acceptCategory('all'), [['cookieconsent', 'granted', 'granted']]],
  ['accepts analytics', () => window.CookieConsent.acceptCategory(['analytics']), [['cookieconsent', 'granted', 'denied']]],
]) {
  visit(`cookieconsent: a visitor who ${name} is ${JSON.stringify(expected[0].slice(1))}`, site('cookieconsent', cookieconsent()), async ({ page: tab, site: open }) => {
    await ready(tab, open);
    await cc(act)(tab);
    await open.until(() => decisions(open).length, 'the decision');
    assert.deepEqual(states(open), expected);
    assert.equal(decisions(open)[0].props.version, '1');
  });
}

for (const [name, act] of [
  ['has not answered', () => {}],
  ['rejects, though the banner calls it a consent', () => window.CookieConsent.acceptCategory([])],
  ['accepts marketing alone', () => window.CookieConsent.acceptCategory(['marketing'])],
]) {
  visit(`cookieconsent: a visitor who ${name} leaves no trace of ours`, site('cookieconsent', cookieconsent()), async ({ page: tab, context, site: open }) => {
    await ready(tab, open);
    await cc(act)(tab);
    await nothing(tab, context, open);
  });
}

visit('cookieconsent: the second page follows the remembered choice; another version of the banner asks again', site('cookieconsent', cookieconsent(),
  { pages: { '/new': page(cookieconsent(2)) } }),
async ({ page: tab, site: open }) => {
  await ready(tab, open);
  await cc(() => window.CookieConsent.acceptCategory(['analytics']))(tab);
  await open.until(() => decisions(open).length, 'the decision');
  await tab.waitForFunction((name) => document.cookie.includes(name), cookieName);
  await tab.click('a');
  await open.until(() => open.events.filter(isView).length === 2, 'the second view');
  await tab.goto(open.url + '/new');
  await loaded(tab);
  assert.equal(await tab.evaluate(() => window.CookieConsent.validConsent()), false);
  await cc(() => window.CookieConsent.acceptCategory(['analytics', 'marketing']))(tab);
  await open.until(() => decisions(open).length === 2, 'the second decision');
  assert.deepEqual(decisions(open).map(({ props }) => props.version), ['1', '2']);
  assert.equal(new Set(open.events.map(({ visitor }) => visitor)).size, 1);
});

visit('cookieconsent: a changed mind withdraws', site('cookieconsent', cookieconsent()), async ({ page: tab, context, site: open }) => {
  await ready(tab, open);
  await cc(() => window.CookieConsent.acceptCategory('all'))(tab);
  await open.until(() => decisions(open).length, 'the decision');
  await tab.waitForFunction((name) => document.cookie.includes(name), cookieName);
  await cc(() => window.CookieConsent.acceptCategory([]))(tab);
  await open.until(() => open.forgotten.length, 'the withdrawal');
  assert.deepEqual(await ours(context), []);
});

// --- klaro ----------------------------------------------------------------------------------------------------------

const klaroThere = (tab) => tab.waitForFunction(() => window.klaro && window.klaro.getManager());
const choose = (choice) => {
  const manager = window.klaro.getManager();
  for (const [name, value] of Object.entries(choice)) manager.updateConsent(name, value);
  manager.saveAndApplyConsents();
};

for (const [name, choice, expected] of [
  ['everything', { etappe: true, ads: true }, [['klaro', 'granted', 'granted']]],
  ['analytics', { etappe: true, ads: false }, [['klaro', 'granted', 'denied']]],
]) {
  visit(`klaro: a choice of ${name} is ${JSON.stringify(expected[0].slice(1))}`, site('klaro', klaro), async ({ page: tab, site: open }) => {
    await ready(tab, open);
    await klaroThere(tab);
    await tab.evaluate(choose, choice);
    await open.until(() => decisions(open).length, 'the decision');
    assert.deepEqual(states(open), expected);
    assert.equal(decisions(open)[0].props.version, '3');
  });
}

for (const [name, choice] of [['has not answered, though its callbacks have been called', undefined], ['refuses', { etappe: false, ads: false }]]) {
  visit(`klaro: a visitor who ${name} leaves no trace of ours`, site('klaro', klaro), async ({ page: tab, context, site: open }) => {
    await ready(tab, open);
    await klaroThere(tab);
    if (choice) await tab.evaluate(choose, choice);
    await nothing(tab, context, open);
  });
}

visit('klaro: a remembered choice counts on the second page, and a changed one withdraws there', site('klaro', klaro), async ({ page: tab, context, site: open }) => {
  await ready(tab, open);
  await klaroThere(tab);
  await tab.evaluate(choose, { etappe: true, ads: true });
  await open.until(() => decisions(open).length, 'the decision');
  await tab.waitForFunction((name) => document.cookie.includes(name), cookieName);
  await tab.goto(open.url + '/b');
  await open.until(() => open.events.filter(isView).length === 2, 'the second view');
  await klaroThere(tab);
  await tab.waitForLoadState('load');
  await tab.evaluate(choose, { etappe: false, ads: false });
  await open.until(() => open.forgotten.length, 'the withdrawal');
  assert.deepEqual(await ours(context), []);
});

// --- any other banner -----------------------------------------------------------------------------------------------

for (const [name, generic, act, expected] of [
  ['an event with its decision', [{ event: 'decided', analytics: 'detail.stats', marketing: 'detail.ads' }],
    () => window.dispatchEvent(new CustomEvent('decided', { detail: { stats: true, ads: false } })), [['generic', 'granted', 'denied']]],
  ['an event of the document, the decision in a variable of the page', [{ event: 'decided', decided: 'cmp.asked', analytics: 'cmp.groups~,C2,', marketing: 'cmp.groups~,C4,' }],
    () => { window.cmp = { asked: true, groups: ',C1,C2,' }; document.dispatchEvent(new Event('decided')); }, [['generic', 'granted', 'denied']]],
  ['a message of the data layer', [{ data_layer: 'consent_saved', analytics: 'message.services~matomo|etappe', marketing: 'message.services~ads' }],
    () => (window.dataLayer = window.dataLayer || []).push({ event: 'consent_saved', services: 'etappe,ads' }), [['generic', 'granted', 'granted']]],
  ['a cookie', [{ cookie: 'choice', analytics: 'cookie~"stats":true', marketing: 'cookie~"ads":true' }],
    () => { document.cookie = `choice=${encodeURIComponent('{"stats":true,"ads":false}')}`; document.body.click(); }, [['generic', 'granted', 'denied']]],
]) {
  visit(`generic: ${name}`, site('generic', {}, { config: { generic } }), async ({ page: tab, site: open }) => {
    await ready(tab, open);
    await tab.evaluate(act);
    await open.until(() => decisions(open).length, 'the decision');
    assert.deepEqual(states(open), expected);
  });
}

for (const [name, generic, act] of [
  ['an event that says no', [{ event: 'decided', analytics: 'detail.stats' }], () => window.dispatchEvent(new CustomEvent('decided', { detail: { stats: false } }))],
  ['an event without a decision', [{ event: 'decided', analytics: 'detail.stats' }], () => window.dispatchEvent(new CustomEvent('decided', { detail: {} }))],
  ['another event', [{ event: 'decided', analytics: 'detail.stats' }], () => window.dispatchEvent(new CustomEvent('other', { detail: { stats: true } }))],
  ['groups that are preset before anybody was asked', [{ event: 'decided', decided: 'cmp.asked', analytics: 'cmp.groups~,C2,' }],
    () => { window.cmp = { asked: false, groups: ',C2,' }; window.dispatchEvent(new Event('decided')); }],
  ['a mapping that cannot be read', [{ event: 'decided', analytics: 'detail.stats~(' }], () => window.dispatchEvent(new CustomEvent('decided', { detail: { stats: true } }))],
]) {
  visit(`generic: ${name} grants nothing`, site('generic', {}, { config: { generic } }), async ({ page: tab, context, site: open }) => {
    await ready(tab, open);
    await tab.evaluate(act);
    await nothing(tab, context, open);
  });
}

/** The starting points of docs/consent.md, with what the vendors document that their products do: an imitation, not the products. */
const documented = Object.fromEntries([...readFileSync(new URL('../../docs/consent.md', import.meta.url), 'utf8')
  .matchAll(/^\| (Usercentrics|OneTrust|Cookiebot|Borlabs) \| `(\{.*?\})`/gm)].map(([, name, mapping]) => [name, JSON.parse(mapping)]));
for (const [name, act] of [
  ['Usercentrics', () => window.dispatchEvent(new CustomEvent('ucEvent', { detail: { event: 'consent_status', 'Google Analytics': true, 'Google Ads': false } }))],
  ['OneTrust', () => { window.OnetrustActiveGroups = ',C0001,C0002,'; window.dispatchEvent(new CustomEvent('OneTrustGroupsUpdated')); }],
  ['Cookiebot', () => { window.Cookiebot = { hasResponse: true, consent: { statistics: true, marketing: false } }; window.dispatchEvent(new Event('CookiebotOnConsentReady')); }],
  ['Borlabs', () => { document.cookie = `borlabs-cookie=${encodeURIComponent('{"consents":{"essential":["borlabs-cookie"],"statistics":["etappe"]},"version":"3"}')}`; document.body.click(); }],
]) {
  visit(`generic: the documented starting point for ${name}`, site('generic', {}, { config: { generic: [documented[name]] } }), async ({ page: tab, site: open }) => {
    await ready(tab, open);
    await tab.evaluate(act);
    await open.until(() => decisions(open).length, 'the decision');
    assert.deepEqual(states(open), [['generic', 'granted', 'denied']]);
  });
}

visit('generic: a choice from before the tracker has come is found where it stands', site('generic', { head: `<script>window.cmp={asked:true,groups:',C2,'}</script>` },
  { config: { generic: [{ event: 'decided', decided: 'cmp.asked', analytics: 'cmp.groups~,C2,' }] } }),
async ({ page: tab, site: open }) => {
  await ready(tab, open);
  await open.until(() => decisions(open).length, 'the decision');
  assert.deepEqual(states(open), [['generic', 'granted', 'undetermined']]);
});

