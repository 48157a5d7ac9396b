// Pages that make a tracker's life hard, in a real Chromium. For each: the page's own doings stay right (a witness of the
// page says so), its console stays empty, and the events arrive, or do not, as the table says. Where a page has broken a
// function of the language itself, a visit may be lost, but in silence: `arrive: 'either'`. `pending` says what the tracker
// does not do, and skips the case.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { hostile, kButton, kGrant, kThrows, page } from './hostile.mjs';
import { kSite, kStub, snippet } from './site.mjs';

// ---- what pages overwrite ---------------------------------------------------------------------------------------

hostile('array methods of an old library, which know only the value, and names of its own on every array', {
  before: `Array.prototype.forEach = function (work) { for (var i = 0; i < this.length; i++) work(this[i]); };
    Array.prototype.map = function (work) { var all = []; for (var i = 0; i < this.length; i++) all[i] = work(this[i]); return all; };
    Array.prototype.find = Array.prototype.detect = function (test) { for (var i = 0; i < this.length; i++) if (test(this[i])) return this[i]; };
    Array.prototype.slice = function (from, to) { var all = [], end = to === undefined ? this.length : to < 0 ? this.length + to : to;
      var i = from === undefined ? 0 : from < 0 ? Math.max(0, this.length + from) : from;
      for (; i < end; i++) all[all.length] = this[i]; return all; };
    Array.prototype.toJSON = function () { return 'list'; };
    Array.prototype.remove = function () { return 'removed'; };`,
  witness: `[1, 2].map(function (a, b) { return b; })[1] === undefined && [].remove() === 'removed' && JSON.stringify([1]) === '"list"'`,
});

for (const method of ['forEach', 'map', 'slice', 'find', 'filter', 'concat', 'splice', 'indexOf', 'includes', 'join', 'pop', 'shift']) {
  hostile(`Array.prototype.${method} throws`, {
    arrive: 'either',
    before: `Array.prototype.${method} = ${kThrows}`,
    witness: `(function () { try { [1].${method}(0); } catch (error) { return error.message === 'the page broke this'; } })()`,
  });
}

hostile('Array.prototype[Symbol.iterator] throws', {
  arrive: 'either', before: `Array.prototype[Symbol.iterator] = ${kThrows}`,
});

hostile('JSON is gone', { before: 'delete window.JSON', witness: `typeof JSON === 'undefined'` });

hostile('JSON throws', { before: `JSON.parse = JSON.stringify = ${kThrows}` });

hostile('fetch is wrapped, as monitoring does it', {
  before: `window.asked = []; var own = fetch; window.fetch = function (what) { asked.push(String(what)); return own.apply(this, arguments); }`,
  witness: `asked.every(function (what) { return /\\/v1\\/events/.test(what); }) && fetch('/next').then(function (answer) { return answer.ok; })`,
});

hostile('fetch throws: beacons carry what is to be said', {
  before: `window.fetch = ${kThrows}`,
  witness: `(function () { try { fetch('/'); } catch (error) { return error.message === 'the page broke this'; } })()`,
});

hostile('fetch returns nothing: beacons carry what is to be said', { before: 'window.fetch = function () {}' });

hostile('fetch and sendBeacon throw: nothing can be sent, and nobody notices', {
  before: `window.fetch = navigator.sendBeacon = ${kThrows}`, arrive: false,
});

hostile('navigator.sendBeacon throws', { before: `navigator.sendBeacon = ${kThrows}` });

hostile('history is wrapped by the page', {
  before: `window.states = []; var own = history.pushState; history.pushState = function (state) { states.push(state); return own.apply(this, arguments); }`,
  act: ({ run }) => run(`history.replaceState('r', '', '#r')`),
  witness: `(history.pushState('here', '', location.href), states.length === 1 && history.state === 'here')`,
});

hostile('history is frozen', {
  before: 'Object.freeze(history); Object.freeze(History.prototype)',
  witness: `(history.replaceState('here', '', location.href), history.state === 'here')`,
});

hostile('history throws', {
  before: `history.pushState = history.replaceState = ${kThrows}`,
  witness: `(function () { try { history.pushState(1, ''); } catch (error) { return error.message === 'the page broke this'; } })()`,
});

hostile('Promise is replaced by an old polyfill', {
  before: `window.Promise = function (work) { this.then = function (next) { work(next, function () {}); return this; }; }; Promise.resolve = undefined`,
  witness: `(function () { var got; new Promise(function (ok) { ok(7); }).then(function (value) { got = value; }); return got === 7; })()`,
});

hostile('Promise.prototype.then throws: the page is not counted, and nobody notices', {
  before: `Promise.prototype.then = ${kThrows}`, arrive: 'either',
});

