// The tracker in the page: takes over from the snippet's stub, waits for a grant, then starts the engine and hands
// it what happens. Before a grant it adds no listener, compiles nothing, stores nothing and sends nothing, unless the
// site's policy is `queue` (it listens and remembers in memory) or `cookieless` (it sends without ids): docs/consent.md.

import { state, say, guarded, listen, loadScript } from './state.js';
import { call, callWith, saveDevice, startEngine, startEngineNow, sendKept, isCookieless, awaitsGrant, type } from './engine.js';
import { read, forget, forgetThere, visitorOf } from './device.js';
import { take, follow } from './data_layer.js';
import { view, turn, followRoutes } from './pages.js';
import { commands, track, onceStarted, declaredProps, commerceOf } from './track.js';
import { inOrder, whenReady } from './queue.js';
import listeners from 'etappe:listeners';
import decisions from 'etappe:consent';

/** Bit 4 of a decision (docs/abi.md, `decide`). */
const kPermitOnly = 16;

function onPush(message, now) {
  const name = take(message);
  const recorded = name ? callWith('push', now, { name }) : 0;
  state.pushes.forEach((follower) => guarded(follower)(message, name, recorded, now));
}

/** Elements that say which step of a funnel this page is: data-etappe-step="checkout:cart". */
function declaredSteps() {
  for (const element of document.querySelectorAll('[data-etappe-step]')) {
    const [funnel, step] = element.dataset.etappeStep.split(':');
    track(type.step, { funnel, step, props: declaredProps(element) });
  }
}

function onClick(event) {
  if (event.button > 1) return;  // auxclick is also the right button's
  const target = event.composedPath()[0];
  if (!target.closest) return;
  const element = target.closest('[data-etappe-click]');
  const click = element && { name: element.dataset.etappeClick, props: declaredProps(element) };
  // A declared click keeps its name, whatever else the element is.
  let found = click;
  for (const clicked of state.clicks) found = clicked(target, found) || found;
  if (found) track(type.click, found);
}

/** Hidden may be the last that a page hears (mobile), pagehide is the last that it hears otherwise. */
function onLeave(event) {
  if (event.type !== 'pagehide' && document.visibilityState !== 'hidden') return;
  state.leaving = true;
  try {
    if (!state.engine && !awaitsGrant()) startEngineNow();
    if (state.engine) {
      onReady();
      saveDevice();
      turn();
      const now = Date.now();
      state.endings.forEach((end) => end(now));
      call('flush', now, navigator.onLine === false ? 1 : 0);
    }
  } finally {
    state.leaving = false;
  }
}

/** The engine is there: what waited for it happens now, in order. */
function onReady() {
  const waiting = state.queue;
  if (!waiting) return;
  state.queue = null;
  waiting.forEach((task) => guarded(task)());
}

/**
 * The page is listened to from here on, and the engine decides. `fromTheStart` when nobody waited for a grant on this
 * page: then what the data layer announced on it so far counts too, otherwise it only fills the model.
 */
function start(fromTheStart) {
  if (state.started) return;
  state.started = true;
  listen(document, 'click', onClick);
  listen(document, 'auxclick', onClick);
  listen(document, 'visibilitychange', onLeave);
  listen(window, 'pagehide', onLeave);
  listen(window, 'pageshow', (event) => event.persisted && view());
  listen(window, 'online', () => call('flush', Date.now(), 0));
  guarded(followRoutes)();
  listeners.forEach((module) => guarded(module)());
  // The view comes first and sees the model as it is by now; then the same messages come again, one by one.
  const earlier = follow((message) => whenReady((now) => onPush(message, now)));
  whenReady(() => earlier.forEach(take));
  view(state.details);
  if (fromTheStart) {
    whenReady((now) => {
      state.model = { __proto__: null };
      earlier.forEach((message) => onPush(message, now));
    });
  }
  if (document.readyState === 'loading') listen(document, 'DOMContentLoaded', declaredSteps);
  else declaredSteps();
  state.beginnings.push(() => setTimeout(guarded(declaredSteps)));
  if (!awaitsGrant()) startEngine(onReady);
}

