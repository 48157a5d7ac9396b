// The bench's figures about the tracker as Markdown tables, with the budgets (docs/benchmarks.md) beside them.
import { kTriggers } from './calls.mjs';

const number = (value, digits = 1) => value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

export function print(title, columns, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  console.log(`\n### ${title}\n${line(columns)}\n|${'---|'.repeat(columns.length)}\n${rows.map(line).join('\n')}`);
}

/** ms of one load at normal speed and slowed down four times. */
const budget = { wall: { 1: 6, 4: 25 }, ms: { 1: 12, 4: 80 }, longest: { 1: 50, 4: 50 } };

const pair = (figure) => figure ? `${number(figure.median)} (${number(figure.min)})` : '–';
const named = ({ name, version }) => version ? `${name} ${version}` : name;

/** `results` as measureTrackers() gives them. */
export function startTables(results, peers, loads) {
  const find = (name, kind, rate) => results.find((result) => result.peer.name === name && result.kind === kind && result.rate === rate && !result.split);
  for (const rate of [1, 4]) {
    const row = (label, { ms, wall, cpu, evaluation, longest }) =>
      [label, pair(ms), pair(wall), pair(cpu), pair(evaluation), `${number(longest.median)} (longest ${number(longest.max)})`];
    const rows = [];
    const ours = find('Etappe', 'rest', rate);
    for (const [mark, words] of [['ready', 'Etappe, until ready'], ['sent', 'Etappe, until its first view is sent']])
      if (ours[mark]) rows.push(row(words, ours[mark]));
    rows.push(['budget, until ready', `${budget.ms[rate]}`, `${budget.wall[rate]}`, '', '', `${budget.longest[rate]}`]);
    for (const peer of peers) {
      const sent = find(peer.name, 'rest', rate)?.sent;
      rows.push(sent ? row(`${named(peer)}, until its first view is sent`, sent) : [peer.name, peer.missing ?? 'sent no view', '', '', '', '']);
    }
    for (const [label, name] of [['Etappe, until ready, while the page loads', 'Etappe'], ['a script that does nothing, while the page loads', 'a script that does nothing']])
      rows.push(row(label, find(name, 'loading', rate).ready));
    print(`Starting, ${rate === 1 ? 'normal speed' : 'four times slower'} (ms, median and minimum of ${loads} loads, added to a page at rest unless said otherwise)`,
      ['tracker', 'file arrived → mark', 'main thread, script only', 'of it processor time', 'of it evaluation', 'longest task'], rows);
  }
  for (const { rate, split } of results.filter((result) => result.split)) {
    print(`Where Etappe's start goes, ${rate}x (calls that the page can see from outside, until ready; loads of their own, the noting included)`,
      ['what', 'calls', 'ms, median (minimum)'], split.sort((a, b) => b.ms.median - a.ms.median).map(({ name, calls, ms }) => [name, calls, pair(ms)]));
  }
}

const kReasons = ['consent', 'no_space', 'too_large', 'refused', 'expired', 'withdrawn', 'bad_value', 'truncated', 'too_many', 'repeated'];

/** `calls` and `visit` as measureCalls() and measureLongVisit() give them. */
export function callTables(calls, visit) {
  const us = ({ median, min }) => `${number(median, 2)} µs (${number(min, 2)})`;
  const beyond = (a, b) => `${number(a.median - b.median, 2)} µs`;
  print('One call (median and minimum of hundreds, normal speed)', ['what', 'Etappe', 'beside it', 'budget'], [
    ["etappe('event', …) from the call until it is in the batch", us(calls.event.queued), '', '1 µs'],
    ['the same with its share of sending a batch of 100', us(calls.event.sent), '', ''],
    [`the call, ${kTriggers} triggers looking at it`, us(calls.triggers.queued), `${beyond(calls.triggers.queued, calls.event.queued)} for the triggers`, '15 µs'],
    ['a declared click, from click() on', us(calls.click.queued), `${us(calls.bare.queued)} without a tracker`, ''],
  ]);
  const reasons = visit.drops?.reasons.map((count, reason) => count ? `${kReasons[reason] ?? reason} ${number(count, 0)}` : '').filter(Boolean);
  print(`A visit of ${number(visit.played, 0)} events on one page`, ['after', 'JavaScript heap', "the module's memory"],
    visit.marks.map(({ events, heap, module }) => [`${number(events, 0)} events`, `${number(heap / 1024, 0)} KiB`, `${number(module / 1024, 0)} KiB`]));
  console.log(`\n${number(visit.delivered, 0)} of ${number(visit.played, 0)} arrived; ` +
    (reasons ? `dropped by reason: ${reasons.join(', ') || 'none'}; before the module was there: ${visit.drops.before}.` : 'drops were not told.'));
}