for (const method of ['keys', 'getPrototypeOf', 'create', 'assign', 'entries', 'defineProperty', 'freeze']) {
  hostile(`Object.${method} throws`, { arrive: 'either', before: `Object.${method} = ${kThrows}` });
}

for (const method of ['apply', 'call', 'bind']) {
  hostile(`Function.prototype.${method} throws`, { arrive: 'either', before: `Function.prototype.${method} = ${kThrows}` });
}

hostile('String and number methods throw', {
  before: `String.prototype.split = String.prototype.startsWith = String.prototype.slice = Number.prototype.toFixed = ${kThrows}`,
  arrive: 'either',
});

hostile('built-in prototypes are frozen', {
  before: 'for (const it of [Object, Array, Function, String, Promise, EventTarget, Node, Element, Document]) { Object.freeze(it.prototype); Object.freeze(it); }',
  witness: `Object.isFrozen(Object.prototype) && [1].map(function (a) { return a + 1; })[0] === 2`,
});

hostile('every object inherits something', {
  before: `Object.prototype.extra = 'text'; Object.prototype.also = function () {}; Object.prototype.type = 9`,
  witness: `({}).extra === 'text'`,
  also: ({ site }) => assert.deepEqual(site.events.map(({ props }) => Object.keys(props ?? {}).filter((key) => key !== 'place')).flat(), []),
});

hostile('addEventListener is wrapped and counts', {
  before: `var own = EventTarget.prototype.addEventListener; window.added = 0;
    EventTarget.prototype.addEventListener = function () { added++; return own.apply(this, arguments); }`,
  witness: 'added > 0',
});

hostile('setTimeout is slowed and hands out objects', {
  before: `var own = setTimeout; window.setTimeout = function (work, time) { return {id: own(work, (time || 0) + 20)}; }`,
  witness: `typeof setTimeout(function () {}, 1) === 'object'`,
});

hostile('crypto.getRandomValues is gone: an old browser is not counted, and nobody notices', {
  before: `Object.defineProperty(window, 'crypto', {value: undefined})`, arrive: 'either',
});

hostile('console is replaced', { before: `window.console = {log: ${kThrows}}` });

// ---- what pages and browsers withhold ---------------------------------------------------------------------------

hostile('localStorage and sessionStorage throw when they are looked at', {
  before: `for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {get: ${kThrows}})`,
});

hostile('localStorage and sessionStorage are full', {
  before: `Storage.prototype.setItem = function () { throw new DOMException('full', 'QuotaExceededError'); }`,
});

hostile('indexedDB and caches are gone', {
  before: `for (const name of ['indexedDB', 'caches']) Object.defineProperty(window, name, {value: undefined})`,
});

hostile('cookies are switched off in the browser: a visitor of one page', {
  prepare: ({ protocol }) => protocol.send('Emulation.setDocumentCookieDisabled', { disabled: true }),
  witness: '!navigator.cookieEnabled',
  also: ({ site }) => assert.equal(new Set(site.events.map(({ visitor }) => visitor)).size, 1),
});

hostile('document.cookie throws: a visitor of one page', {
  before: `Object.defineProperty(document, 'cookie', {get: ${kThrows}, set: ${kThrows}})`,
});

// The frame has no origin: the collector refuses its batches unless the site allows that, so either is right here.
hostile('in a sandboxed frame of another site', {
  html: (port) => `<!doctype html><link rel="icon" href="data:,">${snippet()}${kGrant}<body>${kButton}
    <script>addEventListener('message', function (event) { window.framed = event.data; })</script>
    <iframe style="margin-top:60px" sandbox="allow-scripts" src="http://localhost:${port}/framed"></iframe>`,
  pages: { '/framed': `<!doctype html>${kStub}${kGrant}<script>etappe('event', 'framed');
    addEventListener('load', function () { etappe('event', 'framed'); parent.postMessage('works', '*'); })</script>
    <script async src="/t/${kSite}.js"></script>` },
  witness: `new Promise(function (done) { (function look() { window.framed ? done(window.framed === 'works') : setTimeout(look, 10); })(); })`,
});

// ---- what pages do to the data layer and to calls -----------------------------------------------------------------

const kPurchase = `{event: 'purchase', ecommerce: {transaction_id: 'A-1'}}`;

hostile('a throwing listener of the data layer: the page hears its error, the tracker its message', {
  before: `window.dataLayer = []; dataLayer.push = function () { Array.prototype.push.apply(this, arguments); throw new Error('listener'); }`,
  act: ({ run }) => run(`(function () { try { dataLayer.push(${kPurchase}); } catch (error) { window.heard = error.message; } })()`),
  witness: `heard === 'listener' && dataLayer.length === 1`,
  also: ({ site }) => site.until(() => site.events.find(({ order_id }) => order_id === 'A-1'), 'the order'),
});

