// What one call costs once the tracker runs, and that a long visit costs nothing more: events in batches that are acknowledged, an event that
// forty triggers look at, and the memory after a hundred thousand events. The page's clock is moved on with every event, as a long visit
// would, because the tracker limits how many it takes in a row.

export const kTriggers = 40;
const kPerBatch = 100;

/** A container whose triggers all look at the measured event and whose conditions never hold: each of them is judged, no tag fires. */
export const containerOfTriggers = () => ({
  format: 'etappe-container/1', name: 'Bench', version: 1,
  variables: [{ name: 'path', type: 'url', part: 'path' }],
  triggers: Array.from({ length: kTriggers }, (_, i) => ({ name: `trigger ${i}`, on: 'event', event: 'bench',
    conditions: [{ variable: 'path', operator: 'equals', value: `/never/${i}` }] })),
  tags: Array.from({ length: kTriggers }, (_, i) => ({ name: `tag ${i}`, template: 'etappe-conversion', triggers: [`trigger ${i}`],
    exceptions: [], consent: ['analytics'], repeat: 'once_per_page', parameters: { conversion: `conversion ${i}` } })),
});

/** Before any script: a clock that can be moved on, the module's memory, and how many batches are on their way. */
function prepare() {
  const now = Date.now.bind(Date);
  window.ahead = 0;
  Date.now = () => now() + window.ahead;
  const { Instance, instantiate } = WebAssembly;
  const keep = (instance) => {
    if (instance.exports.scratch) window.moduleMemory = instance.exports.memory;
    return instance;
  };
  WebAssembly.Instance = function (...args) {
    return keep(new Instance(...args));
  };
  WebAssembly.instantiate = (...args) => instantiate(...args).then((result) => (keep(result.instance ?? result), result));
  const send = window.fetch.bind(window);
  window.onTheWay = 0;
  window.fetch = (...args) => {
    ++window.onTheWay;
    const answer = send(...args);
    const done = () => setTimeout(() => --window.onTheWay);
    answer.then(done, done);
    return answer;
  };
}

/**
 * In the page: `batches` times a hundred calls of what `kind` says, each time until everything is acknowledged. A hundred fill a batch and send
 * it. [ms of the first half, which only queues; ms of all] of each hundred.
 */
async function play([kind, batches, perBatch]) {
  const target = document.querySelector('#target');
  const call = kind === 'click' ? () => target.click() : () => window.etappe('event', 'bench', { part: 'motor' });
  const taken = [];
  for (let batch = 0; batch < batches; ++batch) {
    window.ahead += perBatch * 60;
    const began = performance.now();
    for (let i = 0; i < perBatch / 2; ++i) call();
    const half = performance.now();
    for (let i = perBatch / 2; i < perBatch; ++i) call();
    taken.push([half - began, performance.now() - began]);
    do await new Promise((next) => setTimeout(next)); while (window.onTheWay > 0);
  }
  return taken;
}

/** µs for each call, {median, min}, of `calls` calls that took each of these ms. */
function microseconds(taken, calls) {
  const sorted = [...taken].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] * 1000 / calls, min: sorted[0] * 1000 / calls };
}

async function memoryOf(session, tab) {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return { heap: usedSize, module: await tab.evaluate(() => window.moduleMemory?.buffer.byteLength ?? 0) };
}

async function withPage(stand, browser, peer, work) {
  stand.requests = [];
  stand.delay = 0;
  stand.peer = peer;
  // An isolated page has a clock of 5 µs instead of 100.
  stand.pages = { '/': { headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'credentialless' },
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>${peer.head}</head><body>
      <button type="button" id="target" data-etappe-click="target">x</button></body></html>` } };
  const context = await browser.newContext();
  try {
    const tab = await context.newPage();
    await tab.addInitScript(prepare);
    await tab.goto(stand.shop + '/', { waitUntil: 'load' });
    await tab.waitForFunction(() => window.etappeReady !== undefined);
    return await work(tab, await context.newCDPSession(tab));
  } finally {
    await context.close();
  }
}

/** Reasons by their number in docs/abi.md, as `etappe('debug', true)` tells them. */
const dropsOf = (tab) => tab.evaluate(() => {
  const log = console.log;
  let told;
  console.log = (...words) => (told = words.find((word) => word && word.dropped) ?? told);
  window.etappe('debug', true);
  window.etappe('debug', false);
  console.log = log;
  return told && { before: told.lost, reasons: [...told.dropped] };
});

/**
 * {event, triggers, click, bare}, each {queued, sent} of {median, min} in µs: the call alone, and with its share of sending a full batch.
 * `bare` is the same click on a page without a tracker.
 */
export async function measureCalls(stand, browser, plain, withTriggers) {
  const timed = (peer, kind, batches) => withPage(stand, browser, peer, async (tab) => {
    await tab.evaluate(play, [kind, 20, kPerBatch]);
    const taken = await tab.evaluate(play, [kind, batches, kPerBatch]);
    return { queued: microseconds(taken.map(([half]) => half), kPerBatch / 2), sent: microseconds(taken.map(([, all]) => all), kPerBatch) };
  });
  const none = { ...plain, head: '<script>window.etappeReady=0</script>' };
  return { event: await timed(plain, 'event', 100), triggers: await timed(withTriggers, 'event', 100),
    click: await timed(plain, 'click', 50), bare: await timed(none, 'click', 50) };
}

/** A visit of 100,000 events: memory after 10,000, 50,000 and 100,000; events delivered; drops by reason. */
export function measureLongVisit(stand, browser, peer) {
  return withPage(stand, browser, peer, async (tab, session) => {
    const marks = [];
    let played = 0;
    for (const goal of [10_000, 50_000, 100_000]) {
      await tab.evaluate(play, ['event', (goal - played) / kPerBatch, kPerBatch]);
      played = goal;
      marks.push({ events: goal, ...await memoryOf(session, tab) });
    }
    await tab.evaluate(() => new Promise((next) => setTimeout(next, 2500)));
    return { marks, played, delivered: stand.count(/\[event bench\]/g), drops: await dropsOf(tab) };
  });
}
