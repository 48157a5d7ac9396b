// Measures Etappe beside a peer or a limit from the same run, and prints one Markdown table per part (docs/benchmarks.md).
//   node tests/bench/bench.mjs --bin build/bin/etappe [--parts tracker,behaviour,collect,report] [--seconds 10]
//     [--loads 15] [--runs 8,3,3] [--peers-folder DIR] [--chromium /usr/bin/chromium]
// The peers of the tracker come from tests/bench/peers (npm); --peers-folder adds further ones (tests/bench/peers/peers.mjs says how).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { House } from '../house.mjs';
import { behaviourColumns, measureBehaviour } from './behaviour.mjs';
import { containerOfTriggers, kTriggers, measureCalls, measureLongVisit } from './calls.mjs';
import { measureCollect } from './collect.mjs';
import { measureLighthouse } from './lighthouse.mjs';
import { etappePeer, peersFor, ready } from './peers/peers.mjs';
import { measureReports } from './report.mjs';
import { Stand } from './stand.mjs';
import { callTables, print, startTables } from './tables.mjs';
import { idle, measureTrackers } from './tracker.mjs';

const { values: options } = parseArgs({
  options: {
    bin: { type: 'string', default: 'build/bin/etappe' },
    parts: { type: 'string', default: 'tracker,behaviour,collect,report' },
    seconds: { type: 'string', default: '10' },
    loads: { type: 'string', default: '15' },
    runs: { type: 'string', default: '8,3,3' },
    'peers-folder': { type: 'string' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});

const number = (value, digits = 0) => value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const table = (title, rows) => print(title, ['what', 'Etappe', 'beside it', 'ratio'], rows);

async function inHouse(measure, domain = 'bench.example', site = undefined) {
  const house = new House(options.bin, domain, site);
  try {
    await house.start();
    return await measure(house);
  } finally {
    await house.stop();
    house.remove();
  }
}

/** The file that the publisher makes of a site, as a peer of the stand. */
const published = (stand, site) => inHouse(async (house) => {
  const key = house.account.site_key;
  const { status, body } = await house.public('GET', `/t/${key}.js`, '');
  if (status !== 200) throw new Error(`the site's file: ${status}`);
  return ready(etappePeer(key, body), stand.collector);
}, 'shop.test', site);

/** `work(stand, etappe, peers, busy)`; `busy` is Etappe with a container of kTriggers triggers. */
async function onStand(work) {
  const stand = await Stand.open();
  const folder = mkdtempSync(join(tmpdir(), 'etappe-bench-'));
  try {
    writeFileSync(join(folder, 'container.json'), JSON.stringify(containerOfTriggers()));
    writeFileSync(join(folder, 'site.json'), JSON.stringify({ name: 'Bench', domains: ['shop.test'], zone: 'Europe/Berlin', currency: 'EUR',
      container: 'container.json' }));
    const etappe = await published(stand);
    const busy = await published(stand, ['--from', join(folder, 'site.json')]);
    await work(stand, etappe, await peersFor(stand.collector, options['peers-folder']), busy);
  } finally {
    rmSync(folder, { recursive: true });
    await stand.close();
  }
}

async function lighthouseTable(stand, etappe) {
  const kRuns = 5;
  let pages;
  try {
    pages = await measureLighthouse(stand, options.chromium, etappe, kRuns);
  } catch (error) {
    console.log(`\nLighthouse did not run: ${error.message}`);
    return;
  }
  print(`Lighthouse (its simulated phone; the demo shop's first page; median of ${kRuns})`,
    ['page', 'performance', 'cumulative layout shift', 'total blocking time'],
    pages.map(({ page, score, shift, blocking }) => [page === '/with' ? 'with Etappe, consent granted' : 'without a tracker', number(score),
      number(shift, 3), `${number(blocking)} ms`]));
}

const parts = {
  async tracker() {
    await onStand(async (stand, etappe, peers, busy) => {
      const browser = await stand.launch(options.chromium);
      try {
        const loads = Number(options.loads);
        const results = await measureTrackers(stand, browser, [etappe, ...peers], [etappe, ready(idle, stand.collector)], loads);
        startTables(results, peers, loads);
        callTables(await measureCalls(stand, browser, etappe, busy), await measureLongVisit(stand, browser, etappe));
      } finally {
        await browser.close();
      }
      await lighthouseTable(stand, etappe);
    });
  },
  async behaviour() {
    await onStand(async (stand, etappe, peers) => {
      const [quick, slow, other] = options.runs.split(',').map(Number);
      const rows = await measureBehaviour(stand, options.chromium, [etappe, ...peers], { quick, slow, other });
      print(`Trackers at the edges of a visit (Chromium; ${quick} clicks with a collector that answers after 100 ms, ${slow} with 1,500 ms, ${other} of each other scenario)`,
        behaviourColumns, rows);
    });
  },
  async collect() {
    const r = await inHouse((house) => measureCollect(house, Number(options.seconds)));
    const rate = (result) => result.requests / result.seconds;
    table(`Accepting (10-event batch of ${r.batch} bytes, 64 connections, ${options.seconds} s, engine stopped; beside it: nginx logging the body, not durable)`, [
      ['acknowledgements/s', number(rate(r.ours)), number(rate(r.peer)), number(rate(r.ours) / rate(r.peer), 2)],
      ['p50', `${number(r.ours.p50, 2)} ms`, `${number(r.peer.p50, 2)} ms`, number(r.ours.p50 / r.peer.p50, 2)],
      ['p99', `${number(r.ours.p99, 2)} ms`, `${number(r.peer.p99, 2)} ms`, number(r.ours.p99 / r.peer.p99, 2)],
      ['refused or lost', `${r.ours.bad} / ${r.ours.lost}`, `${r.peer.bad} / ${r.peer.lost}`, '–'],
    ]);
    const perSecond = r.loaded / r.drained;
    table('Spool to queryable rows (beside it: events accepted per second above)', [
      ['events/s', number(perSecond), number(rate(r.ours) * 10), number(perSecond / (rate(r.ours) * 10), 2)],
      ['events', number(r.loaded), `${number(r.events)} acknowledged`, '–'],
    ]);
  },
  async report() {
    const r = await inHouse(measureReports);
    const row = (name) => [name, `${number(r[name].median)} ms (${number(r[name].min)}–${number(r[name].max)})`, `${number(r.scan.median)} ms`, number(r[name].median / r.scan.median, 1)];
    table(`Reports over ${number(r.events)} events, 28 days (beside it: one scan of the same columns by the same engine)`, ['overview', 'channels', 'conversions'].map(row));
  },
};

console.log(`${cpus().length} cores, ${cpus()[0].model.trim()}`);
for (const name of options.parts.split(',')) {
  if (!parts[name]) {
    console.error(`no part ${name}: tracker, behaviour, collect or report`);
    process.exit(2);
  }
  await parts[name]();
}
