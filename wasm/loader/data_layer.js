// window.dataLayer by the rules of Google Tag Manager's runtime, as far as tags and commerce need them: plain objects
// merge into a model, arrays merge by index, everything else replaces; dots in a key nest; `_clear` at the top of a
// message replaces instead of merging; an array is a method call on the model; `event` sets rules off. A message
// that is pushed while another is handled comes after it. gtag()'s arguments are handed on, functions pass by. We
// never push. Source: docs/tracker.md, "The data layer".

import { state, guarded } from './state.js';

const kDepth = 20;  // live objects may be cyclic

const typeOf = (value) => Object.prototype.toString.call(value);

const isPlain = (value) => {
  if (typeOf(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value);
  // An object of another frame has another Object.prototype, whose own prototype is null too.
  return !prototype || !Object.getPrototypeOf(prototype);
};

function merge(from, to, clear, depth) {
  for (const key of Object.keys(from)) {
    const value = from[key];
    const list = Array.isArray(value);
    if ((list || isPlain(value)) && depth < kDepth) {
      const fits = !clear && to[key] && typeof to[key] === 'object' && Array.isArray(to[key]) === list;
      if (!fits) to[key] = list ? [] : { __proto__: null };
      merge(value, to[key], clear, depth + 1);
    } else {
      to[key] = value;
    }
  }
}

const has = (value, name) => value && typeof value === 'object' && Object.prototype.hasOwnProperty.call(value, name);

/** What a path of the model holds now. */
export function valueOf(path) {
  let value = state.model;
  for (const name of path.split('.')) value = has(value, name) ? value[name] : undefined;
  return value;
}

/** Takes one pushed message into the model; returns its event's name, or nothing. */
export function take(message) {
  if (Array.isArray(message) && typeof message[0] === 'string') {
    // ["cart.items.push", item]
    const path = message[0].split('.');
    const method = path.pop();
    const target = path[0] ? valueOf(path.join('.')) : undefined;
    if (Array.isArray(target) && typeof target[method] === 'function') target[method](...message.slice(1));
    return;
  }
  if (!isPlain(message)) return;
  for (const key of Object.keys(message)) {
    // "a.b": 1 is {a: {b: 1}}
    const names = key.split('.');
    let value = message[key];
    while (names.length > 1) value = { [names.pop()]: value };
    if (key !== '_clear') merge({ [names[0]]: value }, state.model, message._clear === true, 0);
  }
  return typeof message.event === 'string' ? message.event : undefined;
}

/** Whether a message is what gtag('event', name, parameters) pushes. */
export const isGtagEvent = (message) => typeOf(message) === '[object Arguments]' && message[0] === 'event';

/** Follows every push from now on: `each(message)` sees them in order. Returns what was pushed before. */
export function follow(each) {
  const layer = window.dataLayer = window.dataLayer || [];
  if (!Array.isArray(layer)) return [];
  const earlier = layer.slice();
  const push = layer.push;
  let waiting = [];
  let depth = 0;
  layer.push = function (...messages) {
    waiting.push(...messages);
    ++depth;
    // The page's own listeners first, whatever they throw or push.
    try {
      return push.apply(this, messages);
    } finally {
      // What is pushed meanwhile joins the queue's end.
      if (depth === 1) {
        for (let i = 0; i < waiting.length; ++i) guarded(each)(waiting[i]);
        waiting = [];
      }
      --depth;
    }
  };
  return earlier;
}
