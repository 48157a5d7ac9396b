// Kills Etappe with SIGKILL under load, round after round, and then counts: every event that was acknowledged must be
// in the store exactly once, and nothing may be there that was never sent.
//   node tests/crash/crash.mjs --bin build/bin/etappe [--rounds 6] [--seed 1]
// Rounds take turns: the parent, the engine child, both. Senders repeat a batch whose answer they never saw, as the
// tracker does, so copies really arrive. Prints one line per round; exits 1 with the ids at fault.
import { spawn, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, existsSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    bin: { type: 'string', default: 'build/bin/etappe' },
    rounds: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    senders: { type: 'string', default: '8' },
  },
});
const etappe = resolve(options.bin);
const rounds = Number(options.rounds);
const targets = ['parent', 'engine', 'both'];

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const random = randomFrom(Number(options.seed));
const folder = mkdtempSync(join(tmpdir(), 'etappe-crash-'));
const config = join(folder, 'etappe.toml');
const account = JSON.parse(
  execFileSync(etappe, ['init', folder, '--site-domain', '127.0.0.1', '--json'], { encoding: 'utf8' }),
);

const until = async (what, condition, limitMs = 60000) => {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`gave up waiting for ${what}`);
    await new Promise((next) => setTimeout(next, 20));
  }
};

let server;
let endpoints;
let stderrTail = '';
async function start() {
  const file = join(folder, 'run', 'endpoints.json');
  rmSync(file, { force: true });
  server = spawn(etappe, ['serve', '--config', config, '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  server.stderr.on('data', (text) => (stderrTail = (stderrTail + text).slice(-4000)));
  server.gone = new Promise((done) => server.on('exit', (code, signal) => done(signal ?? code)));
  await until('endpoints.json', () => {
    if (server.exitCode !== null) throw new Error(`serve ended with ${server.exitCode}:\n${stderrTail}`);
    return existsSync(file);
  });
  endpoints = JSON.parse(readFileSync(file, 'utf8'));
}

/** The engine child of the running parent, or undefined while there is none. */
function enginePid() {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(parent) === server.pid && state !== 'Z') return Number(entry);
    } catch {
      // The process ended while we looked.
    }
  }
  return undefined;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
function request(base, method, path, body, headers = {}) {
  const url = new URL(path, base.includes('://') ? base : `http://${base}`);
  return new Promise((done, failed) => {
    const call = http.request(url, { method, agent, headers, timeout: 20000 }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => done({ status: answer.statusCode, body: Buffer.concat(chunks).toString() }));
      answer.on('error', failed);
    });
    call.on('timeout', () => call.destroy(new Error('timeout')));
    call.on('error', failed);
    call.end(body);
  });
}

let serial = 0;
function eventId() {
  const hex = createHash('sha256').update(`${options.seed}:${serial++}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const sent = new Set();
const acknowledged = new Set();
let repeats = 0;
let refusals = 0;
let running = true;
let open = true; // whether a parent is there to be asked

async function sender(index) {
  while (running) {
    const ids = Array.from({ length: 10 }, eventId);
    ids.forEach((id) => sent.add(id));
    const now = new Date().toISOString();
    const body = JSON.stringify({
      site: account.site_key,
      sent_at: now,
      events: ids.map((id, n) => ({
        id, t: 'view', ts: now, url: `http://127.0.0.1/p/${index}/${n}`, visitor: `v${index}`, session: `s${index}`,
        consent: { analytics: true },
      })),
    });
    for (let first = true; running; first = false) {
      if (!open) {
        await new Promise((next) => setTimeout(next, 20));
        continue;
      }
      if (!first) repeats++;
      try {
        const { status } = await request(endpoints.public, 'POST', '/v1/events', body, { 'content-type': 'application/json' });
        if (status === 204) {
          ids.forEach((id) => acknowledged.add(id));
          break;
        }
        refusals++;
        if (status !== 503 && status !== 429) throw new Error(`unexpected status ${status}`);
      } catch (error) {
        if (/unexpected/.test(error.message)) throw error;
      }
      await new Promise((next) => setTimeout(next, 10));
    }
  }
}

