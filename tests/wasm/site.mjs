// A site and its collector for browser tests, in one loopback server on a free port: pages by path, the tracker file
// as the publisher would make it, /v1/events. It writes down every request that reaches it.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { readBatch } from './read_batch.mjs';

export const kSite = 'NORDWERK';
export const kStub =
  '<script>window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}</script>';

/** An answer that never comes. */
export const kSilent = 0;

/** ETAPPE_ENGINE=js runs every test that does not choose for itself with the JavaScript build. */
const kEngine = process.env.ETAPPE_ENGINE === 'js' ? 'data-engine="js"' : '';

export function snippet(attributes = kEngine) {
  return `${kStub}<script async ${attributes} src="/t/${kSite}.js"></script>`;
}

/**
 * Pages are {path: html or {html, headers}}. `answer(number)` gives the status of the n-th batch.
 * `config` is laid over the publisher's object; `listeners` and `adapters` are the names of the modules in the file, `files` what it serves besides ({path: text}). The server
 * answers to every name of the loopback, so that a site may have several domains, and below /in as well as a path proxy
 * would have it. `delay`: of batches, in milliseconds. `receipt`: what a withdrawal is answered with.
 */
export async function openSite(share, { pages, answer = () => 204, config = {}, listeners = [], adapters = [], files = {}, delay = 0, receipt = '' }) {
  const { engine } = JSON.parse(readFileSync(join(share, 'assets.json'), 'utf8'));
  const object = { site: kSite, session_minutes: 30, container: '', engine: `/a/${engine}`, version: 7,
    ...config };
  const modules = (folder, names) => names.map((name) => readFileSync(join(share, folder, `${name}.js`), 'utf8')).join();
  const tracker = readFileSync(join(share, 'tracker.js'), 'utf8')
    .replace('"__ETAPPE_CONFIG__"', () => JSON.stringify(object))
    .replace('"__ETAPPE_LISTENERS__"', () => modules('listeners', listeners))
    .replace('"__ETAPPE_CONSENT__"', () => modules('consent', adapters));

  const requests = [];
  const batches = [];
  const forgotten = [];
  let answered = 0;
  const waiting = new Set();
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const asked = request.url.split('?')[0];
      const path = asked.replace(/^\/in\//, '/');
      requests.push({ method: request.method, url: request.url, headers: request.headers });
      const js = (text) => {
        response.setHeader('Content-Type', 'text/javascript; charset=utf-8');
        response.end(text);
      };
      if (path === `/t/${kSite}.js`) js(tracker);
      else if (files[path] !== undefined) js(files[path]);
      else if (path.startsWith('/a/')) js(readFileSync(join(share, path), 'utf8'));
      else if (path === '/v1/events') {
        const status = answer(batches.length);
        for (const check of waiting) setImmediate(check);
        batches.push({ status, query: request.url.slice(asked.length), type: request.headers['content-type'], bytes: Buffer.concat(chunks).length, ...readBatch(Buffer.concat(chunks)) });
        if (status === kSilent) return;
        response.statusCode = status.status ?? status;
        for (const [name, value] of Object.entries(status.headers ?? {})) response.setHeader(name, value);
        response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
        response.setHeader('Access-Control-Allow-Credentials', 'true');
        setTimeout(() => {
          ++answered;
          response.end();
        }, delay);
      } else if (path === '/v1/forget') {
        forgotten.push(Buffer.concat(chunks).toString());
        response.statusCode = receipt && chunks.length ? 200 : 204;
        response.end(receipt && chunks.length ? JSON.stringify({ receipt }) : '');
      } else if (pages[path] !== undefined) {
        const page = pages[path].html === undefined ? { html: pages[path], headers: {} } : pages[path];
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...page.headers });
        response.end(page.html);
      } else {
        response.statusCode = 404;
        response.end();
      }
      for (const check of waiting) check();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    batches,
    /** Bodies of the requests to forget somebody. */
    forgotten,
    get answered() {
      return answered;
    },
    /** Events of the batches that were answered with 204, in order of arrival. */
    get events() {
      return batches.filter(({ status }) => status === 204).flatMap(({ events }) => events);
    },
    /** The first value of `find()` that is true, looked at whenever a request has come in. */
    until(find, what) {
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`${what} did not happen; requests: ${requests.map(({ url }) => url).join(' ')}`));
        }, 20_000);
        const check = () => {
          const found = find();
          if (!found) return;
          clearTimeout(late);
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      });
    },
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
}
