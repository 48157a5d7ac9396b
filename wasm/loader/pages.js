// Which page is shown, and when another one is: the first load, a restore from the back/forward cache, and the
// addresses that a single-page application gives its views.

import { state, guarded, listen } from './state.js';
import { callWith } from './engine.js';
import { whenReady } from './queue.js';

/** How long a changed address waits for its title, and for the address that a redirect changes it to. */
const kTurn = 100;

/** A link between two domains of the site, and the live check, leave their mark in the address; nobody else is to see it. */
const kLink = /([?&])_et=([\w-]*)(&|$)/;
export const linkOf = (search) => (kLink.exec(search) || [])[2];
const withoutLink = (url) => url.replace(/^[^#]*/, (head) => head.replace(kLink, (_, mark, link, end) => (end ? mark : '')))
  .replace(/[#&]etappe-check=.*/, '');

/** The address of the page: as it is, or the one it calls canonical, with the query it was opened with. */
function address() {
  let url = location.href;
  if (state.config.url === 'canonical') {
    const link = document.querySelector('link[rel=canonical]');
    if (link && new URL(link.href).host === location.host) {
      url = link.href.replace(/[?#].*/, '') + location.search + location.hash;
    }
  }
  return withoutLink(url);
}

const route = () => withoutLink(location.pathname + location.search) + (state.config.routes === 'hash' ? location.hash : '');

/** The page as it is now is a view, with what the site says of it. */
export function view(details) {
  clearTimeout(state.turning);
  state.turning = 0;
  state.route = route();
  state.endings.forEach((end) => end(Date.now()));
  // As it is now, however long the engine or a grant is away; only the title of the page that is shown may still come.
  const facts = { url: address(), referrer: state.shown || document.referrer, title: document.title };
  state.shown = facts.url;
  whenReady((now) => {
    if (facts.url === state.shown) facts.title = document.title;
    callWith('page', now, { ...facts, ...details });
  });
  state.beginnings.forEach((begin) => begin());
}

/** An address that has changed counts now, so that what happens next happens on it. */
export function turn() {
  if (state.turning) view();
}

/** `wide`: another query makes another page, too. */
function onRoute(wide) {
  clearTimeout(state.turning);
  state.turning = 0;
  const key = (text) => (wide || state.config.routes === 'hash' ? text : text.split('?')[0]);
  if (key(route()) !== key(state.route)) state.turning = setTimeout(guarded(turn), kTurn);
}

/** replaceState tidies addresses up: it counts when the path changes. Everything else also for another query. */
export function followRoutes() {
  if (state.config.routes === 'off') return;
  for (const name of ['pushState', 'replaceState']) {
    const original = history[name];
    history[name] = function (...args) {
      const result = original.apply(this, args);
      guarded(onRoute)(name === 'pushState');
      return result;
    };
  }
  listen(window, 'popstate', () => onRoute(true));
  if (state.config.routes === 'hash') listen(window, 'hashchange', () => onRoute(true));
}