hostile('a listener of the data layer that comes later and throws', {
  act: ({ run }) => run(`(function () {
    var own = dataLayer.push;
    dataLayer.push = function () { var length = own.apply(this, arguments); throw new Error('listener'); };
    try { dataLayer.push(${kPurchase}); } catch (error) { window.heard = error.message; }
  })()`),
  witness: `heard === 'listener' && dataLayer.length === 1`,
  also: ({ site }) => site.until(() => site.events.find(({ order_id }) => order_id === 'A-1'), 'the order'),
});

hostile('a frozen data layer', {
  before: `window.dataLayer = Object.freeze([{event: 'before'}])`,
  witness: 'dataLayer.length === 1',
});

hostile('a data layer that is no list', { before: `window.dataLayer = {push: function () { return 'mine'; }}`, witness: `dataLayer.push() === 'mine'` });

hostile('messages with getters that throw, and cyclic ones', {
  act: ({ run }) => run(`(function () {
    var cyclic = {event: 'cyclic'}; cyclic.self = cyclic;
    window.length = dataLayer.push({get event() { throw new Error('getter'); }}, cyclic, ${kPurchase});
  })()`),
  witness: 'window.length === 3',
  also: ({ site }) => site.until(() => site.events.find(({ order_id }) => order_id === 'A-1'), 'the order'),
});

hostile('a property of 1 MB is cut', {
  act: ({ run }) => run(`etappe('event', 'big', {text: 'x'.repeat(1 << 20), small: 1})`),
  also: async ({ site }) => {
    const big = await site.until(() => site.events.find(({ name }) => name === 'big'), 'the event');
    assert.deepEqual(big.props, { text: 'x'.repeat(1024), small: 1 });
  },
});

hostile('a name and an order number of 1 MB', {
  act: ({ run }) => run(`etappe('event', 'n'.repeat(1 << 20)); etappe('conversion', 'order', {order_id: 'o'.repeat(1 << 20)}); etappe('event', 'afterwards')`),
  also: ({ site }) => site.until(() => site.events.find(({ name }) => name === 'afterwards'), 'what is said afterwards'),
});

hostile('a value of 1 MB in the data layer, where the container looks', {
  act: ({ run }) => run(`dataLayer.push({event: 'purchase', ecommerce: {transaction_id: 'o'.repeat(1 << 20)}}, ${kPurchase})`),
  also: ({ site }) => site.until(() => site.events.find(({ order_id }) => order_id === 'A-1'), 'the next order'),
});

hostile('properties that throw when they are read, and nothing that has properties', {
  act: ({ run }) => run(`etappe('event', 'getter', {get a() { throw new Error('getter'); }}); etappe('event', 'none', null);
    etappe('event', Symbol('s')); etappe('conversion', 'order', {items: [null, 7, {get id() { throw new Error('getter'); }}]}); etappe('event', 'afterwards')`),
  also: ({ site }) => site.until(() => site.events.find(({ name }) => name === 'afterwards'), 'what is said afterwards'),
});

hostile('a million pushes: the page goes on, and the order behind them arrives', {
  act: ({ run }) => run(`(function () { for (var i = 0; i < 1e6; i++) dataLayer.push({event: 'tick', at: i}); dataLayer.push(${kPurchase}); })()`),
  witness: 'dataLayer.length === 1000001',
  also: ({ site }) => site.until(() => site.events.find(({ order_id }) => order_id === 'A-1'), 'the order'),
});

hostile('a million messages that were there before', {
  before: `window.dataLayer = []; for (var i = 0; i < 1e6; i++) dataLayer.push({event: 'tick', at: i})`,
  witness: 'dataLayer.length === 1000000',
});

// ---- policies -----------------------------------------------------------------------------------------------------

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const hashes = [kStub, kGrant].map((element) => hash(element.replace(/<\/?script>/g, ''))).join(' ');
/** Of another host than the page, as collectors are: what the policy allows is what is needed. */
const kElsewhere = 'http://localhost:*';
const remote = (attributes) => (port) => page('', {
  script: `${`${kStub}${kGrant}`.replaceAll('<script', `<script ${attributes}`)}<script async ${attributes} src="http://localhost:${port}/t/${kSite}.js"></script>`,
});

