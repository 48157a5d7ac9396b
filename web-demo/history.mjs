#!/usr/bin/env node
// Gives the demo site a past: some weeks of invented visits, as batches to a collector or as lines in a file.
//   ETAPPE_TOKEN=… node web-demo/history.mjs --collector http://127.0.0.1:8080 --site KEY   (scope ingest)
//   node web-demo/history.mjs --out FILE                                                   (one event a line)
// The same --end, --weeks and --seed give the same events with the same ids, so that a repeated run adds nothing.

import {createWriteStream} from 'node:fs';
import {Agent, request} from 'node:http';
import {parseArgs} from 'node:util';
import {randomFrom, visitsUntil} from './visits.mjs';

const usage = `usage: history.mjs (--collector URL --site KEY [--token TOKEN] | --out FILE) [--end TIME] [--weeks N] [--seed N]
  --collector URL  where to send it, e.g. http://127.0.0.1:8080
  --site KEY       the site's key
  --token TOKEN    bearer token with the scope ingest, so that events may be older than a day (ETAPPE_TOKEN)
  --out FILE       write one event a line instead; - is stdout
  --end TIME       when the history ends, RFC 3339 (now, to the minute)
  --weeks N        how long it is, 1 to 52 (8)
  --seed N         another history (1987)
`;

// Below the collector's limits of 64 KiB and 500 events, with room for the batch's own fields.
const maxBatchBytes = 60_000;
const maxBatchEvents = 400;
const inFlight = 8;
const attempts = 8;

function fail(message, code) {
  process.stderr.write(`history.mjs: ${message}\n`);
  process.exit(code);
}

function options() {
  let values;
  try {
    ({values} = parseArgs({options: Object.fromEntries(
      ['collector', 'site', 'token', 'out', 'end', 'weeks', 'seed'].map(name => [name, {type: 'string'}]).concat([['help', {type: 'boolean'}]]))}));
  } catch (error) {
    fail(`${error.message}\n${usage}`, 2);
  }
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  values.token ??= process.env.ETAPPE_TOKEN;
  if (!values.collector === !values.out) fail(`give either --collector or --out\n${usage}`, 2);
  if (values.collector && !(values.site && values.token)) fail('--collector needs --site, and --token or ETAPPE_TOKEN', 2);
  const end = values.end ? new Date(values.end) : new Date(Math.floor(Date.now() / 60_000) * 60_000);
  if (Number.isNaN(end.getTime())) fail(`--end: ${values.end} is not a time such as 2026-11-22T12:00:00Z`, 2);
  const weeks = Number(values.weeks ?? 8);
  const seed = Number(values.seed ?? 1987);
  if (!(Number.isInteger(weeks) && weeks >= 1 && weeks <= 52)) fail('--weeks: a whole number from 1 to 52', 2);
  if (!(Number.isInteger(seed) && seed >= 0)) fail('--seed: a whole number from 0', 2);
  return {...values, end, weeks, seed};
}

/** Cuts events into JSON batches within the limits. */
function* batchesOf(visits, site, seed) {
  const random = randomFrom(seed);
  const open = id => `{"site":${JSON.stringify(site)},"batch_id":"${id}","sent_at":"${new Date().toISOString()}","events":[`;
  const batchId = () => `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`;
  let parts = [];
  let bytes = 0;
  for (const events of visits) {
    for (const event of events) {
      const text = JSON.stringify(event);
      const size = Buffer.byteLength(text) + 1;
      if (parts.length === maxBatchEvents || bytes + size > maxBatchBytes) {
        yield {body: open(batchId()) + parts.join(',') + ']}', events: parts.length};
        parts = [];
        bytes = 0;
      }
      parts.push(text);
      bytes += size;
    }
  }
  if (parts.length > 0) yield {body: open(batchId()) + parts.join(',') + ']}', events: parts.length};
}

function post(url, agent, token, body) {
  return new Promise((done, failed) => {
    const call = request(url, {
      method: 'POST', agent, timeout: 30_000,
      headers: {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), Authorization: `Bearer ${token}`},
    }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', part => (text += part)).on('error', failed);
      answer.on('end', () => done({status: answer.statusCode, retryAfter: Number(answer.headers['retry-after']), text}));
    });
    call.on('timeout', () => call.destroy(new Error('no answer within 30 s')));
    call.on('error', failed);
    call.end(body);
  });
}

/** Sends one batch until it is durable. Busy (429, 503) and broken connections are tried again; a refusal is final. */
async function deliver(url, agent, token, body) {
  for (let attempt = 1; ; ++attempt) {
    let pause = Math.min(5000, 100 * 2 ** attempt);
    try {
      const {status, retryAfter, text} = await post(url, agent, token, body);
      if (status === 200) {
        const {rejected} = JSON.parse(text);
        if (rejected.length > 0) throw new Refused(`${rejected.length} events refused, the first as ${rejected[0].reason}`);
        return;
      }
      if (status !== 429 && status !== 503) throw new Refused(`${status} ${text.slice(0, 300)}`);
      if (attempt === attempts) throw new Refused(`still ${status} after ${attempts} attempts`);
      if (retryAfter >= 0) pause = Math.min(5000, retryAfter * 1000);
    } catch (error) {
      if (error instanceof Refused || attempt === attempts) throw error;
    }
    await new Promise(next => setTimeout(next, pause));
  }
}

class Refused extends Error {}

function progress(total) {
  const shown = process.stderr.isTTY;
  let sent = 0;
  return {
    add(count) {
      const before = Math.floor((sent * 50) / total);
      sent += count;
      const now = Math.floor((sent * 50) / total);
      if (shown && now !== before) process.stderr.write(`\r[${'#'.repeat(now).padEnd(50)}] ${sent} of ${total} events`);
    },
    end: () => shown && process.stderr.write('\n'),
  };
}

async function send(visits, {collector, site, token, seed}) {
  const url = new URL('/v1/events?detail=1', collector);
  const agent = new Agent({keepAlive: true, maxSockets: inFlight});
  const bar = progress(visits.reduce((sum, events) => sum + events.length, 0));
  const batches = batchesOf(visits, site, seed);
  const sender = async () => {
    for (const {body, events} of batches) {
      await deliver(url, agent, token, body);
      bar.add(events);
    }
  };
  try {
    await Promise.all(Array.from({length: inFlight}, sender));
  } finally {
    bar.end();
    agent.destroy();
  }
}

async function write(visits, name) {
  const out = name === '-' ? process.stdout : createWriteStream(name);
  const failed = new Promise((_, reject) => out.on('error', reject));
  for (const events of visits) {
    const room = out.write(events.map(event => JSON.stringify(event) + '\n').join(''));
    if (!room) await Promise.race([failed, new Promise(next => out.once('drain', next))]);
  }
  if (out !== process.stdout) await Promise.race([failed, new Promise(done => out.end(done))]);
}

const settings = options();
const visits = visitsUntil(settings.end, settings);
try {
  if (settings.collector) await send(visits, settings);
  else await write(visits, settings.out);
} catch (error) {
  fail(`${settings.collector ?? settings.out}: ${error.message}`, 1);
}
const events = visits.flat();
const orders = events.filter(e => e.t === 'conversion' && e.weight === 'primary').length;
process.stderr.write(`${visits.length} visits with ${events.length} events and ${orders} conversions up to ${settings.end.toISOString()}\n`);
