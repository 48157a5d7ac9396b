// Full containers (docs/container-format.md): what the module asks of the page, and how occasions reach it. The other
// listeners of tags say when.

import { state, guarded, listen } from '../state.js';
import { imports, callWith, bytesAt, encoder, decoder, noticeDevice, at } from '../engine.js';
import { turn } from '../pages.js';
import { whenReady } from '../queue.js';

export default () => {
  const kHeld = 100;
  let element = null;  // of the occasion under way, and its details by their numbers
  let details = [];
  let held = [];       // calls that wait for a grant: [bytes, what, tag, element, details]
  const told = (node) => (node.isContentEditable ? '' : node.textContent.trim().replace(/\s+/g, ' '));
  const attribute = (node, name) => node.getAttribute(name) || '';
  const addressOf = (node) => {
    const address = node.getAttribute('href') || node.getAttribute('action');
    return address === null ? '' : new URL(address, document.baseURI).href;
  };
  const cookieOf = (name, asItIs) => {
    const found = document.cookie.split('; ').find((one) => one.startsWith(name + '='));
    const value = found ? found.slice(name.length + 1) : '';
    try {
      return asItIs ? value : decodeURIComponent(value);
    } catch (error) {
      return value;
    }
  };
  const globalOf = (path) => {
    let value = window;
    for (const name of path.split('.')) value = value === null || value === undefined || name in Object.prototype ? undefined : value[name];
    return typeof value === 'number' ? +value.toFixed(6) : /^(string|boolean)$/.test(typeof value) ? value : '';
  };
  const documentOf = (name) => {
    const [selector, wanted] = name.split('\0');
    const node = document.querySelector(selector);
    return node ? (wanted ? attribute(node, wanted) : told(node)) : '';
  };
  const partOf = (part, name) => {
    if (!element) return '';
    return part === 2 ? told(element) : part === 3 ? addressOf(element) : part === 6 ? element.localName :
      attribute(element, ['id', 'class', '', '', 'target', 'name', '', name][part]);
  };
  // A getter of the page may call etappe() while the module waits for its value: that comes afterwards.
  const aside = (work) => {
    const former = state.queue;
    const waiting = [];
    state.queue = waiting;
    try {
      return work();
    } finally {
      state.queue = former;
      setTimeout(() => waiting.forEach((task) => guarded(task)()));
    }
  };
  const { env } = imports;
  env.look = (kind, name, length, room, most) => {
    const part = kind >> 8;
    const text = decoder.decode(bytesAt(name, length));
    const value = guarded(() => aside(() => [() => cookieOf(text, part), () => globalOf(text), () => documentOf(text), () => partOf(part, text),
      () => details[part]][(kind & 255) - 6]()))();
    return value === undefined ? 0 : encoder.encodeInto(String(value), bytesAt(room, most)).written;
  };
  env.matches = (selector, length) => (guarded(() => element.matches(decoder.decode(bytesAt(selector, length))))() ? 1 : 0);
  const again = () => {
    const waiting = held;
    held = [];
    for (const [bytes, what, tag, node, facts] of waiting) {
      const now = Date.now();
      noticeDevice(now);
      [element, details] = [node, facts];
      state.memory.set(bytes, state.scratch);
      state.engine.fire(now, bytes.length, what, tag);
    }
    [element, details] = [null, []];
  };
  const { command } = env;
  env.command = (operation, a, b, c) => {
    if (operation === 3) held = [];  // nothing from before a denial outlives it
    if (operation === 6) {
      if (held.length < kHeld) held.push([bytesAt(state.scratch, at).slice(), b, a, element, details]);
      else ++state.lost;
    } else if (operation === 7) {
      new Image().src = decoder.decode(bytesAt(a, b));
    } else if (operation === 8) {
      setTimeout(guarded(again));
    } else {
      command(operation, a, b, c);
    }
  };
  imports.occur = (occasion, node = null, facts = [], trigger = 256, prevented = 0) => {
    turn();
    whenReady((now) => {
      [element, details] = [node, facts];
      callWith('trigger', now, {}, occasion | prevented << 4 | trigger << 8);
      [element, details] = [null, []];
    });
  };
  const has = (occasion) => state.config.tags.on >> occasion & 1;
  const kReady = 4, kLoaded = 5;
  const once = (occasion, is, target, name) => {
    if (!has(occasion)) return;
    if (is) setTimeout(guarded(() => imports.occur(occasion)));
    else listen(target, name, () => setTimeout(guarded(() => imports.occur(occasion))));
  };
  once(kReady, document.readyState !== 'loading', document, 'DOMContentLoaded');
  once(kLoaded, document.readyState === 'complete', window, 'load');
};
