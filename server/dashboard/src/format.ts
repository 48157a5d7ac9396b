// How numbers and dates look, in German and English. Intl does the work; this file holds the house's choices:
// no-break space before % and €, minus is U+2212, whole euros from 1,000 on, rates change in percentage points.
import { asUtc, type Day } from './day.ts';

export type Language = 'de' | 'en';
export const kNbsp = '\u00a0';
export const kNone = '–';  // not computable

/** A figure and the unit behind it, set apart because tiles print the unit smaller. */
export interface Figure { number: string; unit: string; unitFirst: boolean }

export interface Formats {
  count(value: number): string;
  /** From a million on 1,24 Mio.; below that as `count`. */
  bigCount(value: number): string;
  /** A ratio (0.0229) with the given places: 2,29 %. */
  percent(ratio: number, places: number): string;
  /** A relative change (0.062): +6,2 %. */
  change(ratio: number): string;
  /** A difference of two ratios (0.0007): +0,07 PP. */
  points(difference: number): string;
  /** Cents below 1,000, whole units above. */
  money(value: number, currency: string): string;
  /** A money column without its unit; every row has the same places. */
  amount(value: number, places: 0 | 2): string;
  moneyFigure(value: number, currency: string): Figure;
  percentFigure(ratio: number, places: number): Figure;
  currencySign(currency: string): string;
  /** A label of a money axis: the currency stands at the top one only. */
  moneyTick(value: number, top: boolean, currency: string): string;
  /** A label of a rate axis, likewise. */
  percentTick(ratio: number, top: boolean): string;
  date(day: Day): string;
  /** DE → Germany; a part of a country stays as it is written, US-CA. */
  region(code: string): string;
  range(from: Day, to: Day): string;
  /** Without the year, for keys beside a dated range. */
  shortRange(from: Day, to: Day): string;
  axisDay(day: Day): string;
  axisMonth(day: Day): string;
  weekdayDate(day: Day): string;
  time(moment: Date, zone: string): string;
  timeToSecond(moment: Date, zone: string): string;
  dateTime(moment: Date, zone: string): string;
  duration(seconds: number): string;
}

function minus(text: string): string {
  return text.replace(/-/g, '\u2212').replace(/\u202f/g, kNbsp);
}

/** −0 and anything that rounds to it is plain zero. */
function unsigned(value: number, places: number): number {
  const rounded = Number(value.toFixed(places));
  return rounded === 0 ? 0 : rounded;
}

