// The overview's rows as a time series of one measure.
import type { OverviewReport } from '../api/client.ts';
import { rowsOf, type Row } from '../api/rows.ts';
import { bucketSize, bucketsOf, sumInto, type Bucket, type BucketSize } from '../chart/buckets.ts';
import type { TimeSeries } from '../chart/series.ts';
import { daysIn, type Day } from '../day.ts';
import type { Formats } from '../format.ts';
import { toNumber } from '../money.ts';

export const kMeasures = ['sessions', 'conversions', 'conversion_rate', 'conversion_value', 'visitors'] as const;
export type Measure = (typeof kMeasures)[number];

/** Visitors do not add up over days, so their buckets stay days however long the period is. */
function sizeFor(measure: Measure, report: OverviewReport): BucketSize {
  return measure === 'visitors' ? 'day' : bucketSize(report.from, report.to);
}

export function overviewSeries(report: OverviewReport, measure: Measure, name: string, formats: Formats): TimeSeries {
  const size = sizeFor(measure, report);
  const buckets = bucketsOf(report.from, report.to, size, report.incomplete_day);
  const rows = rowsOf(report);
  const money = measure === 'conversion_value';
  const share = measure === 'conversion_rate';
  const show = (value: number): string =>
    money ? formats.money(value, report.currency) : share ? formats.percent(value, 2) : formats.count(value);
  const tick = (value: number, top: boolean): string =>
    money ? formats.moneyTick(value, top, report.currency) : share ? formats.percentTick(value, top) : formats.count(value);
  return {
    size,
    buckets,
    lines: [{ id: measure, name, token: '--accent', hollow: false, values: valuesOf(rows, buckets, measure, '') }],
    comparison: report.comparison ? valuesOf(rows, buckets, measure, '_previous') : null,
    comparisonBuckets: report.comparison ? shifted(buckets, rows) : null,
    unit: money || share ? 'any' : 'whole',
    show,
    tick,
  };
}

function valuesOf(rows: Row[], buckets: Bucket[], measure: Measure, suffix: '' | '_previous'): (number | null)[] {
  const column = (name: string): (number | null)[] => sumInto(buckets, new Map(rows.map((row) => {
    const money = row.money(name + suffix);
    return [row.text('day') as Day, money === null ? row.number(name + suffix) : toNumber(money)];
  })));
  if (measure !== 'conversion_rate') return column(measure);
  const sessions = column('sessions');
  return column('conversions').map((conversions, index) => {
    const of = sessions[index] ?? null;
    return conversions === null || of === null || of === 0 ? null : conversions / of;
  });
}

/** The same buckets in the period compared with, taken from the rows' own previous days. */
function shifted(buckets: Bucket[], rows: Row[]): Bucket[] {
  const first = buckets[0]?.from;
  if (!first) return [];
  return buckets.map((bucket) => {
    const at = daysIn(first, bucket.from) - 1;
    const end = daysIn(first, bucket.to) - 1;
    return { from: rows[at]?.text('previous_day') as Day, to: rows[end]?.text('previous_day') as Day, partial: bucket.partial };
  });
}
