// The figures of the design's mock (Nordwerk Antriebe, 26.10.–22.11.2026) as answers of /api/v1, shaped by docs/openapi.json.
// Names may be replaced by hostile ones: everything a visitor or a user can write.

const kSessions = [842, 822, 783, 831, 691, 234, 234, 790, 971, 893, 848, 797, 244, 226, 881, 920, 917, 900, 865, 223,
  220, 864, 940, 911, 840, 807, 220, 118];
const kSessionsBefore = [777, 846, 760, 752, 674, 225, 224, 842, 889, 800, 849, 698, 235, 216, 863, 840, 806, 817, 689,
  212, 227, 843, 806, 810, 806, 769, 242, 214];
const kChannels = [
  ['Paid Search', 5214, 89, 62765, 93], ['Organic Search', 4876, 54, 42999, 52], ['Direct', 3391, 141, 125215, 127],
  ['Email', 1402, 55, 44947, 50], ['Referral', 1187, 11, 7130, 12], ['Affiliates', 1046, 71, 66881, 51],
  ['Display', 742, 1, 1017, 2], ['Organic Social', 603, 4, 4737, 3], ['AI Assistant', 371, 6, 4195, 4],
];
const kTotals = { conversions: 432, conversions_previous: 394, value: 359886, value_previous: 341207, visitors: 14210, visitors_previous: 13488 };
const kSources = {
  'Affiliates': [['awin', 'affiliate'], ['adcell', 'affiliate']], 'Paid Search': [['google', 'cpc'], ['bing', 'cpc']],
  'Direct': [['(direct)', '(none)']], 'Email': [['newsletter', 'email']],
};

export const kHostile = [
  '<img src=x onerror="window.__pwned=1">', '"><script>window.__pwned=1</script>', "javascript:window.__pwned=1",
  '{{constructor.constructor("window.__pwned=1")()}}', '<svg/onload=window.__pwned=1>', '\u202Etxt.exe </textarea><b>x</b>',
];

/** Splits a whole number by weights; the parts add up to it. */
export function share(total, weights) {
  const sum = weights.reduce((a, b) => a + b, 0);
  let given = 0;
  let seen = 0;
  return weights.map((weight) => {
    seen += weight;
    const upTo = Math.round((total * seen) / sum);
    const part = upTo - given;
    given = upTo;
    return part;
  });
}

const day = (start, index) => new Date(Date.parse(`${start}T00:00:00Z`) + index * 86400000).toISOString().slice(0, 10);
const money = (value) => value.toFixed(2);
const column = (name, unit) => ({ name, unit });
const unitOf = { day: 'day', previous_day: 'day', channel: 'channel', weight: 'weight', last_fired: 'time', name: 'text', source: 'text', medium: 'text', step: 'text', version: 'text', region: 'text', device: 'text', uncounted_estimate: 'share', conversions_change: 'share', average_value: 'money', median_seconds_to_next: 'seconds' };
const columns = (...names) => names.map((name) => column(name,
  unitOf[name] ?? (/value/.test(name) ? 'money' : /rate/.test(name) ? 'share' : 'count')));
const ratio = (part, whole) => (whole ? part / whole : null);

const kTracker = { enabled: true, listeners: ['links', 'engagement', 'impressions'], url: 'actual', routes: 'history', downloads: ['pdf'],
  impression: { percent: 50, milliseconds: 1000 }, link_domains: [], redact: [], new_session_on_campaign: true, retry_storage: true, id_cookie: 'server' };

export function site(hostile) {
  return {
    key: 's7n0rdwerk', name: hostile ? kHostile[0] : 'Nordwerk Antriebe', domains: [hostile ? kHostile[1] : 'nordwerk.example', 'localhost'],
    zone: 'Europe/Berlin', currency: 'EUR', demo: true,
    snippet: '<script>window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}</script>\n'
      + '<script async src="https://track.nordwerk.example/t/s7n0rdwerk.js"></script>', tracker: kTracker,
    funnels: [{ id: 'inquiry', name: hostile ? kHostile[2] : 'Angebotsanfrage' }, { id: 'order', name: 'Bestellung' }],
  };
}

