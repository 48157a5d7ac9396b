// Measures Etappe beside a peer or a limit from the same run, and prints one Markdown table per part (docs/benchmarks.md).
//   node tests/bench/bench.mjs --bin build/bin/etappe [--parts tracker,collect,report] [--seconds 10]
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { House } from '../house.mjs';
import { measureCollect } from './collect.mjs';
import { measureReports } from './report.mjs';
import { measureTracker } from './tracker.mjs';

const { values: options } = parseArgs({
  options: {
    bin: { type: 'string', default: 'build/bin/etappe' },
    parts: { type: 'string', default: 'tracker,collect,report' },
    seconds: { type: 'string', default: '10' },
  },
});

const number = (value, digits = 0) => value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const table = (title, rows) =>
  console.log(`\n### ${title}\n| what | Etappe | beside it | ratio |\n|---|---|---|---|\n` + rows.map((row) => `| ${row.join(' | ')} |`).join('\n'));

async function inHouse(measure, domain = 'bench.example') {
  const house = new House(options.bin, domain);
  try {
    await house.start();
    return await measure(house);
  } finally {
    await house.stop();
    house.remove();
  }
}

const parts = {
  async tracker() {
    const results = await inHouse(measureTracker, '127.0.0.1');
    table('Tracker in Chromium (median of 15 loads; beside it: a JavaScript-only page-view script)', results.flatMap((r) => [
      [`file arrived → ready, ${r.rate}x`, `${number(r.ready, 1)} ms`, `${number(r.plainReady, 1)} ms`, '–'],
      [`main thread added to the page, ${r.rate}x`, `${number(r.mainThread, 1)} ms`, `whole page ${number(r.page, 1)} ms`, number(r.mainThread / r.page, 2)],
      [`longest task over 50 ms, ${r.rate}x`, r.longest ? `${number(r.longest)} ms` : 'none', 'budget: none', '–'],
    ]));
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
    console.error(`no part ${name}: tracker, collect or report`);
    process.exit(2);
  }
  await parts[name]();
}
