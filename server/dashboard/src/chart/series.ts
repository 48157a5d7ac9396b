// What a time chart shows, before any drawing: buckets, lines and an optional comparison.
import type { Bucket, BucketSize } from './buckets.ts';

export interface Line {
  id: string;
  name: string;
  token: string;      // the custom property that holds its colour
  hollow: boolean;
  values: (number | null)[];
}

export interface TimeSeries {
  size: BucketSize;
  buckets: Bucket[];
  lines: Line[];                          // one: bars when there are few buckets; several: always lines
  comparison: (number | null)[] | null;   // bucket by bucket beside the first line
  comparisonBuckets: Bucket[] | null;
  unit: 'whole' | 'any';
  show(value: number): string;            // in tooltip and table
  tick(value: number, top: boolean): string;
}

const kFewBuckets = 12;

export function asBars(series: TimeSeries): boolean {
  return series.lines.length === 1 && series.buckets.length < kFewBuckets;
}

export function largestValue(series: TimeSeries): number {
  const all = [...series.lines.flatMap((line) => line.values), ...(series.comparison ?? [])];
  return all.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}