export const kSecondSite = {
  key: 'zweite', name: 'Nordwerk Ersatzteile', domains: ['teile.nordwerk.example'], zone: 'Europe/Berlin', currency: 'EUR',
  demo: false, snippet: '<script async src="https://track.nordwerk.example/t/zweite.js"></script>', tracker: kTracker, funnels: [],
};

const kLiveNow = Date.parse('2026-11-22T13:32:05Z');
const kVerdict = { success: false, subject: '', advice: 'What to do.', remarks: [] };

/**
 * What was just seen. `shape`: busy, silent, checked (a page that was opened for a check and waits for consent).
 * `cause` is the verdict's, null without a check; `later` moves the collector's clock on.
 */
export function liveView({ shape, cause, subject = '', hostile = false, later = 0 }) {
  const now = kLiveNow + later;
  const none = { type: 'view', name: '', host: 'nordwerk.example', path: '/', analytics: 'granted', marketing: 'denied', campaign: false, rejected: null };
  const events = shape !== 'busy' ? [] : [
    { ...none, at: now - 900, path: '/lp/servo-wochen', campaign: true, marketing: 'granted' },
    { ...none, at: now - 2300, type: 'conversion', name: hostile ? kHostile[0] : 'Angebotsanfrage', path: '/kontakt/danke' },
    { at: now - 8100, type: null, name: '', host: '', path: '', analytics: 'undetermined', marketing: 'undetermined', campaign: false, rejected: 'bad_value' },
    ...Array.from({ length: 47 }, (_, i) => ({ ...none, at: now - 10000 - i * 1700, type: ['view', 'click', 'engagement', 'step'][i % 4], name: i % 4 === 1 ? 'button' : '', path: `/produkte/servomotor-${i}` })),
  ];
  return {
    site: 's7n0rdwerk', now, published: 'tracking',
    minutes: Array.from({ length: 30 }, (_, i) => (shape === 'busy' ? (i * 7) % 23 : 0)),
    events,
    refusals: shape === 'busy' ? [{ reason: 'origin_refused', host: hostile ? kHostile[1] : 'nordwerk.test', count: 3, last: now - 60000 }] : [],
    scripts: shape === 'silent' ? [] : [{ host: 'nordwerk.example', count: 12, last: now - 800 }],
    wrong_scripts: shape === 'busy' ? [{ key: 'old99', host: 'alt.nordwerk.example', count: 1, last: now - 90000 }] : [],
    reports: shape === 'checked'
      ? [{ at: now - 500, host: 'nordwerk.example', engine: 'wasm', analytics: 'undetermined', marketing: 'undetermined', violated: null, events: 0, container: 3 }] : [],
    verdict: cause === null ? null
      : { ...kVerdict, cause, subject: hostile ? kHostile[0] : subject, success: cause === 'receiving' || cause === 'no_consent_yet' },
  };
}

/** What the server finds on a page, with or without the snippet. */
export function checkAnswer({ url, cause, found }) {
  return {
    site: 's7n0rdwerk',
    page: {
      trouble: null, url, host: new URL(url).host, status: 200,
      snippets: found ? [{ key: 's7n0rdwerk', collector: 'https://track.nordwerk.example' }] : [], right_snippets: found ? 1 : 0,
      inline: false, stale: false, policy: false, allows: { script: true, connection: true, wasm: true }, cache_control: '', age_seconds: null,
    },
    verdict: { ...kVerdict, cause, success: cause === 'receiving' || cause === 'no_consent_yet' },
  };
}

