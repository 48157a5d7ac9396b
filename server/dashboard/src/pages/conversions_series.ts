// One conversion, or all of a weight, as a time series.
import type { ConversionsReport } from '../api/client.ts';
import { rowsOf } from '../api/rows.ts';
import { bucketSize, bucketsOf, sumInto } from '../chart/buckets.ts';
import { filledDays } from '../chart/sparse.ts';
import type { TimeSeries } from '../chart/series.ts';
import type { Day } from '../day.ts';
import type { Formats } from '../format.ts';
import { toNumber } from '../money.ts';

export const kConversionMeasures = ['conversions', 'conversion_value', 'micro_conversions'] as const;
export type ConversionMeasure = (typeof kConversionMeasures)[number];

/** `pick`: a conversion's name; null adds up all of them. */
export function conversionsSeries(
  report: ConversionsReport, measure: ConversionMeasure, pick: string | null, name: string, formats: Formats): TimeSeries {
  const size = bucketSize(report.from, report.to);
  const buckets = bucketsOf(report.from, report.to, size, report.incomplete_day);
  const money = measure === 'conversion_value';
  const weight = measure === 'micro_conversions' ? 'micro' : 'primary';
  const days = new Map<Day, number>();
  for (const row of rowsOf(report.series)) {
    if (row.text('weight') !== weight || (pick !== null && row.text('name') !== pick)) continue;
    const day = row.text('day') as Day;
    const value = money ? toNumber(row.money('conversion_value') ?? 0n) : (row.number('conversions') ?? 0);
    days.set(day, (days.get(day) ?? 0) + value);
  }
  return {
    size, buckets, comparison: null, comparisonBuckets: null,
    lines: [{ id: measure, name, token: '--accent', hollow: false, values: sumInto(buckets, filledDays(report, days)) }],
    unit: money ? 'any' : 'whole',
    show: (value) => (money ? formats.money(value, report.currency) : formats.count(value)),
    tick: (value, top) => (money ? formats.moneyTick(value, top, report.currency) : formats.count(value)),
  };
}
