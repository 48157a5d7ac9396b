// Kills Etappe with SIGKILL under load, round after round, and then counts: every event that was acknowledged must be
// in the store exactly once, and nothing may be there that was never sent.
//   node tests/crash/crash.mjs --bin build/bin/etappe [--rounds 6] [--seed 1]
// Rounds take turns: the parent, the engine child, both. Senders repeat a batch whose answer they never saw, as the
// tracker does, so copies really arrive. Prints one line per round; exits 1 with the ids at fault.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { House, until } from '../house.mjs';

const { values: options } = parseArgs({
  options: {
    bin: { type: 'string', default: 'build/bin/etappe' },
    rounds: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    senders: { type: 'string', default: '8' },
  },
});
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
const house = new House(options.bin, '127.0.0.1');

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
      site: house.account.site_key,
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
        const { status } = await house.public('POST', '/v1/events', body, { 'content-type': 'application/json' });
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

let failure;
try {
  await house.start();
  const senders = Array.from({ length: Number(options.senders) }, (_, index) => sender(index));
  for (let round = 0; round < rounds; round++) {
    const target = targets[round % targets.length];
    const before = acknowledged.size;
    await until('acknowledgements', () => acknowledged.size > before + 200);
    // A moment that differs from round to round: in the middle of appends, manifests and inserts.
    await new Promise((next) => setTimeout(next, 100 + random() * 1400));
    const engine = await until('an engine child', () => house.enginePid());
    if (target !== 'engine') open = false;
    if (target !== 'parent') process.kill(engine, 'SIGKILL');
    if (target !== 'engine') {
      await house.kill();
      await until('the orphaned engine to be gone', () => !existsSync(`/proc/${engine}`));
      await house.start();
      open = true;
    }
    console.log(`round ${round + 1}/${rounds}: killed ${target}; ${acknowledged.size} acknowledged so far`);
  }
  const before = acknowledged.size;
  await until('acknowledgements after the last kill', () => acknowledged.size > before + 200);
  running = false;
  await Promise.all(senders);

  await house.flush();
  const seen = new Map((await house.query('SELECT toString(id), count() FROM events FINAL GROUP BY id')).map(([id, n]) => [id, Number(n)]));
  const copies = Number((await house.query('SELECT count() - uniqExact(id) FROM events'))[0][0]);
  const records = Number((await house.query('SELECT count() - uniqExact(segment, record) FROM events'))[0][0]);
  const lost = [...acknowledged].filter((id) => !seen.has(id));
  const doubled = [...seen].filter(([, n]) => n !== 1).map(([id]) => id);
  const foreign = [...seen.keys()].filter((id) => !sent.has(id));
  console.log(
    `${acknowledged.size} acknowledged, ${seen.size} in the store; ` +
      `${lost.length} lost, ${doubled.length} doubled, ${foreign.length} never sent; ` +
      `${repeats} batches repeated, ${refusals} answered 503, ${copies} copies by clients merged at reading, ` +
      `${records} records loaded twice`,
  );
  if (acknowledged.size < 200 * rounds) failure = 'too little load to prove anything';
  if (lost.length || doubled.length || foreign.length || records !== 0)
    failure = JSON.stringify({ lost: lost.slice(0, 5), doubled: doubled.slice(0, 5), foreign: foreign.slice(0, 5), records });
} catch (error) {
  failure = `${error.stack}\nserver said:\n${house.said}`;
} finally {
  running = false;
  const ended = await house.stop();
  if (ended !== 0 && !failure) failure = `SIGTERM: serve ended with ${ended}, wanted 0`;
}
if (failure) {
  console.error(`FAILED: ${failure}\ndata kept in ${house.folder}`);
  process.exit(1);
}
house.remove();
