// How anything that happens on the page reaches the engine: after a grant, on the page that is shown by now.

import { state } from './state.js';
import { callWith } from './engine.js';
import { turn } from './pages.js';
import { whenReady } from './queue.js';

/** What a page can call, by name. Listener modules add theirs. */
export const commands = { __proto__: null };

/** What happens before the tracker has started, or after a denial, is not kept. */
export function onceStarted(task) {
  if (state.started) whenReady(task);
  else ++state.lost;
}

/** `number` is a type of engine.js. */
export function track(number, event) {
  turn();
  onceStarted((now) => callWith('track', now, event, number));
}

/** data-etappe-prop-place="hero" is the property `place`. */
export function declaredProps(element) {
  const props = {};
  for (const { name, value } of element.attributes) {
    if (name.startsWith('data-etappe-prop-')) props[name.slice(17)] = value;
  }
  return props;
}

/** GA4's parameters of an e-commerce event: the amount, the order and the items are the event's own. */
export const commerceOf = (name, { value, currency, transaction_id, order_id = transaction_id, items, ...props }) =>
  ({ name, value, currency, order_id, items, props });

/** The host of the list that `host` is, or is below; nothing when it is none of them. */
export const ownHost = (host, list = []) => list.find((own) => host === own || host.endsWith('.' + own));
