// Forms that were begun and sent, by name; never a value, never which field. Names are GA4's.

import { state, listen, guarded } from '../state.js';
import { track } from '../track.js';
import { type } from '../engine.js';

export default () => {
  let begun = new WeakSet();
  const sent = new WeakMap();
  const tell = (name, form) => {
    // Attributes, not members: a field called "id" would stand in their place.
    const of = (attribute) => form.getAttribute(attribute) || '';
    track(type.event, { name, props: { form_id: of('id'), form_name: of('name'), form_destination: new URL(of('action'), location.href).href } });
  };
  const onSubmit = (form) => {
    // The page may stop the event and send the form itself a moment later.
    const now = Date.now();
    if (now - sent.get(form) < 1000) return;
    sent.set(form, now);
    tell('form_submit', form);
  };
  const onInput = ({ target }) => {
    const { form } = target;
    if (!form || begun.has(form)) return;
    begun.add(form);
    tell('form_start', form);
  };
  listen(document, 'input', onInput);
  listen(document, 'change', onInput);
  listen(document, 'submit', ({ target }) => onSubmit(target));
  const { submit } = HTMLFormElement.prototype;
  HTMLFormElement.prototype.submit = function () {
    guarded(onSubmit)(this);
    return submit.apply(this, arguments);
  };
  state.beginnings.push(() => {
    begun = new WeakSet();
  });
};
