// The report `overview` over a million events, beside one full scan of the same rows by the same engine.
const kEvents = 1000000;

/** Rows as 28 days of a busy site would leave them: sessions of ten events, five channels, two per cent conversions. */
function fill(site) {
  return `
INSERT INTO events (site, key_day, id, type, ts, client_ts, received_at, link, visitor, session, url, host, path, name,
                    value, currency, weight, order_id, consent_analytics, touch, channel, source, medium, segment, record, enrich_version)
SELECT '${site}', toDate(at), generateUUIDv4(number), if(n = 9 AND s % 5 = 0, 'conversion', 'view'), at, at, at, 'linked',
       concat('v', toString(s % 70000)), concat('s', toString(s)), concat('https://bench.example/p/', toString(number % 400)), 'bench.example',
       concat('/p/', toString(number % 400)), if(n = 9 AND s % 5 = 0, 'order', ''),
       if(n = 9 AND s % 5 = 0, toDecimal64(number % 5000, 6), NULL), 'EUR', if(n = 9 AND s % 5 = 0, 'primary', ''),
       if(n = 9 AND s % 5 = 0, concat('o', toString(number)), ''), 'granted', n = 0,
       if(n = 0, ['Direct', 'Paid Search', 'Organic Search', 'Affiliates', 'Email'][1 + s % 5], ''), '', '',
       generateUUIDv4(), number % 1000000, 1
FROM (SELECT number, intDiv(number, 10) AS s, number % 10 AS n,
             toDateTime64(now() - (intDiv(number, 10) * 7919 % 2400000) + number % 10 * 20 - 30000, 3, 'UTC') AS at
      FROM numbers(${kEvents}))`;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function timed(times, action) {
  const taken = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await action();
    taken.push(performance.now() - began);
  }
  return { median: median(taken), min: Math.min(...taken), max: Math.max(...taken) };
}

export async function measureReports(house) {
  const site = house.account.site_key;
  await house.query(fill(await house.firstRow()));
  const day = (offset) => new Date(Date.now() - offset * 86400000).toISOString().slice(0, 10);
  const report = (name) => async () => {
    const { status, body } = await house.admin('GET', `/api/v1/sites/${site}/reports/${name}?from=${day(27)}&to=${day(0)}&compare=none`);
    if (status !== 200) throw new Error(`${name}: ${status} ${body.slice(0, 300)}`);
    return JSON.parse(body);
  };
  const scan = () => house.query('SELECT sum(cityHash64(id, type, ts, visitor, session, channel, name, value, order_id)) FROM events');
  await report('overview')();
  await scan();
  return {
    events: Number((await house.query('SELECT count() FROM events'))[0][0]),
    overview: await timed(7, report('overview')),
    channels: await timed(7, report('channels')),
    conversions: await timed(7, report('conversions')),
    scan: await timed(7, scan),
  };
}
