// The period a report covers: a preset that moves with the calendar, or days a person chose.
import { addDays, daysIn, firstOfMonth, parseDay, type Day } from './day.ts';

export const kPresets = [
  'today', 'yesterday', '7d', '28d', '90d',
  'this-month', 'last-month', 'this-quarter', 'last-quarter', 'this-year', 'last-year',
] as const;
export type Preset = (typeof kPresets)[number];
export type Period = { kind: 'preset'; preset: Preset } | { kind: 'days'; from: Day; to: Day };
export interface Span { from: Day; to: Day }

/** Four equal weeks, so that weekdays weigh the same. */
export const kDefaultPeriod: Period = { kind: 'preset', preset: '28d' };

/** The days a period means when it is `today`. Presets end today at the latest. */
export function spanOf(period: Period, today: Day): Span {
  if (period.kind === 'days') return { from: period.from, to: period.to };
  const monthInQuarter = (Number(today.slice(5, 7)) - 1) % 3;
  const monthInYear = Number(today.slice(5, 7)) - 1;
  switch (period.preset) {
    case 'today': return { from: today, to: today };
    case 'yesterday': return { from: addDays(today, -1), to: addDays(today, -1) };
    case '7d': return { from: addDays(today, -6), to: today };
    case '28d': return { from: addDays(today, -27), to: today };
    case '90d': return { from: addDays(today, -89), to: today };
    case 'this-month': return { from: firstOfMonth(today, 0), to: today };
    case 'last-month': return wholeMonths(today, -1, 1);
    case 'this-quarter': return { from: firstOfMonth(today, -monthInQuarter), to: today };
    case 'last-quarter': return wholeMonths(today, -monthInQuarter - 3, 3);
    case 'this-year': return { from: firstOfMonth(today, -monthInYear), to: today };
    case 'last-year': return wholeMonths(today, -monthInYear - 12, 12);
  }
}

function wholeMonths(today: Day, shift: number, count: number): Span {
  return { from: firstOfMonth(today, shift), to: addDays(firstOfMonth(today, shift + count), -1) };
}

/** `28d`, or `2026-10-26..2026-11-22`: the form used in the address. */
export function periodText(period: Period): string {
  return period.kind === 'preset' ? period.preset : `${period.from}..${period.to}`;
}

/** The inverse of periodText; null for anything else, days in the wrong order included. */
export function parsePeriod(text: string): Period | null {
  const preset = kPresets.find((name) => name === text);
  if (preset) return { kind: 'preset', preset };
  const [first = '', last = ''] = text.split('..');
  const from = parseDay(first);
  const to = parseDay(last);
  return from && to && daysIn(from, to) >= 1 ? { kind: 'days', from, to } : null;
}
