// window.dataLayer by Google Tag Manager's rules, as far as conversion tags need them: plain objects merge into a
// model, dots in a key nest, `_clear` replaces instead of merging, `event` sets rules off. Arguments objects
// (gtag), command arrays and functions are other tools' business and pass by. We never push.
// Source of the rules: google/data-layer-helper, README.

import { state, guarded } from './state.js';

const kDepth = 20;  // live objects may be cyclic

const isPlain = (value) => {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value);
  // An object of another frame has another Object.prototype, whose own prototype is null too.
  return !prototype || !Object.getPrototypeOf(prototype);
};

function merge(from, to, depth) {
  const clear = from._clear === true;
  for (const key of Object.keys(from)) {
    const value = from[key];
    if (key === '_clear') continue;
    const list = Array.isArray(value);
    if ((list || isPlain(value)) && depth < kDepth) {
      const fits = !clear && to[key] && typeof to[key] === 'object' && Array.isArray(to[key]) === list;
      if (!fits) to[key] = list ? [] : Object.create(null);
      merge(value, to[key], depth + 1);
    } else {
      to[key] = value;
    }
  }
}

/** Takes one pushed message into the model; returns its event's name, or nothing. */
export function take(message) {
  if (!isPlain(message)) return;
  for (const key of Object.keys(message)) {
    // "a.b": 1 is {a: {b: 1}}
    const names = key.split('.');
    let value = message[key];
    while (names.length > 1) value = { [names.pop()]: value };
    merge({ [names[0]]: value, _clear: message._clear }, state.model, 0);
  }
  return typeof message.event === 'string' ? message.event : undefined;
}

/** What a path of the container holds now: text, number or boolean, otherwise nothing. */
export function valueOf(path) {
  let value = state.model;
  for (const name of path.split('.')) {
    value = value && typeof value === 'object' && Object.prototype.hasOwnProperty.call(value, name) ?
      value[name] : undefined;
  }
  return value;
}

/** Follows every push from now on: `each(message)` sees them in order. Returns what was pushed before. */
export function follow(each) {
  const layer = window.dataLayer = window.dataLayer || [];
  if (!Array.isArray(layer)) return [];
  const earlier = layer.slice();
  const push = layer.push;
  layer.push = function (...messages) {
    // The page's own listeners first, whatever they throw.
    try {
      return push.apply(this, messages);
    } finally {
      messages.forEach(guarded(each));
    }
  };
  return earlier;
}
