#!/usr/bin/env node
// Serves the demo shop. Static files and assembled pages, nothing else: what is ordered here stays in the browser.
//   node web-demo/serve.mjs [--port 8090] [--collector http://127.0.0.1:8080 --site KEY] [--csp default|strict]
// Prints its address on stdout once it answers; port 0 takes a free one. SIGTERM and Ctrl-C stop it.

import {createServer} from 'node:http';
import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {basename, extname, join} from 'node:path';
import {parseArgs} from 'node:util';
import {missingPage, page, stubHash} from './render.mjs';

const usage = `usage: serve.mjs [--port N] [--host ADDRESS] [--collector URL --site KEY] [--csp default|strict]
  --port N          port to listen on; 0 takes a free one (8090)
  --host ADDRESS    address to listen on (127.0.0.1)
  --collector URL   origin of the collector; with --site, every page carries the snippet
  --site KEY        the site key that \`etappe init\` printed
  --csp MODE        default allows WebAssembly, strict forbids it; neither allows inline code (default)
`;

function options() {
  let values;
  try {
    ({values} = parseArgs({options: {
      port: {type: 'string', default: '8090'}, host: {type: 'string', default: '127.0.0.1'},
      collector: {type: 'string'}, site: {type: 'string'}, csp: {type: 'string', default: 'default'},
      help: {type: 'boolean'},
    }}));
  } catch (error) {
    fail(error.message);
  }
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65535) fail(`--port: ${values.port} is not a port`);
  if (!['default', 'strict'].includes(values.csp)) fail(`--csp: ${values.csp} is neither default nor strict`);
  if (!values.collector !== !values.site) fail('--collector and --site go together');
  if (values.site && !/^[\w-]+$/.test(values.site)) fail('--site: not a site key');
  let tracking = null;
  if (values.collector) {
    if (!/^https?:\/\/[^/\s"'<>]+\/?$/.test(values.collector)) fail('--collector: not an http address');
    tracking = {collector: new URL(values.collector).origin, key: values.site};
  }
  return {port, host: values.host, csp: values.csp, tracking};
}

function fail(message) {
  process.stderr.write(`serve.mjs: ${message}\n${usage}`);
  process.exit(2);
}

function policy({csp, tracking}) {
  const collector = tracking ? ' ' + tracking.collector : '';
  const wasm = csp === 'default' ? " 'wasm-unsafe-eval'" : '';
  return [
    "default-src 'none'", `script-src 'self' '${stubHash}'${collector}${wasm}`, `connect-src 'self'${collector}`,
    "style-src 'self'", "img-src 'self'", "font-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
  ].join('; ');
}

const types = {
  '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2', '.pdf': 'application/pdf', '.txt': 'text/plain; charset=utf-8',
};

// Two folders hold files; a name without a slash inside them cannot lead anywhere else.
async function file(path) {
  const found = /^\/(assets|downloads)\/([\w.-]+)$/.exec(path);
  const type = found && types[extname(found[2])];
  if (!type) return null;
  try {
    return {type, body: await readFile(join(fileURLToPath(new URL('site/', import.meta.url)), found[1], basename(found[2])))};
  } catch {
    return null;
  }
}

async function answer(request, settings) {
  const {pathname} = new URL(request.url, 'http://shop');
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  const found = await file(path);
  if (found) return {status: 200, headers: {'Content-Type': found.type, 'Cache-Control': 'max-age=300'}, body: found.body};
  const html = page(path, settings.tracking);
  return {
    status: html ? 200 : 404, body: html ?? missingPage(settings.tracking),
    headers: {'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache', 'Content-Security-Policy': policy(settings),
              'Referrer-Policy': 'strict-origin-when-cross-origin'},
  };
}

const settings = options();
const server = createServer(async (request, response) => {
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, {Allow: 'GET, HEAD'}).end();
      return;
    }
    const {status, headers, body} = await answer(request, settings);
    response.writeHead(status, {'X-Content-Type-Options': 'nosniff', ...headers});
    response.end(request.method === 'HEAD' ? undefined : body);
  } catch (error) {
    process.stderr.write(`serve.mjs: ${request.url}: ${error.message}\n`);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
});
server.on('error', error => {
  process.stderr.write(`serve.mjs: cannot listen on ${settings.host}:${settings.port}: ${error.message}\n`);
  process.exit(1);
});
server.listen(settings.port, settings.host, () => {
  const {address, port} = server.address();
  process.stdout.write(`http://${address.includes(':') ? `[${address}]` : address}:${port}\n`);
});
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