/** The answer to one report question. `shape`: ok, nothing_recorded, nothing_in_period. */
export function report(name, { from, to, compare, funnel, shape, hostile, sql }) {
  const compared = compare !== 'none';
  const empty = shape !== 'ok';
  const head = {
    report: name, site: 's7n0rdwerk', from, to, zone: 'Europe/Berlin', currency: 'EUR', demo: true,
    as_of: '2026-11-22T13:32:05Z', incomplete_day: to >= '2026-11-22' ? '2026-11-22' : null,
    recorded_from: shape === 'nothing_recorded' ? null : '2026-09-28',
    comparison: compared && name !== 'consent' ? { kind: 'previous', ...previous(from, to), until: '2026-10-25T13:32:05Z' } : null,
    state: shape, nearest_day: shape === 'nothing_in_period' ? '2026-10-26' : null,
    consent: { coverage: empty ? null : 0.7118, page_views_granted: empty ? 0 : 61022, page_views: empty ? 0 : 85730, policy: name === 'consent' ? 'cookieless' : 'block',
      script_loads: empty ? 0 : 31200, recorded_loads: empty ? 0 : 18720, uncounted_estimate: empty ? null : 0.4 },
    other_currencies: empty ? [] : [{ currency: 'CHF', conversions: 1, value: '129.90' }],
    notes: empty ? [] : [
      { code: 'session_model', text: 'Conversions belong to the channel of their session.', data: {} },
      { code: 'order_counted_once', text: '2 repeated conversion(s) of an order already counted are left out.', data: { conversions: 2 } },
    ],
  };
  if (sql) head.sql = [{ name: 'overview', sql: 'SELECT count() FROM events WHERE site = {site:String}', parameters: { site: hostile ? kHostile[0] : 's7n0rdwerk' } }];
  const parts = { overview: () => overview(from, to, compared, empty), channels: () => channels(from, to, compared, empty, hostile),
    conversions: () => conversions(from, to, compared, empty, hostile), funnel: () => funnelTable(compared, empty, hostile, funnel), consent: () => consent(from, to, empty, hostile) };
  const body = { ...head, ...parts[name]() };
  if (name === 'overview') {
    body.channels = channelTable(compared, empty);
    body.funnel = funnelTable(compared, empty, hostile, null);
  }
  return body;
}

function previous(from, to) {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86400000) + 1;
  const shift = Math.ceil(days / 7) * 7;
  return { from: day(from, -shift), to: day(to, -shift), shift_days: shift };
}

/** One entry per day of the period; the four weeks of the mock repeat. */
function daily(from, to) {
  const count = Math.round((Date.parse(to) - Date.parse(from)) / 86400000) + 1;
  const shift = ((Math.round((Date.parse(from) - Date.parse('2026-10-26')) / 86400000) % 28) + 28) % 28;
  const at = (list, index) => list[(index + shift) % 28];
  return Array.from({ length: count }, (_, index) => ({ day: day(from, index), sessions: at(kSessions, index), before: at(kSessionsBefore, index) }));
}

function overview(from, to, compared, empty) {
  const days = daily(from, to).map((each) => (empty ? { ...each, sessions: 0, before: 0 } : each));
  const weights = days.map(({ sessions }) => sessions + 1);
  const conversions = share(empty ? 0 : kTotals.conversions, weights);
  const before = share(empty ? 0 : kTotals.conversions_previous, days.map((each) => each.before + 1));
  const value = share(empty ? 0 : kTotals.value, weights);
  const valueBefore = share(empty ? 0 : kTotals.value_previous, days.map((each) => each.before + 1));
  const { shift_days: shift } = previous(from, to);
  const old = (cell) => (compared ? cell : null);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  const sessions = sum(days.map((each) => each.sessions));
  const sessionsBefore = sum(days.map((each) => each.before));
  return {
    columns: columns('day', 'sessions', 'visitors', 'page_views', 'conversions', 'conversion_rate', 'conversion_value', 'previous_day',
      'sessions_previous', 'visitors_previous', 'page_views_previous', 'conversions_previous', 'conversion_rate_previous', 'conversion_value_previous'),
    rows: days.map((each, index) => [
      each.day, each.sessions, Math.round(each.sessions * 0.86), each.sessions * 4, conversions[index], ratio(conversions[index], each.sessions), money(value[index]),
      old(day(each.day, -shift)), old(each.before), old(Math.round(each.before * 0.86)), old(each.before * 4), old(before[index]),
      old(ratio(before[index], each.before)), old(money(valueBefore[index])),
    ]),
    totals: {
      sessions, visitors: empty ? 0 : kTotals.visitors, page_views: sessions * 4, conversions: sum(conversions),
      conversion_rate: ratio(sum(conversions), sessions), conversion_value: money(sum(value)),
      sessions_previous: old(sessionsBefore), visitors_previous: old(empty ? 0 : kTotals.visitors_previous), page_views_previous: old(sessionsBefore * 4),
      conversions_previous: old(sum(before)), conversion_rate_previous: old(ratio(sum(before), sessionsBefore)), conversion_value_previous: old(money(sum(valueBefore))),
    },
  };
}

