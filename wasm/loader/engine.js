// The loader's side of the boundary to WebAssembly (docs/abi.md): starts the module, or its JavaScript build
// where a page or browser refuses WebAssembly, writes arguments into the scratch buffer and carries out commands.

import { state, say, guarded } from './state.js';
import { extract } from './embed.js';
import { read, remember, forget } from './device.js';
import { send } from './transport.js';
import { valueOf } from './data_layer.js';

const module = "__ETAPPE_MODULE__";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const kScratch = 65536;

/** Numbers of the fields of a call. */
const fields = {
  url: 5, referrer: 6, title: 7, name: 10, value: 11, currency: 12, quantity: 13, order_id: 14, funnel: 16, step: 17,
};
const itemFields = { id: 15, name: 35, price: 36, quantity: 37 };
const kPropKey = 18, kPropText = 32, kPropNumber = 33, kPropBoolean = 34, kDataLayer = 38;

export const type = { click: 2, step: 4, conversion: 5, event: 6 };

/** Six decimals are what money and numbers keep: 0.1 + 0.2 is 0.3 again. */
const text = (value) => typeof value === 'number' ? String(+value.toFixed(6)) :
  typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';

const bytesAt = (address, length) => state.memory.subarray(address, address + length);

const imports = {
  env: {
    random: (address, length) => crypto.getRandomValues(bytesAt(address, length)),
    command(operation, a, b, c) {
      if (operation === 1) {
        guarded(send)(bytesAt(a, b), (status, retryAfter) => call('ack', Date.now(), c, status, retryAfter));
      } else if (operation === 2) {
        guarded(remember)(decoder.decode(bytesAt(a, b)), c);
      } else if (operation === 3) {
        guarded(forget)();
      } else {
        clearTimeout(state.timer);
        state.timer = setTimeout(() => call('tick', Date.now()), a);
      }
    },
  },
};

/** Where the next argument goes; beyond the buffer once something did not fit. */
let at = 0;

function put(field, value) {
  if (at + 3 > kScratch) {
    at = kScratch + 1;
    return;
  }
  const { read: taken, written } = encoder.encodeInto(value, bytesAt(state.scratch + at + 3, Math.min(kScratch - at - 3, 65535)));
  state.memory.set([field, written & 255, written >> 8], state.scratch + at);
  at = taken < value.length ? kScratch + 1 : at + 3 + written;
}

/** Plain text, not fields: what `init`, `container` and `device` take. */
function putText(value) {
  return encoder.encodeInto(value, bytesAt(state.scratch, kScratch)).written;
}

/** Writes an event and the data layer's values; returns their length. */
function putEvent(event) {
  at = 0;
  for (const name in fields) {
    const value = text(event[name]);
    if (value) put(fields[name], value);
  }
  for (const item of Array.isArray(event.items) ? event.items : []) {
    if (!item) continue;
    put(itemFields.id, text(item.id));
    for (const name of ['name', 'price', 'quantity']) {
      const value = text(item[name]);
      if (value) put(itemFields[name], value);
    }
  }
  for (const key of Object.keys(event.props || {})) {
    const value = event.props[key];
    const kind = typeof value;
    if (!text(value) && value !== '') continue;
    put(kPropKey, key);
    put(kind === 'number' ? kPropNumber : kind === 'boolean' ? kPropBoolean : kPropText, text(value));
  }
  for (const path of state.paths) put(kDataLayer, text(valueOf(path)));
  return at;
}

/**
 * Another page of the site may have changed or withdrawn what the device holds since the last call; the engine
 * hears of it before anything else.
 */
function noticeDevice(now) {
  const device = read();
  if (device !== state.device) {
    state.device = device;
    state.engine.device(now, putText(device));
  }
}

export const call = guarded((name, now, ...numbers) => {
  noticeDevice(now);
  state.engine[name](now, ...numbers);
});

/** As call(), for what takes an event. */
export const callWith = guarded((name, now, event, number) => {
  noticeDevice(now);
  say(name, event);
  state.engine[name](now, putEvent(event), number);
});

function init(exports) {
  if (state.engine) return;
  const { config } = state;
  state.memory = new Uint8Array(exports.memory.buffer);
  state.scratch = exports.scratch();
  state.engine = exports;
  exports.init(putText(config.site), config.session_minutes || 30, config.version || 0);
  const container = config.container ? atob(config.container) : '';
  if (container) {
    state.memory.set(extract(container), state.scratch);
    if (exports.container(container.length)) say('container refused');
    for (let length; (length = exports.path(state.paths.length));) {
      state.paths.push(decoder.decode(bytesAt(state.scratch, length)));
    }
  }
  state.device = read();
  if (state.device) exports.device(Date.now(), putText(state.device));
}

/** Loads the JavaScript build: the same module, translated; same origin and nonce as this script. */
function withoutWasm(then) {
  const script = document.createElement('script');
  script.src = state.base + state.config.engine;
  script.nonce = state.nonce;
  // The file calls this function with a twin of WebAssembly.instantiate.
  window.etappe.engine = guarded((instantiate) => then(instantiate(imports)));
  document.head.appendChild(script);
}

/** Starts the engine; `ready()` runs in a task of its own. */
export function startEngine(ready) {
  // Compiling, initialising and the first calls are three tasks, so that none of them holds the page for long.
  const then = (exports) => setTimeout(guarded(() => {
    init(exports);
    setTimeout(guarded(ready));
  }));
  const refused = (why) => {
    say('no WebAssembly here:', why);
    state.withoutWasm = true;
    withoutWasm(then);
  };
  if (state.withoutWasm || typeof WebAssembly !== 'object') refused('not tried');
  else WebAssembly.instantiate(extract(module), imports).then(({ instance }) => then(instance.exports), refused);
}

/**
 * The page is left while the engine is still on its way: compiles on the spot, a millisecond or two that delay no
 * navigation, so that the visit is not lost. Old engines refuse modules of this size here; then it is.
 */
export function startEngineNow() {
  if (!state.withoutWasm) init(new WebAssembly.Instance(new WebAssembly.Module(extract(module)), imports).exports);
}