export function makeFormats(language: Language): Formats {
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  const percentSign = language === 'de' ? `${kNbsp}%` : '%';
  const decimals = (value: number, places: number, signed = false): string => {
    const options: Intl.NumberFormatOptions = { minimumFractionDigits: places, maximumFractionDigits: places };
    if (signed) options.signDisplay = 'exceptZero';
    return minus(new Intl.NumberFormat(locale, options).format(unsigned(value, places)));
  };
  const regions = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' });
  const dayOf = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    return (day: Day) => formatter.format(asUtc(day));
  };
  const numeric = dayOf({ day: 'numeric', month: 'numeric', year: 'numeric' });
  const spelled = dayOf({ day: 'numeric', month: 'short', year: 'numeric' });
  const dayMonth = dayOf({ day: 'numeric', month: language === 'de' ? 'numeric' : 'short' });
  const axisDay = dayOf({ day: 'numeric', month: 'short' });
  const axisMonth = dayOf({ month: 'short' });
  const weekdayName = dayOf({ weekday: 'short' });
  const date = language === 'de' ? numeric : spelled;
  const places = (value: number): 0 | 2 => (Math.abs(value) < 1000 && value !== 0 ? 2 : 0);
  const moneyParts = (value: number, currency: string): Intl.NumberFormatPart[] =>
    new Intl.NumberFormat(locale, {
      style: 'currency', currency, minimumFractionDigits: places(value), maximumFractionDigits: places(value),
    }).formatToParts(unsigned(value, places(value)));
  const currencySign = (currency: string): string =>
    new Intl.NumberFormat(locale, { style: 'currency', currency }).formatToParts(0)
      .find((part) => part.type === 'currency')?.value ?? currency;

  const shortRange = (from: Day, to: Day): string => {
    if (from === to) return dayMonth(from);
    return language === 'de' ? `${dayMonth(from)}–${dayMonth(to)}` : `${dayMonth(from)} – ${dayMonth(to)}`;
  };
  const range = (from: Day, to: Day): string => {
    if (from === to) return date(from);
    const left = from.slice(0, 4) === to.slice(0, 4) ? dayMonth(from) : date(from);
    return language === 'de' ? `${left}–${date(to)}` : `${left} – ${date(to)}`;
  };

  const clock = (moment: Date, zone: string): string =>
    new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: zone }).format(moment);
  const dateOf = (moment: Date, zone: string): string =>
    new Intl.DateTimeFormat(locale, language === 'de'
      ? { day: 'numeric', month: 'numeric', year: 'numeric', timeZone: zone }
      : { day: 'numeric', month: 'short', year: 'numeric', timeZone: zone }).format(moment);

  const word = language === 'de'
    ? { second: 'Sek.', minute: 'Min.', hour: 'Std.', day: 'Tag', days: 'Tage', million: 'Mio.' }
    : { second: 's', minute: 'min', hour: 'h', day: 'day', days: 'days', million: 'm' };
  const duration = (seconds: number): string => {
    const whole = Math.round(seconds);
    const padded = (value: number) => String(value).padStart(2, '0');
    if (whole < 60) return `${whole}${kNbsp}${word.second}`;
    const minutes = Math.floor(whole / 60);
    if (minutes < 60) return `${minutes}${kNbsp}${word.minute} ${padded(whole % 60)}${kNbsp}${word.second}`;
    const hours = Math.floor(minutes / 60);
    if (hours < 48) return `${hours}${kNbsp}${word.hour} ${padded(minutes % 60)}${kNbsp}${word.minute}`;
    const days = Math.round(hours / 24);
    return `${days}${kNbsp}${days === 1 ? word.day : word.days}`;
  };

  const count = (value: number): string => decimals(value, 0);
  return {
    count,
    bigCount: (value) => (Math.abs(value) < 1e6 ? count(value) : `${decimals(value / 1e6, 2)}${kNbsp}${word.million}`),
    percent: (ratio, fraction) => decimals(ratio * 100, fraction) + percentSign,
    change: (ratio) => decimals(ratio * 100, 1, true) + percentSign,
    points: (difference) => `${decimals(difference * 100, 2, true)}${kNbsp}${language === 'de' ? 'PP' : 'pp'}`,
    money: (value, currency) => minus(moneyParts(value, currency).map((part) => part.value).join('')),
    amount: (value, fraction) => decimals(value, fraction),
    moneyFigure: (value, currency) => {
      const parts = moneyParts(value, currency);
      const isUnit = (part: Intl.NumberFormatPart) => part.type === 'currency' || part.type === 'literal';
      const number = minus(parts.filter((part) => !isUnit(part)).map((part) => part.value).join(''));
      return { number, unit: currencySign(currency), unitFirst: language === 'en' };
    },
    percentFigure: (ratio, fraction) => ({ number: decimals(ratio * 100, fraction), unit: '%', unitFirst: false }),
    currencySign,
    moneyTick: (value, top, currency) => {
      const text = decimals(value, Number.isInteger(value) ? 0 : 2);
      if (!top) return text;
      return language === 'en' ? currencySign(currency) + text : `${text}${kNbsp}${currencySign(currency)}`;
    },
    percentTick: (ratio, top) => decimals(ratio * 100, 2) + (top ? percentSign : ''),
    date,
    range,
    shortRange,
    axisDay,
    axisMonth,
    region: (code) => (/^[A-Z]{2}$/.test(code) ? regions.of(code) ?? code : code),
    weekdayDate: (day) => `${weekdayName(day)}, ${date(day)}`,
    time: clock,
    timeToSecond: (moment, zone) =>
      new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZone: zone }).format(moment),
    dateTime: (moment, zone) => `${dateOf(moment, zone)}, ${clock(moment, zone)}`,
    duration,
  };
}