/** Analytics is granted, now or on an earlier page. */
function grant(fromTheStart) {
  const waited = state.started && state.queue && awaitsGrant();
  state.granted = true;
  if (state.denied && state.queue) {
    // Nothing of the time before is joined to a grant after a denial.
    state.queue = [];
    state.denied = false;
    if (state.started) view(state.details);
  }
  state.denied = false;
  start(fromTheStart);
  if (waited) startEngine(onReady);
  inOrder(sendKept);
}

commands.view = (details) => {
  if (state.started) view(details);
  else state.details = details;
};
/** One with items is GA4's commerce: its value and order are the event's own. */
commands.event = (name, props) => {
  track(type.event, props && Array.isArray(props.items) ? commerceOf(name, props) : { name, props });
};
commands.conversion = (name, details) => track(type.conversion, { ...details, name });
commands.step = (funnel, step, props) => track(type.step, { funnel, step, props });
commands.impression = (name, props) => track(type.impression, { name, props });
commands.consent = (choice, { source = 'api', version = state.config.consent_version } = {}) => {
  const stateOf = (value) => choice === 'withdraw' || value === false ? 1 : value === true ? 2 : 0;
  const analytics = stateOf(choice.analytics);
  // Nobody can grant marketing against the browser's own signal (w3c.github.io/gpc).
  const decision = analytics | (navigator.globalPrivacyControl ? 1 : stateOf(choice.marketing)) << 2;
  const decide = (now) => callWith('decide', now, { name: source, props: { version } }, decision);
  if (analytics === 2) {
    if (!state.granted) {
      // Under `cookieless` this is the first time that the device may be looked at.
      if (isCookieless()) state.noticed = 0;
      grant();
    }
    // What waits for the engine happens under the grant, and the decision is told behind it.
    if (state.queue) state.queue.unshift(() => callWith('decide', Date.now(), {}, decision | kPermitOnly));
  }
  if (analytics === 1) {
    const visitor = state.granted ? visitorOf(state.device) : '';
    state.granted = false;
    state.denied = true;
    if (state.queue) {
      // The engine is not there to forget: nothing that waits for it outlives the denial.
      state.queue = [() => decide(Date.now())];
      forget(visitor);
      return;
    }
  }
  inOrder(decide);
};
commands.reset = () => onceStarted((now) => {
  // What the former visitor did leaves under the former id.
  call('flush', now, 0);
  state.fresh = true;
  call('reset', now);
  // A page that is left without another event has told the collector all the same.
  if (state.granted) forgetThere();
});
/** With the engine, if it is on its way; otherwise now: a page must not wait for a grant that may never come. */
commands.ready = (work) => (state.started && !awaitsGrant() ? whenReady(() => work()) : work());
commands.debug = (on) => {
  state.debug = on;
  say({ started: state.started, lost: state.lost,
    dropped: state.engine && Array.from({ length: 10 }, (_, reason) => state.engine.dropped(reason)) });
};

const handle = guarded((args) => {
  const [command, ...rest] = args;
  if (commands[command]) commands[command](...rest);
  else say('unknown', command);
});

function boot() {
  const stub = window.etappe;
  const calls = (stub && stub.q) || [];
  const etappe = window.etappe = function () {
    handle(arguments);
  };
  etappe.loaded = state.config.version || 0;
  // A page may have kept the stub itself, which pushes here.
  etappe.q = { push: handle };
  state.arrived = state.noticed = Date.now();
  // Calls that waited in the stub: a view of theirs is the view of this page, with their details.
  for (const [command, details] of calls) if (command === 'view') state.details = details;
  if (!isCookieless()) state.device = read();
  if (state.device) grant(true);
  else if (state.config.policy) start(true);
  for (const args of calls) if (args[0] !== 'view') handle(args);
  decisions.forEach((module) => guarded(module)());
  if (/[#&]etappe-check=/.test(location.hash)) {
    etappe.check = [state.base, state.source, state.config, loadScript, () => [state.started, state.granted, state.taken, state.withoutWasm]];
    loadScript(state.base + state.config.engine.replace('engine', 'check'));
  }
}

guarded(() => {
  // Two snippets on a page count once.
  if (window.etappe && window.etappe.loaded !== undefined) return;
  // A page that is rendered in advance and never shown was not visited.
  if (document.prerendering) document.addEventListener('prerenderingchange', guarded(boot), { once: true });
  else boot();
})();
