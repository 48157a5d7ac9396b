// A running `etappe serve` for tests, and what it has stored.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { bin, succeed } from './etappe.mjs';
import { until } from '../../house.mjs';

export const free = ['--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0'];

/** A running server; ended with the test, before its folder is removed. */
export class Serve {
  constructor(at, args = free) {
    this.at = at;
    this.said = '';
    this.process = spawn(bin, ['serve', '--config', at.file, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.process.stderr.on('data', (text) => (this.said += text));
    this.ended = once(this.process, 'close').then(([code, signal]) => signal ?? code);
    at.guests.push(async () => {
      this.process.kill('SIGKILL');
      await this.ended;
    });
  }

  async ready() {
    const file = join(this.at.path, 'run/endpoints.json');
    await until('endpoints.json', () => {
      assert.equal(this.process.exitCode, null, this.said);
      return existsSync(file);
    });
    this.endpoints = JSON.parse(readFileSync(file, 'utf8'));
    return this;
  }

  async ask(listener, method, path, body, headers = {}) {
    const [host, port] = this.endpoints[listener].split(':');
    const call = http.request({ host, port, method, path, headers, agent: false });
    call.end(body);
    const [answer] = await once(call, 'response');
    let text = '';
    for await (const piece of answer) text += piece;
    return { status: answer.statusCode, headers: answer.headers, text };
  }

  send(...events) {
    return this.ask('public', 'POST', '/v1/events', JSON.stringify({ site: this.at.site_key, events }),
      { 'content-type': 'application/json', origin: 'https://shop.example' });
  }

  admin(method, path, body = '') {
    return this.ask('admin', method, path, body, { authorization: `Bearer ${this.at.token}` });
  }

  async metric(line) {
    const { text } = await this.admin('GET', '/metrics');
    return Number(text.split('\n').find((l) => l.startsWith(`${line} `))?.split(' ').at(-1) ?? 0);
  }

  flush() {
    return until('a flush', async () => (await this.admin('POST', '/api/v1/flush')).status === 204);
  }

  stop() {
    this.process.kill('SIGTERM');
    return this.ended;
  }
}

export const view = (path = '/') => ({ id: randomUUID(), t: 'view', ts: new Date().toISOString(),
  url: `https://shop.example${path}`, visitor: 'v', session: 's', consent: { analytics: true } });

export const day = (offset = 0) => new Date(Date.now() + offset * 864e5).toISOString().slice(0, 10);

/** The events in the store, asked of an engine that is started for the question. */
export const stored = (at) => succeed('export', 'events', '--site', at.site_key, '--from', day(-1), '--to', day(1),
  '--format', 'ndjson', '--config', at.file).trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
