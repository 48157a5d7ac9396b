// The channels report as lines: the five largest channels by the chosen measure, the rest as one line.
import type { ChannelsReport } from '../api/client.ts';
import { rowsOf } from '../api/rows.ts';
import { markOf } from '../channels.ts';
import { bucketSize, bucketsOf, sumInto } from '../chart/buckets.ts';
import { filledDays } from '../chart/sparse.ts';
import type { Line, TimeSeries } from '../chart/series.ts';
import type { Day } from '../day.ts';
import type { Speech } from '../language.tsx';
import { toNumber } from '../money.ts';

export const kChannelMeasures = ['sessions', 'conversions', 'conversion_value'] as const;
export type ChannelMeasure = (typeof kChannelMeasures)[number];
const kMostLines = 5;

export function channelsSeries(report: ChannelsReport, measure: ChannelMeasure, { words, formats }: Speech): TimeSeries {
  const size = bucketSize(report.from, report.to);
  const buckets = bucketsOf(report.from, report.to, size, report.incomplete_day);
  const money = measure === 'conversion_value';
  const perChannel = new Map<string, Map<Day, number>>();
  for (const row of rowsOf(report.series)) {
    const channel = row.text('channel');
    const value = money ? toNumber(row.money(measure) ?? 0n) : (row.number(measure) ?? 0);
    const days = perChannel.get(channel) ?? new Map<Day, number>();
    days.set(row.text('day') as Day, value);
    perChannel.set(channel, days);
  }
  const sum = (days: Map<Day, number>): number => [...days.values()].reduce((total, value) => total + value, 0);
  const ordered = [...perChannel].sort(([, a], [, b]) => sum(b) - sum(a));
  // One channel too many is shown itself: a line that stands for a single channel says less than its name.
  const own = ordered.length <= kMostLines + 1 ? ordered : ordered.slice(0, kMostLines);
  const rest = ordered.slice(own.length);
  const lines: Line[] = own.map(([channel, days]) => ({
    id: channel, name: words.channels[channel] ?? channel, ...markOf(channel), values: sumInto(buckets, filledDays(report, days)),
  }));
  if (rest.length > 0) {
    const together = new Map<Day, number>();
    for (const [, days] of rest) for (const [day, value] of days) together.set(day, (together.get(day) ?? 0) + value);
    lines.push({
      id: 'other', name: `${words.chart.other} (${rest.length})`, token: '--ch-other', hollow: false,
      values: sumInto(buckets, filledDays(report, together)),
    });
  }
  return {
    size, buckets, lines, comparison: null, comparisonBuckets: null,
    unit: money ? 'any' : 'whole',
    show: (value) => (money ? formats.money(value, report.currency) : formats.count(value)),
    tick: (value, top) => (money ? formats.moneyTick(value, top, report.currency) : formats.count(value)),
  };
}