function channelTable(compared, empty) {
  const rows = empty ? [] : kChannels;
  const valueBefore = share(kTotals.value_previous, kChannels.map(([, , , value]) => value));
  const old = (cell) => (compared ? cell : null);
  const sum = (index) => rows.reduce((total, row) => total + row[index], 0);
  return {
    columns: columns('channel', 'sessions', 'conversions', 'conversion_rate', 'conversion_value', 'sessions_previous', 'conversions_previous', 'conversion_value_previous', 'conversions_change'),
    rows: rows.map(([channel, sessions, conversions, value, before], index) => [
      channel, sessions, conversions, ratio(conversions, sessions), money(value), old(Math.round(sessions * 0.94)), old(before), old(money(valueBefore[index])),
      compared && Math.max(conversions, before) >= 10 ? conversions / before - 1 : null,
    ]),
    totals: {
      sessions: sum(1), conversions: sum(2), conversion_rate: ratio(sum(2), sum(1)), conversion_value: money(sum(3)), sessions_previous: old(empty ? 0 : 17731),
      conversions_previous: old(sum(4)), conversion_value_previous: old(money(empty ? 0 : kTotals.value_previous)), conversions_change: compared && !empty ? sum(2) / sum(4) - 1 : null,
    },
  };
}

function channels(from, to, compared, empty, hostile) {
  const rows = empty ? [] : kChannels;
  const days = daily(from, to);
  const weights = days.map(({ sessions }) => sessions);
  return {
    ...channelTable(compared, empty),
    breakdown: {
      columns: columns('channel', 'source', 'medium', 'sessions', 'conversions', 'conversion_rate', 'conversion_value'),
      rows: rows.flatMap(([channel, sessions, conversions, value]) => {
        const sources = hostile ? [[kHostile[0], kHostile[4]], [kHostile[3], kHostile[2]]] : (kSources[channel] ?? [[channel.toLowerCase(), 'other']]);
        const parts = [share(sessions, sources.map((_, i) => 3 - i)), share(conversions, sources.map((_, i) => 3 - i)), share(value, sources.map((_, i) => 3 - i))];
        return sources.map(([source, medium], i) => [channel, source, medium, parts[0][i], parts[1][i], ratio(parts[1][i], parts[0][i]), money(parts[2][i])]);
      }),
    },
    series: {
      columns: columns('day', 'channel', 'sessions', 'conversions', 'conversion_value'),
      rows: rows.flatMap(([channel, sessions, conversions, value], place) => {
        const own = weights.map((weight, index) => weight * (1 + 0.25 * Math.sin(index * 0.7 + place)));
        const [s, c, v] = [share(sessions, own), share(conversions, own), share(value, own)];
        return days.map((each, index) => [each.day, channel, s[index], c[index], money(v[index])]).filter(([, , sessionCount]) => sessionCount > 0);
      }),
    },
  };
}

const kConsentFigures = ['grants', 'marketing_grants', 'script_loads', 'recorded_loads', 'grant_rate_estimate', 'uncounted_estimate'];

function consentTable(first, lines) {
  const figures = ([grants, loads, recorded]) => [grants, Math.round(grants * 0.6), loads, recorded, ratio(recorded, loads), ratio(loads - recorded, loads)];
  const sum = [0, 1, 2].map((at) => lines.reduce((all, [, ...line]) => all + line[at], 0));
  return {
    columns: columns(first, ...kConsentFigures),
    rows: lines.map(([key, ...line]) => [key, ...figures(line)]),
    totals: Object.fromEntries(figures(sum).map((cell, index) => [kConsentFigures[index], cell])),
  };
}