const query = (sql) =>
  new Promise((done, failed) => {
    const call = http.request(
      { socketPath: join(folder, 'run', 'engine.sock'), method: 'POST', path: '/?default_format=JSONCompact', timeout: 60000 },
      (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          answer.statusCode === 200 ? done(JSON.parse(text).data) : failed(new Error(text.slice(0, 500)));
        });
      },
    );
    call.on('error', failed);
    call.end(sql);
  });

let failure;
try {
  await start();
  const senders = Array.from({ length: Number(options.senders) }, (_, index) => sender(index));
  for (let round = 0; round < rounds; round++) {
    const target = targets[round % targets.length];
    const before = acknowledged.size;
    await until('acknowledgements', () => acknowledged.size > before + 200);
    // A moment that differs from round to round: in the middle of appends, manifests and inserts.
    await new Promise((next) => setTimeout(next, 100 + random() * 1400));
    const engine = await until('an engine child', enginePid);
    if (target !== 'engine') open = false;
    if (target !== 'parent') process.kill(engine, 'SIGKILL');
    if (target !== 'engine') {
      process.kill(server.pid, 'SIGKILL');
      await server.gone;
      await until('the orphaned engine to be gone', () => !existsSync(`/proc/${engine}`));
      await start();
      open = true;
    }
    console.log(`round ${round + 1}/${rounds}: killed ${target}; ${acknowledged.size} acknowledged so far`);
  }
  const before = acknowledged.size;
  await until('acknowledgements after the last kill', () => acknowledged.size > before + 200);
  running = false;
  await Promise.all(senders);

  const flushed = await until('a flush', async () => {
    const { status, body } = await request(endpoints.admin, 'POST', '/api/v1/flush', '', { authorization: `Bearer ${account.token}` });
    if (status === 503) return undefined;
    if (status >= 300) throw new Error(`flush: ${status} ${body}`);
    return status;
  }, 120000);
  const seen = new Map((await query('SELECT toString(id), count() FROM events FINAL GROUP BY id')).map(([id, n]) => [id, Number(n)]));
  const copies = Number((await query('SELECT count() - uniqExact(id) FROM events'))[0][0]);
  const records = Number((await query('SELECT count() - uniqExact(segment, record) FROM events'))[0][0]);
  const lost = [...acknowledged].filter((id) => !seen.has(id));
  const doubled = [...seen].filter(([, n]) => n !== 1).map(([id]) => id);
  const foreign = [...seen.keys()].filter((id) => !sent.has(id));
  console.log(
    `${acknowledged.size} acknowledged, ${seen.size} in the store (flush ${flushed}); ` +
      `${lost.length} lost, ${doubled.length} doubled, ${foreign.length} never sent; ` +
      `${repeats} batches repeated, ${refusals} answered 503, ${copies} copies by clients merged at reading, ` +
      `${records} records loaded twice`,
  );
  if (acknowledged.size < 200 * rounds) failure = 'too little load to prove anything';
  if (lost.length || doubled.length || foreign.length || records !== 0)
    failure = JSON.stringify({ lost: lost.slice(0, 5), doubled: doubled.slice(0, 5), foreign: foreign.slice(0, 5), records });
} catch (error) {
  failure = `${error.stack}\nserver said:\n${stderrTail}`;
} finally {
  running = false;
  agent.destroy();
  if (server && server.exitCode === null && server.signalCode === null) {
    server.kill('SIGTERM');
    const ended = await Promise.race([server.gone, new Promise((next) => setTimeout(next, 20000, 'not in 20 s'))]);
    if (ended !== 0 && !failure) failure = `SIGTERM: serve ended with ${ended}, wanted 0`;
    if (ended === 'not in 20 s') server.kill('SIGKILL');
  }
  if (!failure) rmSync(folder, { recursive: true, force: true });
}
if (failure) {
  console.error(`FAILED: ${failure}\ndata kept in ${folder}`);
  process.exit(1);
}
