// The tracker in the page: takes over from the snippet's stub, waits for a grant, then starts the engine and hands
// it what happens. Before a grant it adds no listener, compiles nothing, stores nothing and sends nothing.

import { state, say, guarded } from './state.js';
import { call, callWith, startEngine, startEngineNow, type } from './engine.js';
import { read, forget } from './device.js';
import { take, follow } from './data_layer.js';

const kQueue = 500;

/** Runs `task(time)` with the time of now: at once, or in order when the engine is there. */
function whenReady(task) {
  const now = Date.now();
  if (!state.queue) task(now);
  else if (state.queue.length < kQueue) state.queue.push(() => task(now));
  else ++state.lost;
}

/** The policy `block`: what happens before a grant is not kept. */
function afterGrant(task) {
  if (state.started) whenReady(task);
  else ++state.lost;
}

const track = (number, event) => afterGrant((now) => callWith('track', now, event, number));

/** The page as it is now. Before a grant nothing is kept of it: it is still there when the grant comes. */
function page(details) {
  whenReady((now) => callWith('page', now, {
    url: location.href, referrer: document.referrer, title: document.title, ...details,
  }));
}

function onPush(message) {
  const name = take(message);
  if (name) callWith('push', Date.now(), { name });
}

/** Elements that say which step of a funnel this page is: data-etappe-step="checkout:cart". */
function declaredSteps() {
  for (const element of document.querySelectorAll('[data-etappe-step]')) {
    const [funnel, step] = element.dataset.etappeStep.split(':');
    track(type.step, { funnel, step, props: declaredProps(element) });
  }
}

function declaredProps(element) {
  const props = {};
  for (const { name, value } of element.attributes) {
    if (name.startsWith('data-etappe-prop-')) props[name.slice(17)] = value;
  }
  return props;
}

function onClick(event) {
  if (event.button > 1) return;  // auxclick is also the right button's
  const target = event.composedPath()[0];
  const element = target.closest && target.closest('[data-etappe-click]');
  if (element) track(type.click, { name: element.dataset.etappeClick, props: declaredProps(element) });
}

/** Hidden may be the last that a page hears (mobile), pagehide is the last that it hears otherwise. */
function onLeave(event) {
  if (event.type !== 'pagehide' && document.visibilityState !== 'hidden') return;
  state.leaving = true;
  try {
    if (!state.engine) startEngineNow();
    if (state.engine) {
      onReady();
      call('flush', Date.now());
    }
  } finally {
    state.leaving = false;
  }
}

const listen = (target, name, work) => target.addEventListener(name, guarded(work), { capture: true, passive: true });

/** The engine is there: what waited for it happens now, in order. */
function onReady() {
  const waiting = state.queue;
  if (!waiting) return;
  state.queue = null;
  waiting.forEach((task) => guarded(task)());
  if (document.readyState === 'loading') listen(document, 'DOMContentLoaded', declaredSteps);
  else declaredSteps();
}

/**
 * The first grant: from here on the engine decides. `remembered` when it was given on an earlier page: then what
 * the data layer announced on this page so far counts too, otherwise it only fills the model.
 */
function start(remembered) {
  if (state.started) return;
  state.started = true;
  listen(document, 'click', onClick);
  listen(document, 'auxclick', onClick);
  listen(document, 'visibilitychange', onLeave);
  listen(window, 'pagehide', onLeave);
  listen(window, 'pageshow', (event) => event.persisted && page());
  // The view comes first and sees the model as it is by now; then the same messages come again, one by one.
  const earlier = follow((message) => whenReady(() => onPush(message)));
  whenReady(() => earlier.forEach(take));
  page(state.details);
  if (remembered) {
    whenReady(() => {
      state.model = Object.create(null);
      earlier.forEach(onPush);
    });
  }
  startEngine(onReady);
}

const commands = {
  view(details) {
    if (state.started) page(details);
    else state.details = details;
  },
  event: (name, props) => track(type.event, { name, props }),
  conversion: (name, details) => track(type.conversion, { ...details, name }),
  step: (funnel, step, props) => track(type.step, { funnel, step, props }),
  consent(choice) {
    const withdraw = choice === 'withdraw';
    const stateOf = (value) => withdraw || value === false ? 1 : value === true ? 2 : 0;
    const analytics = stateOf(choice.analytics);
    const decision = analytics | stateOf(choice.marketing) << 2;
    if (analytics === 2) start();
    if (analytics === 1 && state.queue) {
      // The engine is not there to forget: nothing that waits for it outlives the denial.
      state.queue = [];
      if (state.started) page(state.details);
      forget();
    }
    whenReady((now) => callWith('decide', now, {}, decision));
  },
  reset: () => afterGrant((now) => call('reset', now)),
  /** With the engine, if it is on its way; otherwise now: a page must not wait for a grant that may never come. */
  ready: (work) => (state.started ? whenReady(() => work()) : work()),
  debug(on) {
    state.debug = on;
    say({ started: state.started, lost: state.lost,
      dropped: state.engine && [0, 1, 2, 3, 4, 5, 6, 7].map((reason) => state.engine.dropped(reason)) });
  },
};

const handle = guarded((args) => {
  const [command, ...rest] = args;
  if (Object.prototype.hasOwnProperty.call(commands, command)) commands[command](...rest);
  else say('unknown command', command);
});

function boot() {
  const stub = window.etappe;
  const calls = (stub && stub.q) || [];
  const etappe = window.etappe = function () {
    handle(arguments);
  };
  etappe.loaded = state.config.version;
  // A page may have kept the stub itself, which pushes here.
  etappe.q = { push: handle };
  // Calls that waited in the stub: a view of theirs is the view of this page, with their details.
  for (const [command, details] of calls) if (command === 'view') state.details = details;
  if (read()) start(true);
  for (const args of calls) if (args[0] !== 'view') handle(args);
}

guarded(() => {
  // Two snippets on a page count once.
  if (window.etappe && window.etappe.loaded !== undefined) return;
  // A page that is rendered in advance and never shown was not visited.
  if (document.prerendering) document.addEventListener('prerenderingchange', guarded(boot), { once: true });
  else boot();
})();
