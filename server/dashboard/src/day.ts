// A calendar day without a time or a zone, written YYYY-MM-DD, and its arithmetic.
// What it does not do: know the clock. `todayIn` is told what time it is.

export type Day = `${number}-${number}-${number}`;

const kMillisPerDay = 86_400_000;

/** The day if `text` names one that exists (2026-02-30 does not), else null. */
export function parseDay(text: string): Day | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? (text as Day) : null;
}

/** Midnight UTC of the day: a carrier for Intl and arithmetic, never a moment in the site's zone. */
export function asUtc(day: Day): Date {
  return new Date(`${day}T00:00:00Z`);
}

function fromUtc(date: Date): Day {
  return date.toISOString().slice(0, 10) as Day;
}

export function addDays(day: Day, count: number): Day {
  return fromUtc(new Date(asUtc(day).getTime() + count * kMillisPerDay));
}

/** Days in the span, both ends counted. */
export function daysIn(from: Day, to: Day): number {
  return Math.round((asUtc(to).getTime() - asUtc(from).getTime()) / kMillisPerDay) + 1;
}

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export function weekday(day: Day): number {
  return asUtc(day).getUTCDay() || 7;
}

/** The first day of the month `shift` months away. */
export function firstOfMonth(day: Day, shift: number): Day {
  const date = asUtc(day);
  return fromUtc(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + shift, 1)));
}

/** The day it is at `now` in an IANA zone. Put together from parts: how a locale orders them differs between ICU versions. */
export function todayIn(zone: string, now: Date): Day {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const part = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  return `${part.get('year') ?? ''}-${part.get('month') ?? ''}-${part.get('day') ?? ''}` as Day;
}
