// The loader's side of the boundary to WebAssembly (docs/abi.md): starts the module, or its JavaScript build
// where a page or browser refuses WebAssembly, writes arguments into the scratch buffer and carries out commands.

import { state, say, guarded, soon, loadScript } from './state.js';
import { extract } from './embed.js';
import { read, remember, forget, keep, unkeep, takeKept } from './device.js';
import { send } from './transport.js';
import { valueOf } from './data_layer.js';

const module = "__ETAPPE_MODULE__";

export const encoder = new TextEncoder();
export const decoder = new TextDecoder();
const kScratch = 65536;
const kLongestText = 4096;  // of an address; everything else is shorter
const kNotice = 100;

/** Numbers of the fields of a call. Nothing is inherited, whatever a page has done to its objects. */
const fields = {
  __proto__: null, url: 5, referrer: 6, title: 7, name: 10, value: 11, currency: 12, quantity: 13, order_id: 14, funnel: 16, step: 17,
  engagement: 20, scroll: 23, person: 24,
};
/** Of an item. The first begins a new one. */
const kItemId = 15;
const itemFields = [['id', kItemId], ['name', 35], ['price', 36], ['quantity', 37]];
const kPropKey = 18, kPropText = 32, kPropNumber = 33, kPropBoolean = 34, kDataLayer = 38;

export const type = { click: 2, impression: 3, step: 4, conversion: 5, event: 6, identify: 7, engagement: 9 };

/** Six decimals are what money and numbers keep: 0.1 + 0.2 is 0.3 again. */
const text = (value) => typeof value === 'number' ? String(+value.toFixed(6)) :
  typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';

export const bytesAt = (address, length) => state.memory.subarray(address, address + length);

/** What the module calls; full containers bring more of it, and `occur`, which sets their triggers off (listeners/tags.js). */
export const imports = {
  env: {
    random: (address, length) => crypto.getRandomValues(bytesAt(address, length)),
    command(operation, a, b, c) {
      if (operation === 1) {
        guarded(send)(bytesAt(a, b), (status, retryAfter) => {
          // What is to be tried again stays on the device: this page may not live to do it.
          if (call('ack', Date.now(), c, status, retryAfter)) guarded(unkeep)(c);
        });
      } else if (operation === 2) {
        state.unsaved = [decoder.decode(bytesAt(a, b)), c];
        state.saving = state.saving || setTimeout(saveDevice);
      } else if (operation === 3) {
        guarded(forget)(decoder.decode(bytesAt(a, b)));
      } else if (operation === 4) {
        clearTimeout(state.timer);
        state.timer = setTimeout(() => call('tick', Date.now()), a);
      } else {
        guarded(keep)(bytesAt(a, b), c);
      }
    },
  },
};

/** Where the next argument goes; beyond the buffer once something did not fit. */
export let at = 0;

function put(field, value) {
  if (at + 3 > kScratch) {
    at = kScratch + 1;
    return;
  }
  if (value.length > kLongestText) value = value.slice(0, kLongestText);
  const memory = state.memory;
  const begin = state.scratch + at;
  const { read: taken, written } = encoder.encodeInto(value, memory.subarray(begin + 3, state.scratch + kScratch));
  memory[begin] = field;
  memory[begin + 1] = written;
  memory[begin + 2] = written >> 8;
  at = taken < value.length ? kScratch + 1 : at + 3 + written;
}

/** Plain text, not fields: what `init`, `container`, `device` and links take. */
const putText = (value) => encoder.encodeInto(value, bytesAt(state.scratch, kScratch)).written;

/** Writes an event and, for what the container's rules look at, the data layer's values; returns their length. */
function putEvent(event, layer) {
  at = 0;
  for (const name of Object.keys(event)) {
    const value = fields[name] && text(event[name]);
    if (value) put(fields[name], value);
  }
  if (Array.isArray(event.items)) {
    for (const item of event.items) {
      if (!item) continue;
      for (const [name, field] of itemFields) {
        // GA4's items as they are, and shorter ones.
        const value = text(item[name]) || text(item['item_' + name]);
        if (value || field === kItemId) put(field, value);
      }
    }
  }
  for (const key of Object.keys(event.props || {})) {
    const value = event.props[key];
    const kind = typeof value;
    if (!text(value) && value !== '') continue;
    put(kPropKey, key);
    put(kind === 'number' ? kPropNumber : kind === 'boolean' ? kPropBoolean : kPropText, text(value));
  }
  if (layer) for (const path of state.paths) put(kDataLayer, text(valueOf(path)));
  return at;
}

