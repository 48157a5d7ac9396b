// The loader's one state object. Everything that outlives a function call is here, and nowhere else.

/** What the publisher put in place of the literal: see docs/abi.md, "The file of a site". */
const config = "__ETAPPE_CONFIG__";

const script = document.currentScript;

export const state = {
  config,
  /** Where the collector is: the script's own address up to `/t/`, so that a path proxy works too. */
  base: script ? script.src.replace(/\/t\/[^/]*$/, '') : '',
  nonce: script ? script.nonce : '',
  /** `data-engine="js"` on the snippet: do not try WebAssembly. */
  withoutWasm: !!script && script.dataset.engine === 'js',

  /** A grant is known, so the engine is on its way. Before that the page is left entirely alone. */
  started: false,
  /** The engine's functions, once it can be called. */
  engine: null,
  /** The engine's memory and the part of it that carries arguments. */
  memory: null,
  scratch: null,
  /** Calls made before the engine was there, in order: functions. Null from then on. */
  queue: [],
  /** Calls that were lost before they reached the engine. */
  lost: 0,
  timer: 0,
  /** What the page said of its own view: {url, referrer, title, props}. */
  details: undefined,
  /** True while the page is being hidden or left. */
  leaving: false,

  /** The device's text as it was read last, and the domain the cookie could be set for. */
  device: '',
  domain: undefined,

  /** The merged data layer, and the paths of it that the container reads. */
  model: Object.create(null),
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
