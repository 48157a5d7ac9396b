// The one place that talks to /api/v1. The shapes are those of docs/openapi.json.
import type { Day } from '../day.ts';

export type Cell = string | number | null;
export type Compare = 'previous' | 'none';
export type ReportName = 'overview' | 'channels' | 'conversions' | 'funnel' | 'consent';

export interface Me { login: string; name: string; role: 'admin' | 'viewer' }
export interface FunnelName { id: string; name: string }
export interface Site {
  key: string;
  name: string;
  domains: string[];
  zone: string;
  currency: string;
  demo: boolean;
  snippet: string;
  funnels: FunnelName[];
}

export interface Table { columns: { name: string; unit: string }[]; rows: Cell[][] }
export type Totals = Record<string, Cell>;
export interface TableWithTotals extends Table { totals: Totals }
export interface FunnelTable extends TableWithTotals { funnel: FunnelName & { window_days: number } }
export interface Comparison { kind: 'previous'; from: Day; to: Day; shift_days: number; until: string | null }
export interface Consent {
  coverage: number | null;
  page_views: number;
  policy: 'block' | 'queue' | 'cookieless';
  script_loads: number;                               // 0: none were counted, and there is no estimate
  recorded_loads: number;
  uncounted_estimate: number | null;
}
export interface Note { code: string; text: string; data: Record<string, Cell> }
export interface Statement { name: string; sql: string; parameters: Record<string, string> }

interface ReportHead {
  site: string;
  from: Day;
  to: Day;
  zone: string;
  currency: string;
  demo: boolean;
  as_of: string;
  incomplete_day: Day | null;
  recorded_from: Day | null;
  comparison: Comparison | null;
  state: 'ok' | 'nothing_recorded' | 'nothing_in_period';
  nearest_day: Day | null;
  consent: Consent;
  other_currencies: { currency: string; conversions: number; value: string }[];
  notes: Note[];
  sql?: Statement[];
}
export interface OverviewReport extends ReportHead, TableWithTotals {
  report: 'overview';
  channels: TableWithTotals;
  funnel: FunnelTable | null;
}
export interface ChannelsReport extends ReportHead, TableWithTotals {
  report: 'channels';
  breakdown: Table;
  series: Table;
}
export interface ConversionsReport extends ReportHead, TableWithTotals {
  report: 'conversions';
  series: Table;
}
export interface FunnelReport extends ReportHead, FunnelTable { report: 'funnel' }
export interface ConsentReport extends ReportHead, TableWithTotals {
  report: 'consent';
  by_version: TableWithTotals;
  by_region: TableWithTotals;
  by_device: TableWithTotals;
}
export interface Reports {
  overview: OverviewReport;
  channels: ChannelsReport;
  conversions: ConversionsReport;
  funnel: FunnelReport;
  consent: ConsentReport;
}
export type Report = Reports[ReportName];

/** What the collector remembers of the last minutes; times are milliseconds since 1970 on its clock. */
export interface LiveView {
  site: string;
  now: number;
  published: 'missing' | 'switched_off' | 'tracking';
  minutes: number[];                                  // events per minute, the running one last
  events: LiveEvent[];                                // the newest first, as everything below
  refusals: (Tally & { reason: string })[];
  scripts: Tally[];
  wrong_scripts: (Tally & { key: string })[];
  reports: CheckReport[];
  verdict: Verdict | null;
}
export type ConsentState = 'undetermined' | 'denied' | 'granted';
export interface LiveEvent {
  at: number;
  type: string | null;                                // null: rejected, and nothing is known of it
  name: string;
  host: string;
  path: string;
  analytics: ConsentState;
  marketing: ConsentState;
  campaign: boolean;
  rejected: string | null;
}
export interface Tally { host: string; count: number; last: number }
export interface CheckReport {
  at: number;
  host: string;
  engine: 'wasm' | 'js';
  analytics: ConsentState;
  marketing: ConsentState;
  violated: string | null;
  events: number;
  container: number;
}
export interface Verdict { cause: string; success: boolean; subject: string; advice: string; remarks: string[] }
/** What the server found when it looked at a page. */
export interface PageLook {
  trouble: string | null;
  url: string;
  host: string;
  status: number;
  snippets: { key: string; collector: string }[];
  right_snippets: number;
  inline: boolean;
  stale: boolean;
  policy: boolean;
  allows: { script: boolean; connection: boolean; wasm: boolean };
  cache_control: string;
  age_seconds: number | null;
}
export interface CheckQuestion { url: string; check: string; since: number }

