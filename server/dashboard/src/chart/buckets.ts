// Days gathered into the buckets of a time chart: day up to 92 days, week up to two years, then month.
// A bucket that the period cuts off, or that is still running, is marked partial: it is drawn apart.
import { addDays, daysIn, firstOfMonth, weekday, type Day } from '../day.ts';

export type BucketSize = 'day' | 'week' | 'month';
export interface Bucket { from: Day; to: Day; partial: boolean }

const kMostDays = 92;
const kMostDaysInWeeks = 731;

export function bucketSize(from: Day, to: Day): BucketSize {
  const days = daysIn(from, to);
  return days <= kMostDays ? 'day' : days <= kMostDaysInWeeks ? 'week' : 'month';
}

export function bucketsOf(from: Day, to: Day, size: BucketSize, running: Day | null): Bucket[] {
  const buckets: Bucket[] = [];
  for (let day = from; day <= to; ) {
    const start = startOf(day, size);
    const end = endOf(day, size);
    const last = end < to ? end : to;
    const cut = start < from || end > to;
    const runs = running !== null && day <= running && running <= last;
    buckets.push({ from: day, to: last, partial: cut || runs });
    day = addDays(last, 1);
  }
  return buckets;
}

function startOf(day: Day, size: BucketSize): Day {
  if (size === 'day') return day;
  return size === 'week' ? addDays(day, 1 - weekday(day)) : firstOfMonth(day, 0);
}

function endOf(day: Day, size: BucketSize): Day {
  if (size === 'day') return day;
  return size === 'week' ? addDays(day, 7 - weekday(day)) : addDays(firstOfMonth(day, 1), -1);
}

/** One value per bucket: the sum of its days; null where no day of it has a value. */
export function sumInto(buckets: Bucket[], values: Map<Day, number | null>): (number | null)[] {
  return buckets.map(({ from, to }) => {
    let sum: number | null = null;
    for (let day = from; day <= to; day = addDays(day, 1)) {
      const value = values.get(day) ?? null;
      if (value !== null) sum = (sum ?? 0) + value;
    }
    return sum;
  });
}
