// A stand-in for the admin listener: the built dashboard and /api/v1 with the figures of figures.mjs.
//   node mock_api.mjs DASHBOARD_FOLDER [PORT]     for looking at pages by hand; login admin, password demo
// Tests start it with port 0 and change `state` to bring a page into a state.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkAnswer, erasures, kSecondSite, liveView, report, site, subject } from './figures.mjs';

/** What server/api sends with the dashboard; no inline code and no inline style anywhere. */
export const kPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
  + "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const kTypes = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' };

/** Resolves to {url, state, requests, close}. */
export async function startMockApi(folder, port) {
  const state = { signedIn: true, shape: 'ok', problem: null, delayMillis: 0, hostile: false, sites: 1, live: 'busy', cause: 'receiving', subject: '', mayCheck: true, later: 0, erasing: false };
  const requests = [];
  const server = createServer((request, response) => {
    answer(request, response, folder, state, requests).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    state,
    requests,
    close: () => new Promise((done) => {
      server.closeAllConnections?.();
      server.close(done);
    }),
  };
}

async function answer(request, response, folder, state, requests) {
  const url = new URL(request.url, 'http://127.0.0.1');
  if (!url.pathname.startsWith('/api/')) return serveFile(url.pathname, response, folder);
  requests.push(`${request.method} ${request.url}`);
  const json = (body) => response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
  const problem = (status, reason, headers = {}) =>
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers })
      .end(JSON.stringify({ type: 'about:blank', title: reason, status, reason, detail: '' }));
  const path = url.pathname.replace('/api/v1', '');
  if (path === '/login') {
    const { login, password } = JSON.parse(await bodyOf(request));
    if (login !== 'admin' || password !== 'demo') return problem(401, 'wrong_credentials');
    state.signedIn = true;
    return response.writeHead(204).end();
  }
  if (path === '/logout') {
    state.signedIn = false;
    return response.writeHead(204).end();
  }
  if (!state.signedIn) return problem(401, 'not_signed_in');
  if (path === '/me') return json({ login: 'admin', name: state.hostile ? site(true).name : 'Katrin Albers', role: 'admin' });
  if (path === '/sites') return json({ sites: [site(state.hostile), kSecondSite].slice(0, state.sites) });
  if (/^\/sites\/[^/]+\/live$/.test(path)) {
    if (state.problem) return problem(state.problem.status, state.problem.reason, state.problem.headers);
    // Every look is four seconds later, so that no test waits for ten.
    state.later += 4000;
    const cause = url.searchParams.has('check') ? state.cause : null;
    return json(liveView({ shape: state.live, cause, subject: state.subject, hostile: state.hostile, later: state.later }));
  }
  if (/^\/sites\/[^/]+\/check$/.test(path)) {
    const asked = JSON.parse(await bodyOf(request));
    requests.push(`checked ${asked.url} ${asked.check}`);
    return state.mayCheck ? json(checkAnswer({ url: asked.url, cause: state.cause, found: state.cause !== 'snippet_missing' })) : problem(403, 'scope_missing');
  }
  if (/^\/sites\/[^/]+\/(subject|erasures)$/.test(path)) {
    if (state.problem) return problem(state.problem.status, state.problem.reason, state.problem.headers);
    if (request.method === 'GET') return json(erasures(state.erasing));
    const asked = JSON.parse(await bodyOf(request));
    requests.push(`${path.split('/').at(-1)} ${JSON.stringify(asked)}`);
    if (path.endsWith('subject')) return json(subject(asked, state.hostile));
    state.erasing = true;
    return response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify(erasures(true).erasures[0]));
  }
  const match = /^\/sites\/([^/]+)\/reports\/(\w+)$/.exec(path);
  if (!match) return problem(404, 'unknown_path');
  await new Promise((go) => setTimeout(go, state.delayMillis));
  if (state.problem) return problem(state.problem.status, state.problem.reason, state.problem.headers);
  const query = Object.fromEntries(url.searchParams);
  return json(report(match[2], { ...query, funnel: query.funnel ?? null, sql: query.sql === '1', shape: state.shape, hostile: state.hostile }));
}

async function serveFile(path, response, folder) {
  const name = path === '/' ? 'index.html' : basename(path);
  try {
    const bytes = await readFile(join(folder, name));
    const headers = { 'content-type': kTypes[extname(name)] ?? 'application/octet-stream', 'x-content-type-options': 'nosniff' };
    if (name === 'index.html') headers['content-security-policy'] = kPolicy;
    response.writeHead(200, headers).end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, port = '8085'] = process.argv.slice(2);
  const { url } = await startMockApi(folder, Number(port));
  console.log(url);
}