function consent(from, to, empty, hostile) {
  const days = empty ? [] : daily(from, to).map((each) => [each.day, Math.round(each.sessions / 3), each.sessions * 2, Math.round(each.sessions * 1.2)]);
  return {
    ...consentTable('day', days),
    by_version: consentTable('version', empty ? [] : [['', 12, 40, 11], [hostile ? kHostile[0] : '2026-10', 2100, 9000, 4500], ['2026-11', 4200, 22160, 14209]]),
    by_region: consentTable('region', empty ? [] : [['', 10, 30, 8], ['DE', 5000, 25000, 15000], ['US-CA', 1302, 6170, 3712]]),
    by_device: consentTable('device', empty ? [] : [['', 2, 3, 1], ['desktop', 3800, 17000, 11000], ['phone', 2310, 13000, 7200], ['tablet', 200, 1197, 519]]),
  };
}

const kConversions = [
  ['Bestellung', 'primary', 121, 262410.5, '2026-11-22T13:11:40Z', 113, 250020], ['Angebotsanfrage', 'primary', 268, 97475.5, '2026-11-22T12:59:02Z', 241, 91187],
  ['Rückruf', 'primary', 43, 0, '2026-11-18T15:20:11Z', 40, 0], ['E-Book', 'micro', 212, 0, '2026-11-22T13:30:55Z', 198, 0],
  ['Newsletter', 'micro', 88, 0, '2026-11-22T10:02:01Z', 91, 0],
];

function conversions(from, to, compared, empty, hostile) {
  const rows = empty ? [] : kConversions.map(([name, ...rest], index) => [hostile ? kHostile[index % kHostile.length] : name, ...rest]);
  const old = (cell) => (compared ? cell : null);
  const sum = (weight, index) => rows.filter((row) => row[1] === weight).reduce((total, row) => total + row[index], 0);
  const days = daily(from, to);
  return {
    columns: columns('name', 'weight', 'conversions', 'conversion_value', 'average_value', 'last_fired', 'conversions_previous', 'conversion_value_previous'),
    rows: rows.map(([name, weight, count, value, last, before, valueBefore]) => [
      name, weight, count, money(value), money(value / count), last, old(before), old(money(valueBefore))]),
    totals: {
      conversions: sum('primary', 2), conversion_value: money(sum('primary', 3)), average_value: empty ? null : money(sum('primary', 3) / sum('primary', 2)),
      micro_conversions: sum('micro', 2), conversions_previous: old(sum('primary', 5)), conversion_value_previous: old(money(sum('primary', 6))),
      micro_conversions_previous: old(sum('micro', 5)),
    },
    series: {
      columns: columns('day', 'name', 'weight', 'conversions', 'conversion_value'),
      rows: rows.flatMap(([name, weight, count, value]) => {
        const counts = share(count, days.map(({ sessions }) => sessions));
        const values = share(Math.round(value), days.map(({ sessions }) => sessions));
        return days.flatMap((each, index) => (counts[index] ? [[each.day, name, weight, counts[index], money(values[index])]] : []));
      }),
    },
  };
}

