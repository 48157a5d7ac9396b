// Our own banner and the control "My data" (loader/banner.js, a file of its own): the banner is shown where nobody has
// decided on its present version, and when the page asks for it by etappe('settings'); the control wherever an element
// has data-etappe-my-data. Decisions are kept on the device: docs/consent.md, "The banner".

import { state, listen, loadScript } from '../state.js';
import { commands } from '../track.js';

export default () => {
  const { banner, site, consent_version: version = '', engine } = state.config;
  const key = 'etappe_banner_' + site;
  const store = window.localStorage;
  // [version, until, analytics, marketing, since]
  const former = JSON.parse(store.getItem(key));
  let kept = former && former[0] === version && former[1] > Date.now() ? former : null;
  const given = {
    banner, version,
    // Who has decided on an earlier version is asked again; that decision holds until then.
    asks: !!banner && !kept && (!!former || !state.granted),
    decided: () => kept,
    granted: () => state.granted,
    decide: (analytics, marketing) => commands.consent({ analytics, marketing }, { source: 'banner', version }),
  };
  const open = () => {
    if (given.open) given.open();
    else if (!window.etappe.banner) {
      window.etappe.banner = given;
      loadScript(state.base + engine.replace('engine', 'banner'));
    }
  };
  const consent = commands.consent;
  commands.consent = (choice, details) => {
    const [, , analytics, marketing] = kept || [];
    const withdrawn = choice === 'withdraw';
    const next = withdrawn ? { analytics: false, marketing: false } : { analytics, marketing, ...choice };
    const { remember_refusal_days: days = 180 } = banner || {};
    const now = Date.now();
    if (next.analytics !== undefined) kept = [version, now + (next.analytics ? 395 : days) * 864e5, next.analytics, next.marketing, now];
    if (next.analytics || (kept && banner && days)) store.setItem(key, JSON.stringify(kept));
    else store.removeItem(key);
    consent(choice, details);
    if (given.changed) given.changed();
  };
  commands.settings = () => {
    given.asks = given.asked = true;
    open();
  };
  if (kept) consent({ analytics: kept[2], marketing: kept[3] }, { source: 'banner', version });
  const look = () => (given.asks || document.querySelector('[data-etappe-my-data]')) && open();
  if (document.readyState === 'loading') listen(document, 'DOMContentLoaded', look);
  else look();
};
