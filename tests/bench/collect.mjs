// Durable acknowledgements per second, beside nginx writing the same body to its access log, in one run; then how fast
// the feeder turns the spool into rows that can be queried.
// The engine child is stopped (SIGSTOP) during the first part: what is measured is accepting, not storing.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchBytes } from '../golden/wire.mjs';

const kEvents = 10;
const instanceMarker = 'deadbeefdeadbeefdeadbeefdeadbeef';

/** Ten varied events of one visit, as the tracker sends them. The instance is where wrk writes a new number each time. */
export function tenEvents(site, host) {
  const base = Date.now();
  const page = (path) => `https://${host}${path}`;
  const common = { visitor: '5f0c1b6e9a7d4c21', session: 'a81be0c47d', consent: { analytics: 'granted', marketing: 'denied' } };
  const events = [
    { type: 'view', url: page('/lp/servo-wochen?awc=1001_1790000000_0123456789abcdef0123456789abcdef'), referrer: 'https://www.maschinen-vergleich.example/', title: 'Servo-Wochen' },
    { type: 'click', name: 'hero', url: page('/lp/servo-wochen') },
    { type: 'view', url: page('/produkte/servoantriebe'), title: 'Servoantriebe' },
    { type: 'view', url: page('/produkte/sv-40'), title: 'SV-40' },
    { type: 'event', name: 'configurator opened', url: page('/produkte/sv-40'), props: [{ key: 'series', value: 'SV-40' }] },
    { type: 'click', name: 'add to cart', url: page('/produkte/sv-40') },
    { type: 'step', funnel: 'checkout', step: 'cart', url: page('/warenkorb') },
    { type: 'step', funnel: 'checkout', step: 'address', url: page('/kasse/adresse') },
    { type: 'step', funnel: 'checkout', step: 'payment', url: page('/kasse/zahlung') },
    { type: 'conversion', name: 'order', value: '1290.50', currency: 'EUR', quantity: 2, order_id: 'A-1001', url: page('/danke-bestellung') },
  ];
  // As the tracker does: a text that occurs twice stands in the table.
  const strings = [];
  const reference = (value) => {
    if (typeof value !== 'string') return value;
    if (!strings.includes(value)) strings.push(value);
    return { ref: strings.indexOf(value) };
  };
  const recurring = ({ visitor, session, url, ...rest }) =>
    ({ ...rest, visitor: reference(visitor), session: reference(session), url: reference(url) });
  const described = events.map((event, seq) => recurring({ seq, time: seq, ...common, ...event }));
  return Buffer.from(batchBytes({ site, instance: instanceMarker, base, sent: 40, strings, events: described }));
}

const luaBytes = (bytes) => [...bytes].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('');

/** A wrk script that posts the batch with a fresh instance per request, so that no two carry the same event ids. */
function wrkScript(file, batch, headers) {
  const at = batch.indexOf(Buffer.from(instanceMarker, 'hex'));
  if (at < 0) throw new Error('the batch carries no instance');
  writeFileSync(file, `
local before, after = "${luaBytes(batch.subarray(0, at))}", "${luaBytes(batch.subarray(at + 16))}"
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
local count = 0
function request()
  count = count + 1
  -- The last four bytes give way to the event's number, so the count stands in front of them.
  local instance = string.format("%02d%010d....", number, count)
  return wrk.format("POST", nil, ${headers}, before .. instance .. after)
end
function done(summary, latency)
  io.write(string.format('RESULT {"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"bad":%d,"lost":%d}\\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
`);
}

function wrk(url, script, seconds) {
  const output = execFileSync('wrk', ['-t1', '-c64', `-d${seconds}s`, '--timeout', '10s', '-s', script, url], { encoding: 'utf8' });
  return JSON.parse(/RESULT (.*)/.exec(output)[1]);
}

async function nginxPeer(folder, script, seconds) {
  const port = 20000 + (process.pid % 20000);
  mkdirSync(join(folder, 'nginx'), { recursive: true });
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, `
worker_processes 1; pid ${folder}/nginx/pid; error_log ${folder}/nginx/error.log; daemon off; master_process on;
events { worker_connections 512; }
http {
  log_format body escape=none '$request_body'; access_log off;
  client_body_temp_path ${folder}/nginx/body; proxy_temp_path ${folder}/nginx/p; fastcgi_temp_path ${folder}/nginx/f;
  uwsgi_temp_path ${folder}/nginx/u; scgi_temp_path ${folder}/nginx/s; keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:${port}; root ${folder}/nginx; client_body_buffer_size 64k; client_body_in_single_buffer on;
    location = /v1/events { mirror /mirror; mirror_request_body on; access_log ${folder}/nginx/access.log body; try_files /none =204; }
    location = /mirror { internal; return 204; }
  }
}`);
  const nginx = spawn('nginx', ['-c', config, '-p', folder], { stdio: 'ignore' });
  try {
    await new Promise((next) => setTimeout(next, 700));
    const result = wrk(`http://127.0.0.1:${port}/v1/events`, script, seconds);
    return { ...result, logged: statSync(join(folder, 'nginx', 'access.log')).size };
  } finally {
    nginx.kill('SIGTERM');
    await new Promise((done) => nginx.on('exit', done));
  }
}

export async function measureCollect(house, seconds) {
  const folder = mkdtempSync(join(tmpdir(), 'etappe-bench-'));
  try {
    const batch = tenEvents(house.account.site_key, house.domain);
    const script = join(folder, 'post.lua');
    wrkScript(script, batch, `{["Content-Type"]="text/plain",["Origin"]="https://${house.domain}"}`);
    await house.firstRow();
    const peer = await nginxPeer(folder, script, seconds);
    const engine = house.enginePid();
    process.kill(engine, 'SIGSTOP');
    let ours;
    try {
      ours = wrk(`http://${house.endpoints.public}/v1/events`, script, seconds);
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    const rows = async () => Number((await house.query('SELECT count() FROM events'))[0][0]);
    const began = Date.now();
    const before = await rows();
    await house.flush(1800000);
    const drained = (Date.now() - began) / 1000;
    const loaded = (await rows()) - before;
    return { batch: batch.length, ours, peer, loaded, drained, events: ours.requests * kEvents };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
