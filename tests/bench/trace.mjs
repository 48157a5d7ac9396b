// What a script did on a page's main thread, from Chromium's own trace: only JavaScript's work counts, not the page's parsing, layout and
// painting. The page under measurement has no scripts but the tracker and its snippet.

const categories = ['devtools.timeline', 'toplevel', 'blink.user_timing', 'v8.wasm'];
const kMark = 'etappe-bench-clock';

/** Where JavaScript runs, seen from outside; what happens inside of these belongs to them. */
const kScript = new Set(['EvaluateScript', 'v8.compile', 'FunctionCall', 'TimerFire', 'RunMicrotasks', 'FireIdleCallback', 'FireAnimationFrame',
  'v8.callFunction', 'v8.run', 'CompileScript']);
const kTask = /RunTask$/;

/** Records while `work(tab)` runs; returns what it returns and the events. `session` is a session of the browser. */
export async function record(session, tab, work) {
  const events = [];
  const take = ({ value }) => events.push(...value);
  session.on('Tracing.dataCollected', take);
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { recordMode: 'recordUntilFull', includedCategories: categories } });
  let result;
  let now;
  try {
    result = await work();
    now = await tab.evaluate((name) => performance.mark(name).startTime, kMark);
  } finally {
    const complete = new Promise((done) => session.once('Tracing.tracingComplete', done));
    await session.send('Tracing.end');
    await complete;
    session.off('Tracing.dataCollected', take);
  }
  const mark = events.find(({ name }) => name === kMark);
  if (!mark) throw new Error('the trace does not hold the mark that its clock is set by');
  return { result, thread: { pid: mark.pid, tid: mark.tid }, zero: mark.ts - now * 1000, events };
}

/**
 * JavaScript on the main thread between two times of the page's clock (ms since navigation): `wall` and `cpu` are sums in ms, `evaluation` is
 * the script's own evaluation, `longest` the longest task that held any of it.
 */
export function scriptWork({ events, thread, zero }, from, to) {
  const within = events.filter(({ ph, pid, tid, ts }) => ph === 'X' && pid === thread.pid && tid === thread.tid &&
    ts >= zero + from * 1000 && ts < zero + to * 1000).sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const sum = { wall: 0, cpu: 0, evaluation: 0, longest: 0 };
  let scriptEnd = 0;
  let task;
  for (const event of within) {
    if (kTask.test(event.name) && (!task || event.ts >= task.ts + task.dur)) task = event;
    if (!kScript.has(event.name) || event.ts < scriptEnd) continue;
    scriptEnd = event.ts + event.dur;
    sum.wall += event.dur / 1000;
    sum.cpu += (event.tdur ?? 0) / 1000;
    if (event.name === 'EvaluateScript') sum.evaluation += event.dur / 1000;
    const whole = task && event.ts < task.ts + task.dur ? task.dur : event.dur;
    sum.longest = Math.max(sum.longest, whole / 1000);
  }
  return sum;
}
