// A whole Etappe for a measurement or a test: made in a new folder, started on free ports, stopped by its process id.
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Waits for a condition that is polled; its first truthy value. Throws after `limitMs`. */
export async function until(what, condition, limitMs = 60000) {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`gave up waiting for ${what}`);
    await new Promise((next) => setTimeout(next, 20));
  }
}

/** One HTTP exchange; `to` holds host and port, or socketPath. */
function exchange(to, method, path, body, headers) {
  return new Promise((done, failed) => {
    const call = http.request({ ...to, method, path, headers, timeout: 60000 }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() }));
      answer.on('error', failed);
    });
    call.on('timeout', () => call.destroy(new Error(`no answer to ${method} ${path}`)));
    call.on('error', failed);
    call.end(body);
  });
}

const address = (endpoint) => {
  const { hostname, port } = new URL(endpoint.includes('://') ? endpoint : `http://${endpoint}`);
  return { host: hostname, port };
};

export class House {
  /** Runs `etappe init` in a new folder; `site` says which site it begins with, as init's options. */
  constructor(etappe, domain, site = ['--site-domain', domain]) {
    this.etappe = resolve(etappe);
    this.domain = domain;
    this.folder = mkdtempSync(join(tmpdir(), 'etappe-house-'));
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
    this.account = JSON.parse(
      execFileSync(this.etappe, ['init', this.folder, ...site, '--json'], { encoding: 'utf8' }));
    this.said = '';
  }

  /** Starts `etappe serve`; returns when both listeners answer. */
  async start() {
    const file = join(this.folder, 'run', 'endpoints.json');
    rmSync(file, { force: true });
    const process_ = spawn(this.etappe,
      ['serve', '--config', join(this.folder, 'etappe.toml'), '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'],
      { stdio: ['ignore', 'ignore', 'pipe'] });
    process_.stderr.on('data', (text) => (this.said = (this.said + text).slice(-4000)));
    this.gone = new Promise((done) => process_.on('exit', (code, signal) => done(signal ?? code)));
    this.server = process_;
    await until('endpoints.json', () => {
      if (process_.exitCode !== null) throw new Error(`serve ended with ${process_.exitCode}:\n${this.said}`);
      return existsSync(file);
    });
    this.endpoints = JSON.parse(readFileSync(file, 'utf8'));
  }

  /** The process id of the running engine child, or undefined while there is none. */
  enginePid() {
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (Number(parent) === this.server.pid && state !== 'Z') return Number(entry);
      } catch {
        // The process ended while we looked.
      }
    }
    return undefined;
  }

  /** A request to the public listener. */
  public(method, path, body, headers = {}) {
    return exchange({ ...address(this.endpoints.public), agent: this.agent }, method, path, body, headers);
  }

  /** A request to the admin listener with the first account's token. */
  admin(method, path, body, headers = {}) {
    return exchange({ ...address(this.endpoints.admin), agent: this.agent }, method, path, body,
      { authorization: `Bearer ${this.account.token}`, ...headers });
  }

  /** Rows as arrays, asked of the engine itself. */
  async query(sql) {
    const { status, body } = await exchange({ socketPath: join(this.folder, 'run', 'engine.sock') }, 'POST',
      '/?default_format=JSONCompact', sql, {});
    if (status !== 200) throw new Error(body.slice(0, 500));
    return body ? JSON.parse(body).data : [];
  }

  /** Sends one event and waits for its row, so that the store and its tables are there. What rows call the site: its id. */
  async firstRow() {
    const event = { id: randomUUID(), t: 'view', ts: new Date().toISOString(), url: `https://${this.domain}/`, consent: { analytics: true } };
    const { status, body } = await this.public('POST', '/v1/events', JSON.stringify({ site: this.account.site_key, events: [event] }),
      { 'content-type': 'application/json' });
    if (status !== 204) throw new Error(`first event: ${status} ${body}`);
    await this.flush();
    return (await this.query('SELECT any(site) FROM events'))[0][0];
  }

  /** Returns when everything acknowledged so far can be queried; 503 is waited out. */
  async flush(limitMs = 120000) {
    await until('a flush', async () => {
      const { status, body } = await this.admin('POST', '/api/v1/flush', '');
      if (status >= 300 && status !== 503) throw new Error(`flush: ${status} ${body}`);
      return status !== 503;
    }, limitMs);
  }

  kill() {
    this.server.kill('SIGKILL');
    return this.gone;
  }

  /** SIGTERM; the exit status, or 'killed' when it took longer than 30 s. */
  async stop() {
    this.agent.destroy();
    if (!this.server || this.server.exitCode !== null || this.server.signalCode !== null) return undefined;
    this.server.kill('SIGTERM');
    const late = new Promise((next) => setTimeout(next, 30000, 'killed').unref());
    const ended = await Promise.race([this.gone, late]);
    if (ended === 'killed') await this.kill();
    return ended;
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