/**
 * Another page of the site may have changed or withdrawn what the device holds; the engine hears of it before
 * anything else, within a tenth of a second: looking is dear.
 */
export function noticeDevice(now, wait = kNotice) {
  if ((now - state.noticed < wait && now >= state.noticed) || (!state.granted && isCookieless())) return;
  state.noticed = now;
  const device = read();
  if (device !== state.device) {
    state.device = device;
    state.granted = !!device;
    state.unsaved = null;  // what the other page has done comes first
    state.engine.device(now, putText(device));
  }
}

/** Writes down what is to be remembered. That is dear, too, so it has a task of its own. */
export const saveDevice = guarded(() => {
  clearTimeout(state.saving);
  state.saving = 0;
  if (state.unsaved) noticeDevice(Date.now(), 0);
  if (state.unsaved) remember(...state.unsaved);
  state.unsaved = null;
});

export const call = guarded((name, now, ...numbers) => {
  noticeDevice(Date.now());
  return state.engine[name](now, ...numbers);
});

/** As call(), for what takes an event. */
export const callWith = guarded((name, now, event, number) => {
  noticeDevice(Date.now());
  say(name, event);
  return state.engine[name](now, putEvent(event, name !== 'track' || number === type.event), number);
});

/** The end of an address of `target` that takes the visit along, empty without a grant. */
export function linkTo(target) {
  const now = Date.now();
  noticeDevice(now);  // first: it writes into the same buffer
  const length = state.engine.link(now, putText(target));
  return length ? decoder.decode(bytesAt(state.scratch, length)) : '';
}

/** This page was opened by such an address; `targets` are the names that it may have been made for. */
export function adopt(link, targets, now) {
  for (const target of targets) {
    const length = putText(link + target);
    if (state.engine.adopt(now, link.length, length - link.length)) {
      state.fresh = true;
      return;
    }
  }
}

function init(exports) {
  if (state.engine) return;
  const config = state.config;
  state.memory = new Uint8Array(exports.memory.buffer);
  state.scratch = exports.scratch();
  state.engine = exports;
  const key = putText(config.site);
  exports.init(key, putText(config.site + (config.redact || '')) - key, config.session_minutes || 30,
    config.new_session_on_campaign === false ? 0 : 1, config.version || 0, isCookieless() ? 2 : 0);
  if (config.container) {
    state.memory.set(extract(config.container), state.scratch);
    exports.container(config.container.length);
    for (let length; (length = exports.path(state.paths.length));) {
      state.paths.push(decoder.decode(bytesAt(state.scratch, length)));
    }
  }
  if (state.device) exports.device(Date.now(), putText(state.device));
}

/** The policy that counts without a grant, and leaves the device alone until there is one. */
export const isCookieless = () => state.config.policy === 'cookieless';
/** Under the policy `queue` the engine, and all that is for it, waits for a grant. */
export const awaitsGrant = () => state.config.policy === 'queue' && !state.granted;

/** Batches that earlier pages could not deliver; only under the grant that `device` or `decide` brought. */
export const sendKept = guarded(() => takeKept((kept) => {
  state.memory.set(Array.from(kept, (byte) => byte.charCodeAt(0)), state.scratch);
  return state.engine.restore(Date.now(), kept.length);
}));

/** Loads the JavaScript build: the same module, translated; same origin and nonce as this script. */
function withoutWasm(then) {
  // The file calls this function with a twin of WebAssembly.instantiate.
  window.etappe.engine = guarded((instantiate) => then(instantiate(imports)));
  loadScript(state.base + state.config.engine);
}

const instantiate = () => new WebAssembly.Instance(new WebAssembly.Module(extract(module)), imports).exports;

/**
 * Starts the engine and runs `ready()`, in a task of its own. On the spot is the fastest way: browsers compile
 * lazily, and a promise would wait behind all that a loading page still has to do. Old ones refuse that on the
 * main thread (RangeError) and get the slow way.
 */
export function startEngine(ready) {
  const then = (exports) => {
    init(exports);
    ready();
  };
  const refused = (why) => {
    say('no wasm', why);
    state.withoutWasm = true;
    withoutWasm(then);
  };
  soon(() => {
    if (state.engine) return;
    if (state.withoutWasm) return refused();
    let exports;
    try {
      exports = instantiate();
    } catch (error) {
      if (!(error instanceof RangeError)) return refused(error);
      WebAssembly.instantiate(extract(module), imports).then(({ instance }) => guarded(then)(instance.exports), refused);
      return;
    }
    then(exports);
  });
}

/** The page is left while the engine is still on its way: the visit is not to be lost. */
export function startEngineNow() {
  if (!state.withoutWasm) init(instantiate());
}
