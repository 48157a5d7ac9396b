// Triggers of addresses that change without a page being loaded.

import { state, guarded, listen } from '../state.js';
import { imports } from '../engine.js';

export default () => {
  const kHistory = 9, kOld = 9, kNew = 10, kCause = 11;
  let shown = location.href;
  const tell = (cause) => {
    if (location.href === shown) return;
    const facts = [];
    facts[kOld] = shown;
    facts[kNew] = shown = location.href;
    facts[kCause] = cause;
    imports.occur(kHistory, null, facts);
  };
  for (const name of ['pushState', 'replaceState']) {
    const original = history[name];
    history[name] = function (...args) {
      const result = original.apply(this, args);
      guarded(tell)(name);
      return result;
    };
  }
  listen(window, 'popstate', () => tell('popstate'));
  listen(window, 'hashchange', () => tell('hashchange'));
};