const kStyle = "style-src 'unsafe-inline'; img-src data:";
/** The one attempt to compile is reported, not written to the console. */
const kAttempt = ['wasm-eval'];
for (const [name, policy, more = {}] of [
  ['none', undefined],
  ["'self' and the collector, with WebAssembly", `default-src 'self'; ${kStyle}; script-src 'self' ${kElsewhere} ${hashes} 'wasm-unsafe-eval'; connect-src 'self' ${kElsewhere}`],
  ["'self' and the collector, without WebAssembly", `default-src 'self'; ${kStyle}; script-src 'self' ${kElsewhere} ${hashes}; connect-src 'self' ${kElsewhere}`,
    { reports: kAttempt }],
  ['nonce and strict-dynamic, with WebAssembly', `default-src 'self'; ${kStyle}; script-src 'nonce-n0n' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src ${kElsewhere}`,
    { attributes: 'nonce="n0n"' }],
  ['nonce and strict-dynamic, without WebAssembly', `default-src 'self'; ${kStyle}; script-src 'nonce-n0n' 'strict-dynamic'; connect-src ${kElsewhere}`,
    { attributes: 'nonce="n0n"', reports: kAttempt }],
  ['hashes and the collector', `default-src 'self'; ${kStyle}; script-src ${hashes} ${kElsewhere} 'wasm-unsafe-eval'; connect-src ${kElsewhere}`],
  ["nothing but what is needed: default-src 'none'", `default-src 'none'; ${kStyle}; script-src ${hashes} ${kElsewhere} 'wasm-unsafe-eval'; connect-src ${kElsewhere}`],
  ["require-trusted-types-for 'script'", "require-trusted-types-for 'script'"],
  ["require-trusted-types-for 'script', fallback included", "require-trusted-types-for 'script'",
    { attributes: 'data-engine="js"' }],
  ["require-trusted-types-for 'script' without WebAssembly", `require-trusted-types-for 'script'; script-src 'self' ${kElsewhere} ${hashes}; connect-src ${kElsewhere}`,
    { reports: kAttempt }],
]) {
  const { attributes = '', reports = [] } = more;
  hostile(`content security policy: ${name}`, {
    html: remote(attributes),
    headers: policy ? { 'Content-Security-Policy': policy } : {},
    prepare: ({ tab }) => tab.addInitScript(() => {
      window.reports = [];
      document.addEventListener('securitypolicyviolation', ({ blockedURI }) => window.reports.push(blockedURI));
    }),
    witness: `JSON.stringify(reports) === ${JSON.stringify(JSON.stringify(reports))}`,
  });
}

// ---- service workers ----------------------------------------------------------------------------------------------

for (const [name, worker] of [
  ['passes everything on', `addEventListener('fetch', (event) => event.respondWith(fetch(event.request)))`],
  ['answers from its cache first', `addEventListener('fetch', (event) => {
    if (event.request.method !== 'GET') return;
    event.respondWith(caches.open('site').then(async (cache) => {
      const known = await cache.match(event.request);
      if (known) return known;
      const answer = await fetch(event.request);
      await cache.put(event.request, answer.clone());
      return answer;
    }));
  })`],
]) {
  hostile(`the site's own service worker ${name}`, {
    html: () => page(''),
    pages: { '/sw.js': { html: `addEventListener('install', () => skipWaiting()); addEventListener('activate', (event) => event.waitUntil(clients.claim())); ${worker}`,
      headers: { 'Content-Type': 'text/javascript' } }, '/first': '<link rel="icon" href="data:,">' },
    prepare: async ({ site, tab }) => {
      await tab.goto(site.url + '/first');
      await tab.evaluate(() => navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)
        .then(() => navigator.serviceWorker.controller || new Promise((done) => { navigator.serviceWorker.oncontrollerchange = done; })).then(() => true));
    },
    witness: '!!navigator.serviceWorker.controller',
  });
}

// ---- where the snippet stands -------------------------------------------------------------------------------------

const kLate = `addEventListener('load', function () { setTimeout(function () {
  window.etappe = window.etappe || function () { (etappe.q = etappe.q || []).push(arguments); };
  etappe('consent', {analytics: true});
  var script = document.createElement('script'); script.async = true; script.src = '/t/${kSite}.js'; document.head.appendChild(script);
}); })`;

for (const [name, text] of [
  ['in the head', `<!doctype html><html><head><link rel="icon" href="data:,">${snippet()}${kGrant}</head><body>${kButton}</body></html>`],
  ['at the end of the body', `<!doctype html><html><head><link rel="icon" href="data:,"></head><body>${kButton}${snippet()}${kGrant}</body></html>`],
  ['without async or defer', page('', { script: `${kStub}${kGrant}<script src="/t/${kSite}.js"></script>` })],
  ['twice', page('', { script: snippet() + snippet() + kGrant })],
  ['twice, with the grant in between', page('', { script: snippet() + kGrant + snippet() })],
  ['injected late by another script', page('', { script: `<script>${kLate}</script>` })],
  ['in the page, and injected late as well', page('', { script: `${snippet()}${kGrant}<script>${kLate}</script>` })],
]) {
  hostile(`the snippet ${name}`, { html: () => text });
}
