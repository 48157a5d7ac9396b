// What a tracker costs a page in Chromium, at normal speed and slowed down four times: from its file's arrival until it is ready or has sent
// its first page view, the main thread's time until then, and its longest task. All of them in one run, on the same page.
import { record, scriptWork } from './trace.mjs';

const pause = (ms) => new Promise((next) => setTimeout(next, ms));
const text = '<p>Drives for machines.</p>'.repeat(200);

/**
 * `rest`: the tracker is added when the page has been at rest for a while, so that nothing of the page's own stands in its way.
 * `loading`: as snippets stand in pages; the time until the script gets its turn is the page's.
 */
const pages = {
  loading: (peer) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>${peer.head}</head><body>${text}</body></html>`,
  rest: (peer) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head><body>${text}
    <template>${peer.head}</template><script>addEventListener('load', () => setTimeout(() => {
      for (const old of document.querySelector('template').content.children) {
        const script = document.createElement('script');
        for (const { name, value } of old.attributes) script.setAttribute(name, value);
        script.textContent = old.textContent;
        document.head.append(script);
      }
    }, 400))</script></body></html>`,
};

/** A script that notes the time and does nothing: how long the page itself keeps a script waiting. */
export const idle = { name: 'a script that does nothing', version: '', path: '/t/idle.js', view: /$^/g, answers: [], link: '',
  script: 'window.etappeReady=performance.now()' };

/** Noted in the page, for the split: what the border functions took until ready. Changes the timing a little, so it has loads of its own. */
function instrument() {
  const spent = window.spent = {};
  const clock = () => performance.now();
  const noting = (name, work) => function (...args) {
    const began = clock();
    try {
      return new.target ? Reflect.construct(work, args) : work.apply(this, args);
    } finally {
      if (window.etappeReady === undefined) {
        const entry = spent[name] ??= { calls: 0, ms: 0 };
        ++entry.calls;
        entry.ms += clock() - began;
      }
    }
  };
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
  Object.defineProperty(Document.prototype, 'cookie', { ...cookie, get: noting('cookie read', cookie.get), set: noting('cookie write', cookie.set) });
  const timed = (exports) => Object.fromEntries(Object.entries(exports).map(([name, value]) =>
    [name, typeof value === 'function' ? noting(`module: ${name}`, value) : value]));
  const { Module, Instance, instantiate } = WebAssembly;
  WebAssembly.Module = noting('compile', Module);
  WebAssembly.Instance = noting('instantiate', function (...args) {
    return { exports: timed(new Instance(...args).exports) };
  });
  WebAssembly.instantiate = (...args) => {
    const began = clock();
    return instantiate(...args).then((result) => {
      spent['compile and instantiate, waiting'] = { calls: 1, ms: clock() - began };
      return { ...result, instance: { exports: timed(result.instance.exports) } };
    });
  };
}

/** The request that carries the page view, as soon as it is there; undefined for a script that sends none. */
async function firstView(stand, peer) {
  const end = performance.now() + (peer.script === idle.script ? 1500 : 10000);
  for (;;) {
    const found = stand.requests.find(({ host, method, path, text: body }) => host === 'stats.shop.test' && method !== 'OPTIONS' &&
      `${method} ${path}\n${body}`.match(peer.view));
    if (found || performance.now() > end) return found;
    await pause(20);
  }
}

async function load(stand, browser, session, peer, { kind, rate, split }) {
  stand.requests = [];
  stand.delay = 0;
  stand.peer = peer;
  const head = peer.head ?? `<script async src="${stand.collector}${peer.path}"></script>`;
  stand.pages = { '/': pages[kind]({ head }) };
  const context = await browser.newContext();
  try {
    const tab = await context.newPage();
    const throttle = await context.newCDPSession(tab);
    await tab.goto('about:blank');
    if (split) await tab.addInitScript(instrument);
    await throttle.send('Emulation.setCPUThrottlingRate', { rate });
    const trace = await record(session, tab, async () => {
      await tab.goto(stand.shop + '/', { waitUntil: 'load' });
      // Nothing looks into the page meanwhile: a look is work on the same thread.
      const sent = await firstView(stand, peer);
      await pause(300 * rate);
      return tab.evaluate(([script, view]) => {
        const entries = performance.getEntriesByType('resource');
        const { responseEnd } = entries.find(({ name }) => name.endsWith(script));
        const first = entries.filter(({ name }) => view && name.endsWith(view)).map(({ startTime }) => startTime).sort((a, b) => a - b)[0];
        return { arrived: responseEnd, ready: window.etappeReady, sent: first, spent: window.spent };
      }, [peer.path, sent?.path]);
    });
    const { arrived, ready, sent, spent } = trace.result;
    const until = (mark) => mark === undefined ? undefined : { ms: mark - arrived, ...scriptWork(trace, arrived - 1, mark) };
    return { ready: until(ready), sent: until(sent), spent };
  } finally {
    await context.close();
  }
}

const sorted = (values) => values.filter((value) => value !== undefined).sort((a, b) => a - b);

/** {median, min, max} of one figure, or undefined when no load had it. */
function spread(loads, figure) {
  const values = sorted(loads.map(figure));
  return values.length ? { median: values[values.length >> 1], min: values[0], max: values.at(-1) } : undefined;
}

const figures = (loads, mark) => loads.some((load_) => load_[mark]) ? {
  ms: spread(loads, (load_) => load_[mark]?.ms),
  wall: spread(loads, (load_) => load_[mark]?.wall),
  cpu: spread(loads, (load_) => load_[mark]?.cpu),
  evaluation: spread(loads, (load_) => load_[mark]?.evaluation),
  longest: spread(loads, (load_) => load_[mark]?.longest),
} : undefined;

/**
 * [{peer, kind, rate, ready, sent, split}], `ready` and `sent` as figures() gives them. The loads of all peers alternate, so that a busy
 * moment of the machine meets all of them. `onlyLoading` are the peers that are also measured while the page loads.
 */
export async function measureTrackers(stand, browser, peers, onlyLoading, loads) {
  const session = await browser.newBrowserCDPSession();
  const wanted = [1, 4].flatMap((rate) => [
    ...peers.filter(({ missing }) => !missing).map((peer) => ({ peer, kind: 'rest', rate })),
    ...onlyLoading.map((peer) => ({ peer, kind: 'loading', rate })),
    { peer: peers[0], kind: 'rest', rate, split: true },
  ]).map((one) => ({ ...one, loads: [] }));
  // The first round warms the browser up and is not counted.
  for (let round = 0; round <= loads; ++round) {
    for (const one of wanted) {
      const taken = await load(stand, browser, session, one.peer, one);
      if (round > 0) one.loads.push(taken);
    }
  }
  return wanted.map(({ peer, kind, rate, split, loads: taken }) => ({ peer, kind, rate, split: split && splitOf(taken),
    ready: figures(taken, 'ready'), sent: figures(taken, 'sent') }));
}

function splitOf(loads) {
  const names = new Set(loads.flatMap(({ spent }) => Object.keys(spent)));
  return [...names].map((name) => ({ name, calls: Math.max(...loads.map(({ spent }) => spent[name]?.calls ?? 0)),
    ms: spread(loads, ({ spent }) => spent[name]?.ms) }));
}
