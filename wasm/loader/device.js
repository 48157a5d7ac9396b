// What stays on the visitor's device: one first-party cookie, written under a grant only and read to see
// whether one is remembered (under the policy `cookieless` only once the page says so) (its text is the tracker's: wasm/tracker/identity.hpp), and batches that could not be
// delivered, likewise under a grant only, a day at most and 80,000 characters.

import { state, guarded } from './state.js';

const kDay = 864e5;
const kMostKept = 80000;

const name = () => 'etappe_' + state.config.site;

/** Reading costs the page up to some milliseconds: it asks another process. Sandboxed frames have no cookies at all. */
export function read(cookie = name()) {
  try {
    const found = ('; ' + document.cookie).split(`; ${cookie}=`);
    return found.length > 1 ? found[1].split(';')[0] : '';
  } catch {
    return '';
  }
}

function write(text, seconds, domain) {
  document.cookie = `${name()}=${text};path=/;max-age=${seconds};samesite=lax` +
    (location.protocol === 'https:' ? ';secure' : '') + (domain ? ';domain=' + domain : '');
}

/** From the widest domain that could be ours to this host alone; browsers refuse public suffixes. */
function domains() {
  const { hostname } = location;
  if (/\d$/.test(hostname)) return [''];  // an address, not a name
  const labels = hostname.split('.');
  return [...labels.map((_, i) => labels.slice(-i).join('.')).slice(2), hostname, ''];
}

export function remember(text, seconds) {
  if (state.domain !== undefined) {
    write(text, seconds, state.domain);
    state.device = text;
  } else if (state.device !== text) {
    // Visits to www. and shop. are one visit: take the widest domain that the browser accepts.
    state.domain = domains().find((domain) => {
      write(text, seconds, domain);
      return read() === text;
    });
    // As the browser kept it: with cookies off this is empty, and the ids live as long as the page.
    state.device = state.domain === undefined ? '' : text;
  }
}

/** `visitor`: whom the collector is to forget, too; nobody when nobody was known, or the cookie is gone already. */
export function forget(visitor) {
  state.unsaved = null;
  const known = read();
  if (known) {
    for (const domain of domains()) write('', 0, domain);
    state.device = read();
    state.kept = [];
    localStorage.removeItem(name());
  }
  if (known || visitor) forgetThere(visitor);
}

/** The collector's own cookie, which no script can delete; with `visitor` also what is stored of them. */
export const forgetThere = guarded((visitor) => {
  if (state.config.id_cookie === 'script' && !visitor) return;
  fetch(`${state.base}/v1/forget?site=${state.config.site}${place('&')}`, { method: 'POST', body: visitor, keepalive: true, credentials: 'include' })
    .then((answer) => answer.status === 200 && answer.json())
    .then((receipt) => receipt && document.dispatchEvent(new CustomEvent('etappe:receipt', { detail: receipt })))
    .catch(() => {});
});

/** The visitor of the device's text (wasm/tracker/identity.hpp). */
export const visitorOf = (device) => device.slice(14, 34);

/** Tells the collector below which path of the page's own site it is reached, for its cookie's sake. */
export function place(mark) {
  const { origin, pathname } = new URL(state.base);
  return origin === location.origin && pathname !== '/' ? `${mark}path=${pathname}` : '';
}

/** The batches on the device, oldest first: "time:base64". */
const stored = () => (localStorage.getItem(name()) || '').split(' ').filter((entry) => entry && Date.now() - parseInt(entry) < kDay);

function store(entries) {
  while (entries.length && entries.join(' ').length > kMostKept) entries.shift();
  if (entries.length) localStorage.setItem(name(), entries.join(' '));
  else localStorage.removeItem(name());
}

export function keep(bytes, slot) {
  if (state.config.retry_storage === false) return;
  const mine = state.kept[slot];
  const entry = `${mine ? parseInt(mine) : Date.now()}:${btoa(String.fromCharCode(...bytes))}`;
  store([...stored().filter((other) => other !== mine), entry]);
  state.kept[slot] = entry;
}

/** The batch of that slot is over, so that no later page need send it. */
export function unkeep(slot) {
  const mine = state.kept[slot];
  if (!mine) return;
  state.kept[slot] = undefined;
  store(stored().filter((other) => other !== mine));
}

/** Hands over what earlier pages kept; `take(text)` says whether it had room. */
export function takeKept(take) {
  if (state.config.retry_storage !== false && localStorage.getItem(name())) {
    store(stored().filter((entry) => !take(atob(entry.split(':')[1]))));
  }
}
