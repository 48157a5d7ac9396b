// Triggers of forms that are sent, also by form.submit(), which asks no listener.

import { state, guarded, listen } from '../state.js';
import { imports } from '../engine.js';

export default () => {
  const kForm = 8;
  const sent = new WeakMap();
  const tell = (form, prevented) => {
    // The page may stop the event and send the form itself a moment later.
    const now = Date.now();
    if (now - sent.get(form) < 1000) return;
    sent.set(form, now);
    imports.occur(kForm, form, [], 256, prevented ? 1 : 0);
  };
  listen(window, 'submit', (event) => {
    let told = false;
    const once = guarded(() => {
      if (told) return;
      told = true;
      tell(event.target, event.defaultPrevented);
    });
    window.addEventListener('submit', once, { once: true });
    setTimeout(once);
  });
  const { submit } = HTMLFormElement.prototype;
  HTMLFormElement.prototype.submit = function () {
    guarded(tell)(this);
    return submit.apply(this, arguments);
  };
};
