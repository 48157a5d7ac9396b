// The loader's one state object. Everything that outlives a function call is here, and nowhere else.

/** What the publisher put in place of the literal: see docs/abi.md, "The file of a site". */
const config = "__ETAPPE_CONFIG__";

const script = document.currentScript;
const source = script ? script.src : '';

export const state = {
  config,
  source,
  /** Where the collector is: the script's own address up to `/t/`, so that a path proxy works too. */
  base: source.replace(/\/t\/[^/]*$/, ''),
  nonce: script ? script.nonce : '',
  /** `data-engine="js"` on the snippet: do not try WebAssembly. */
  withoutWasm: !!script && script.dataset.engine === 'js',

  /** The page is listened to: a grant is known, or the site's policy does not wait for one. */
  started: false,
  /** Analytics is granted: the device may be used, the collector may know who it is. */
  granted: false,
  /** Analytics is denied: nothing is kept until it is granted. */
  denied: false,
  /** The engine's functions, once it can be called. */
  engine: null,
  /** The engine's memory and the part of it that carries arguments. */
  memory: null,
  scratch: 0,
  /** Calls made before the engine was there, in order: functions. Null from then on. */
  queue: [],
  /** Calls that were lost before they reached the engine. */
  lost: 0,
  timer: 0,
  /** What the page said of its own view: {url, referrer, title, props}. */
  details: undefined,
  /** The address that was counted last, and its path and query; what the next one came from. */
  shown: '',
  route: '',
  /** A timer while a changed address waits for its title. */
  turning: 0,
  /** True while the page is being hidden or left. */
  leaving: false,
  /** What listener modules want to do before a page ends, whether it is left or another takes its place. */
  endings: [],
  /** And when another page has begun. */
  beginnings: [],
  /** What they make of a click: (target, found) => {name, props} or nothing. */
  clicks: [],
  /** And of a message of the data layer: (message, name, recorded, time). */
  pushes: [],
  /** When the script began. */
  arrived: 0,

  /** The device's text as it was read or written last, when it was read, and the domain the cookie is set for. */
  device: '',
  noticed: 0,
  /** What is to be written there next, [text, seconds], and the timer of that. */
  unsaved: null,
  saving: 0,
  domain: undefined,
  /** Batches kept on the device by the page that is left, by slot: as they stand there. */
  kept: [],
  /** The visitor is to be a new one for the collector too, until it has heard of it. */
  fresh: false,
  /** Batches that the collector has taken. */
  taken: 0,

  /** The policy that makes our addresses trusted ones, where the browser knows such. */
  trusted: null,

  /** The merged data layer, and the paths of it that the container reads. */
  model: { __proto__: null },
  paths: [],

  debug: false,
};

/** Tells the developer who asked for it (`etappe('debug', true)`), nobody else. */
export function say(...words) {
  if (state.debug) console.log('etappe', ...words);
}

/** Runs what the page must not feel: an error of ours never reaches it. */
export function guarded(work) {
  return function (...args) {
    try {
      return work.apply(this, args);
    } catch (error) {
      say(error);
    }
  };
}

/** Follows what happens on the page: first, and without ever standing in its way. */
export function listen(target, name, work) {
  target.addEventListener(name, guarded(work), true);
}

/** A task of its own, soon: in front of the page's loading work where the browser can tell, else after it. */
export function soon(work) {
  const task = guarded(work);
  if (window.scheduler && window.scheduler.postTask) window.scheduler.postTask(task, { priority: 'user-blocking' });
  else setTimeout(task);
}

/** Another script of ours: from where this one came, with its nonce, also where the page demands trusted types. */
export function loadScript(address) {
  const element = document.createElement('script');
  const { trustedTypes } = window;
  if (trustedTypes && !state.trusted) state.trusted = trustedTypes.createPolicy('etappe', { createScriptURL: (url) => url });
  element.src = state.trusted ? state.trusted.createScriptURL(address) : address;
  element.nonce = state.nonce;
  document.head.appendChild(element);
}