function funnelTable(compared, empty, hostile, funnel) {
  const order = funnel === 'order';
  const steps = order
    ? [['Warenkorb', 611, 140, 580], ['Kasse', 304, 190, 290], ['Bestellung abgeschlossen', 121, null, 113]]
    : [['Produktseite gesehen', 6412, 110, 6170], ['Artikel auf die Anfrageliste', 1983, 380, 1875], ['Formular begonnen', 742, 185, 690], ['Anfrage gesendet', 268, null, 241]];
  const rows = steps.map(([name, visitors, seconds, before], index) => {
    const [now, next, prior] = [empty ? 0 : visitors, empty ? 0 : steps[index + 1]?.[1], empty ? 0 : steps[index - 1]?.[1]];
    const last = index === steps.length - 1;
    return [hostile ? kHostile[index % kHostile.length] : name, now, index === 0 ? null : ratio(now, prior), ratio(now, empty ? 0 : steps[0][1]),
      last ? null : now - next, last ? null : ratio(now - next, now), last || empty ? null : seconds, compared ? (empty ? 0 : before) : null];
  });
  const [first, end] = [rows[0][1], rows.at(-1)[1]];
  const [firstBefore, endBefore] = [rows[0][7], rows.at(-1)[7]];
  return {
    funnel: { id: order ? 'order' : 'inquiry', name: hostile ? kHostile[2] : order ? 'Bestellung' : 'Angebotsanfrage', window_days: 7, order: 'ordered' },
    columns: columns('step', 'visitors', 'rate_from_previous', 'rate_from_first', 'drop_off', 'drop_off_rate', 'median_seconds_to_next', 'visitors_previous'),
    rows,
    totals: {
      visitors: first, completed: end, completion_rate: ratio(end, first), median_seconds: empty ? null : 812.5, visitors_previous: firstBefore,
      completed_previous: endBefore, completion_rate_previous: compared ? ratio(endBefore, firstBefore) : null,
    },
  };
}

const kReceipt = { site: 's7n0rdwerk', kind: 'visitor', gone_at: null, shared_visitors: 0 };
const places = (events, rejected) => [{ place: 'events', erased: events }, { place: 'events_rejected', erased: rejected },
  { place: 'live_view', left: 0, rule: 'holds no ids' }];

/** The receipts of a site: one that waits, where `waiting`, and two that are carried out. */
export function erasures(waiting) {
  return { erasures: [
    ...(waiting ? [{ ...kReceipt, receipt: '2f1f3b0e-7a3c-4c27-9d3f-0a4a3f1f9b11', reason: 'ui', state: 'open', ordered_at: '2026-11-22T13:32:00Z',
      erased_at: null, visitors: null, shared_visitors: null, places: places(null, null) }] : []),
    { ...kReceipt, receipt: '7d0c2a4e-11f0-4b52-8a77-5f1d0c9e2b33', reason: 'withdrawal', state: 'erased', ordered_at: '2026-11-22T12:10:41Z',
      erased_at: '2026-11-22T12:10:49Z', visitors: 2, places: places(42, 0) },
    { ...kReceipt, receipt: 'c4e8b1d2-6f35-4d0a-9b6e-3a2f7c8d1e44', kind: 'person', reason: 'erase_command', state: 'gone', ordered_at: '2026-11-20T08:02:13Z',
      erased_at: '2026-11-20T08:02:20Z', gone_at: '2026-11-20T08:07:02Z', visitors: 1, shared_visitors: 1, places: places(1310, 1) },
  ] };
}

/** What is stored about a person; nothing for the visitor `nobody`. */
export function subject(asked, hostile) {
  const isPerson = 'person' in asked;
  const rows = asked.visitor === 'nobody' ? [] : Array.from({ length: 42 }, (_, index) => ({
    site: 's7n0rdwerk', id: `00000000-0000-7000-8000-0000000000${String(index + 10)}`, type: index % 7 === 3 ? 'conversion' : 'view',
    ts: new Date(Date.UTC(2026, 10, 1 + (index >> 1), 9, index)).toISOString(), host: 'nordwerk.example',
    path: hostile ? '/"><img src=x onerror=alert(1)>' : '/lp/servo-wochen', name: index % 7 === 3 ? 'Angebotsanfrage' : '', visitor: '8c1f7a52e0b94d36' }));
  return {
    site: 's7n0rdwerk', kind: isPerson ? 'person' : 'visitor', hash: '5f0d3c7b9a1e4826b07c5d1f2a3e4b6c',
    visitors: rows.length > 0 ? ['8c1f7a52e0b94d36'] : [], shared_visitors: isPerson ? ['shared-1'] : [],
    places: {
      events: { rows, complete: true },
      events_rejected: { rows: isPerson ? [{ reason: 'bad_version', bytes: '09' }] : [] },
      spool: { rows: [], rule: 'what was on its way was stored before this answer' },
      erasures: { receipts: [] },
    },
  };
}
