// Every view is an address: what a person sees follows from the query string alone, so Back works and a copied
// address shows the same. Defaults are left out of it. Language and theme belong to the person, not to the view.
import type { Compare } from './api/client.ts';
import { kDefaultPeriod, parsePeriod, periodText, type Period } from './period.ts';

export const kPages = ['overview', 'live', 'channels', 'conversions', 'funnels', 'consent', 'rights'] as const;
/** Pages about a period; the others are about now. */
export const kAnalysePages = ['channels', 'conversions', 'funnels'] as const satisfies readonly Page[];
/** For whoever answers for the data; on a phone in the person's menu. */
export const kSafeguardPages = ['consent', 'rights'] as const satisfies readonly Page[];
/** At the foot of a phone; the others are in the person's menu there. */
export const kTabPages = ['overview', 'live', 'channels', 'conversions', 'funnels'] as const satisfies readonly Page[];
export type Page = (typeof kPages)[number];
export interface Sort { column: string; descending: boolean }

export interface View {
  page: Page;
  site: string | null;     // null: the first site
  period: Period;
  compare: Compare;
  tile: string | null;     // the measure the chart shows; null: the page's first
  sort: Sort | null;       // null: the report's own order
  funnel: string | null;   // null: the site's first
  pick: string | null;     // the row that is open: a channel, a conversion's name
  table: boolean;          // the chart as a table
}

export const kStart: View = {
  page: 'overview', site: null, period: kDefaultPeriod, compare: 'previous',
  tile: null, sort: null, funnel: null, pick: null, table: false,
};

/** Reads an address; anything it does not understand becomes the default. */
export function parseView(search: string): View {
  const query = new URLSearchParams(search);
  const sort = query.get('sort');
  return {
    page: kPages.find((page) => page === query.get('page')) ?? 'overview',
    site: query.get('site'),
    period: parsePeriod(query.get('period') ?? '') ?? kDefaultPeriod,
    compare: query.get('compare') === 'none' ? 'none' : 'previous',
    tile: query.get('tile'),
    sort: sort ? { column: sort.replace(/^-/, ''), descending: sort.startsWith('-') } : null,
    funnel: query.get('funnel'),
    pick: query.get('pick'),
    table: query.get('as') === 'table',
  };
}

export function viewAddress(view: View): string {
  const query = new URLSearchParams();
  if (view.site !== null) query.set('site', view.site);
  if (view.page !== 'overview') query.set('page', view.page);
  const period = periodText(view.period);
  if (period !== periodText(kDefaultPeriod)) query.set('period', period);
  if (view.compare !== 'previous') query.set('compare', view.compare);
  if (view.tile !== null) query.set('tile', view.tile);
  if (view.sort) query.set('sort', (view.sort.descending ? '-' : '') + view.sort.column);
  if (view.funnel !== null) query.set('funnel', view.funnel);
  if (view.pick !== null) query.set('pick', view.pick);
  if (view.table) query.set('as', 'table');
  const text = query.toString();
  return text ? `/?${text}` : '/';
}

/** Another page with the same site, period and comparison; what belongs to one page only is left behind. */
export function onPage(view: View, page: Page): View {
  return { ...view, page, tile: null, sort: null, pick: null, table: false };
}
