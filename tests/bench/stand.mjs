// The stand that trackers are measured on: a shop, a partner's page and one collector for everybody, on one loopback port under three host
// names. The collector answers any path after a delay and writes down what it was sent; it judges nothing.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants, gunzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { readBatch } from '../wasm/read_batch.mjs';

const hosts = ['shop.test', 'stats.shop.test', 'partner.test'];

export const brotliSize = (text) => brotliCompressSync(Buffer.from(text),
  { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(text) } }).length;

/** Bodies as text: Etappe's batches as "[type name]" for each event, what is compressed or in base64 as it was before. */
function readable(body) {
  try {
    if (body[0] === 0xE7) return readBatch(body).events.map(({ type, name }) => `[${name ? `${type} ${name}` : type}]`).join(' ');
    const text = (body[0] === 0x1F && body[1] === 0x8B ? gunzipSync(body) : body).toString();
    const [, form] = text.match(/^data=([A-Za-z0-9%+/=_-]+)$/) ?? [];
    return form ? Buffer.from(decodeURIComponent(form), 'base64').toString() : text;
  } catch (error) {
    return `unreadable: ${error.message}`;
  }
}

export class Stand {
  static async open() {
    const stand = new Stand();
    stand.requests = [];  // {at, host, method, path, text, purpose}
    stand.delay = 0;
    stand.pages = {};  // path of the shop: what is there, or {html, headers}
    stand.peer = undefined;
    stand.server = createServer((request, answer) => stand.#answer(request, answer));
    await new Promise((done) => stand.server.listen(0, '127.0.0.1', done));
    const { port } = stand.server.address();
    [stand.shop, stand.collector, stand.partner] = hosts.map((host) => `http://${host}:${port}`);
    return stand;
  }

  #answer(request, answer) {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const [host] = (request.headers.host ?? '').split(':');
      const [path] = request.url.split('?');
      this.requests.push({ at: performance.now(), host, method: request.method, path: request.url, text: readable(Buffer.concat(chunks)),
        purpose: request.headers['sec-purpose'] ?? '', referer: request.headers.referer ?? '' });
      if (host === hosts[1]) return this.#collect(request, answer, path);
      const found = host === hosts[2] ? this.partnerPage ?? '<!doctype html><title>Partner</title><p>Partner' : this.pages[path];
      const { html, headers } = typeof found === 'object' ? found : { html: found };
      if (html === undefined) answer.writeHead(204).end();
      else answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(html);
    });
  }

  #collect(request, answer, path) {
    const cors = { 'access-control-allow-origin': request.headers.origin ?? '*', 'access-control-allow-credentials': 'true',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*', 'timing-allow-origin': '*' };
    if (path === this.peer?.path) {
      answer.writeHead(200, { ...cors, 'content-type': 'text/javascript; charset=utf-8' }).end(this.peer.script);
      return;
    }
    // A preflight is the browser's, and is answered at once.
    const delay = request.method === 'OPTIONS' ? 0 : this.delay;
    setTimeout(() => {
      if (path === '/v1/events') return answer.writeHead(204, cors).end();
      const known = this.peer?.answers.find(([pattern]) => pattern.test(path));
      answer.writeHead(200, { ...cors, 'content-type': 'application/json' }).end(known ? known[1] : '{}');
    }, delay);
  }

  /** How often a pattern occurs in what the collector was sent, by pages that `which` lets through. */
  count(pattern, which = () => true) {
    return this.requests.filter((request) => request.host === hosts[1] && request.method !== 'OPTIONS' && which(request))
      .reduce((sum, { method, path, text }) => sum + (`${method} ${path}\n${text}`.match(pattern)?.length ?? 0), 0);
  }

  /** The first request to a host and path, once it is there; undefined after `limitMs`. */
  async arrived(host, path, limitMs = 10000) {
    const end = performance.now() + limitMs;
    for (;;) {
      const found = this.requests.find((request) => request.host === host && request.path.startsWith(path));
      if (found || performance.now() > end) return found;
      await new Promise((next) => setTimeout(next, 5));
    }
  }

  /**
   * A browser as a visitor has it: pages may be kept for Back, and it says neither that it is driven by a program nor that it has no window,
   * which some trackers look for. The stand's hosts count as secure, as they would with a certificate.
   */
  launch(executablePath) {
    return chromium.launch({ executablePath, headless: true, args: this.flags(executablePath),
      ignoreDefaultArgs: ['--disable-back-forward-cache', '--enable-automation'] });
  }

  /** Opens an address in a browser that nobody drives, for as long as `work` takes: Chromium renders nothing ahead in a page that is. */
  async undriven(executablePath, url, work) {
    const profile = mkdtempSync(join(tmpdir(), 'etappe-profile-'));
    const browser = spawn(executablePath, ['--headless=new', `--user-data-dir=${profile}`, ...this.flags(executablePath), url], { stdio: 'ignore' });
    try {
      return await work();
    } finally {
      browser.kill('SIGTERM');
      if (browser.exitCode === null && browser.signalCode === null) await once(browser, 'exit');
      // Its helpers may write for a moment longer.
      await rm(profile, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
    }
  }

  flags(executablePath) {
    const [major] = execFileSync(executablePath, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).match(/\d+/);
    return [`--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`,
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--disable-blink-features=AutomationControlled',
      `--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1`).join(',')}`,
      `--unsafely-treat-insecure-origin-as-secure=${[this.shop, this.collector, this.partner].join(',')}`];
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}