/** Whose data is meant; `purpose` goes to the audit log. */
export type SubjectQuestion = { purpose: string } & ({ visitor: string } | { person: string });
export interface Subject {
  site: string;
  kind: 'visitor' | 'person';
  hash: string;
  visitors: string[];
  shared_visitors: string[];
  places: {
    events: { rows: Record<string, unknown>[]; complete: boolean };
    events_rejected: { rows: Record<string, unknown>[] };
    spool: { rows: never[]; rule: string };
    erasures: { receipts: Erasure[] };
  };
}
export interface Erasure {
  receipt: string;
  site: string;
  kind: 'visitor' | 'person';
  reason: string;
  state: 'open' | 'counted' | 'erased' | 'gone';
  ordered_at: string;
  erased_at: string | null;
  gone_at: string | null;
  visitors: number | null;
  shared_visitors: number | null;
  places: { place: string; erased?: number | null }[];
}

export interface Question {
  site: string;
  name: ReportName;
  from: Day;
  to: Day;
  compare: Compare;
  funnel: string | null;
}

/** Why there is no answer. `offline`: nothing came back at all; otherwise the problem's status and reason. */
export interface Failure { status: number | 'offline'; reason: string; retryAfterSeconds: number | null }
export type Answer<T> = { ok: true; value: T } | { ok: false; failure: Failure };

export function login(name: string, password: string): Promise<Answer<null>> {
  return send('POST', '/login', null, { login: name, password });
}
export function logout(): Promise<Answer<null>> {
  return send('POST', '/logout', null);
}
export function me(): Promise<Answer<Me>> {
  return send('GET', '/me', null);
}
export async function sites(): Promise<Answer<Site[]>> {
  const answer = await send<{ sites: Site[] }>('GET', '/sites', null);
  return answer.ok ? { ok: true, value: answer.value.sites } : answer;
}
export function report(question: Question, signal: AbortSignal): Promise<Answer<Report>> {
  return send('GET', reportPath(question, {}), signal);
}
/** The statements that fed a report, with their parameters. */
export async function statements(question: Question, signal: AbortSignal): Promise<Answer<Statement[]>> {
  const answer = await send<Report>('GET', reportPath(question, { sql: '1' }), signal);
  return answer.ok ? { ok: true, value: answer.value.sql ?? [] } : answer;
}

/** `check`: the token of an installation check, whose verdict is asked for too. */
export function live(site: string, since: number | null, check: string | null, signal: AbortSignal): Promise<Answer<LiveView>> {
  const query = new URLSearchParams();
  if (since !== null) query.set('since', String(since));
  if (check !== null) query.set('check', check);
  const text = query.toString();
  return send('GET', `/sites/${encodeURIComponent(site)}/live${text ? `?${text}` : ''}`, signal);
}
/** Has the server look at the page itself. */
export function check(site: string, question: CheckQuestion, signal: AbortSignal): Promise<Answer<{ page: PageLook; verdict: Verdict }>> {
  return send('POST', `/sites/${encodeURIComponent(site)}/check`, signal, question);
}

export function subject(site: string, question: SubjectQuestion): Promise<Answer<Subject>> {
  return send('POST', `/sites/${encodeURIComponent(site)}/subject`, null, question);
}
export function erase(site: string, question: SubjectQuestion): Promise<Answer<Erasure>> {
  return send('POST', `/sites/${encodeURIComponent(site)}/erasures`, null, question);
}
export async function erasures(site: string, signal: AbortSignal): Promise<Answer<Erasure[]>> {
  const answer = await send<{ erasures: Erasure[] }>('GET', `/sites/${encodeURIComponent(site)}/erasures`, signal);
  return answer.ok ? { ok: true, value: answer.value.erasures } : answer;
}

function reportPath(question: Question, extra: Record<string, string>): string {
  const query = new URLSearchParams({ from: question.from, to: question.to, compare: question.compare, ...extra });
  if (question.funnel) query.set('funnel', question.funnel);
  return `/sites/${encodeURIComponent(question.site)}/reports/${question.name}?${query}`;
}

async function send<T>(method: 'GET' | 'POST', path: string, signal: AbortSignal | null, body?: object): Promise<Answer<T>> {
  const request: RequestInit = { method, signal, headers: { accept: 'application/json' }, credentials: 'same-origin' };
  if (body) {
    request.body = JSON.stringify(body);
    request.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, request);
    if (response.ok) {
      return { ok: true, value: response.status === 204 ? (null as T) : ((await response.json()) as T) };
    }
  } catch {
    return { ok: false, failure: { status: 'offline', reason: 'no_answer', retryAfterSeconds: null } };
  }
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    ok: false,
    failure: {
      status: response.status,
      reason: await problemReason(response),
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    },
  };
}

async function problemReason(response: Response): Promise<string> {
  try {
    const problem: unknown = await response.json();
    if (typeof problem === 'object' && problem !== null && 'reason' in problem && typeof problem.reason === 'string') {
      return problem.reason;
    }
  } catch {
    // A proxy in front answered with a page of its own; the status still says what happened.
  }
  return `http_${response.status}`;
}
