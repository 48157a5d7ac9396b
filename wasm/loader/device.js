// What stays on the visitor's device: one first-party cookie, written under a grant only and read to see
// whether one is remembered. Its text is the tracker's (wasm/tracker/identity.hpp).

import { state } from './state.js';

const name = () => 'etappe_' + state.config.site;

export function read() {
  const found = ('; ' + document.cookie).split(`; ${name()}=`);
  return found.length > 1 ? found[1].split(';')[0] : '';
}

function write(text, seconds, domain) {
  document.cookie = `${name()}=${text};path=/;max-age=${seconds};samesite=lax` +
    (location.protocol === 'https:' ? ';secure' : '') + (domain ? ';domain=' + domain : '');
}

/** From the widest domain that could be ours to this host alone; browsers refuse public suffixes. */
function domains() {
  const labels = location.hostname.split('.');
  return [...labels.map((_, i) => labels.slice(-i).join('.')).slice(2), location.hostname, ''];
}

export function remember(text, seconds) {
  if (state.domain !== undefined) {
    write(text, seconds, state.domain);
  } else if (read() !== text) {
    // Visits to www. and shop. are one visit: take the widest domain that the browser accepts.
    state.domain = domains().find((domain) => {
      write(text, seconds, domain);
      return read() === text;
    });
  }
  // As the browser kept it: with cookies off this is empty, and the ids live as long as the page.
  state.device = read();
}

export function forget() {
  if (read()) for (const domain of domains()) write('', 0, domain);
  state.device = read();
}
