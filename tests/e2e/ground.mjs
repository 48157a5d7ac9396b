// Pages made for a purpose, and their visitors: one Etappe with its collector, store and engine for a file of tests, one
// site on it with every listener on; for each test a small server of its own with pages, and a fresh visitor in a real
// Chromium. The server also hands the path /in on to the collector, and can withhold it.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {after, before, test} from 'node:test';
import {chromium} from 'playwright-core';
import {House} from '../house.mjs';
import {rowsOnce, storedRows} from './rows.mjs';

const etappe = process.env.ETAPPE_BIN ?? fileURLToPath(new URL('../../build/dev/bin/etappe', import.meta.url));
const site = fileURLToPath(new URL('signals/site.json', import.meta.url));

/** What all tests of a file share. `folder` is the data folder, `collector` an address, `id` the site's. */
export const ground = {};

before(async () => {
  const house = ground.house = new House(etappe, '127.0.0.1', ['--from', site]);
  ground.folder = house.folder;
  ground.key = house.account.site_key;
  ground.id = JSON.parse(execFileSync(etappe, ['site', 'show', ground.key, '--json', '--data', house.folder], {encoding: 'utf8'})).id;
  await house.start();
  ground.collector = `http://${house.endpoints.public.replace(/^http:\/\//, '')}`;
  // For snippets: the collector's address is known by now only.
  ground.settings = join(house.folder, 'with-address.toml');
  writeFileSync(ground.settings, `public_url = "${ground.collector}"\n`);
  ground.snippet = ground.say('site', 'snippet', ground.key);
  await house.firstRow();
  ground.browser = await chromium.launch({executablePath: '/usr/bin/chromium', ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync']});
});

after(async () => {
  await ground.browser?.close();
  if (!ground.house) return;
  const ended = await ground.house.stop();
  ground.house.remove();
  assert.equal(ended, 0, `serve drains and ends well:\n${ground.house.said}`);
});

/** The command line, about the running installation. */
ground.say = (...words) => execFileSync(etappe, [...words, '--config', ground.settings], {encoding: 'utf8'});

/** Whether a text stands anywhere in the data folder, as it is. */
ground.holds = (text, folder = ground.folder) => {
  try {
    return readdirSync(folder, {withFileTypes: true}).some(entry => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? ground.holds(text, path) : entry.isFile() && readFileSync(path).includes(text);
    });
  } catch (error) {
    if (error.code === 'ENOENT') return false;  // the store merges its parts
    throw error;
  }
};

/** Whether a text stands in any column of any row. */
ground.stores = async text => Number((await ground.house.query(
  `SELECT count() FROM events WHERE positionCaseInsensitive(toString(tuple(*)), '${text}') > 0`))[0][0]) > 0;

const document = ({head = ground.snippet, body = ''}) => `<!doctype html><title>Getriebe</title><link rel="icon" href="data:,">${head}<body>${body}`;

/** A server of pages by path: {body, head, headers, type}, or the body alone. */
async function openPages(pages) {
  const requests = [];
  const server = http.createServer((request, response) => {
    const path = request.url.split('?')[0];
    requests.push(`${request.method} ${request.url}`);
    if (path.startsWith('/in/')) return void pass(request, response, own.answer(path));
    const page = typeof pages[path] === 'string' ? {body: pages[path]} : pages[path];
    if (!page) return void response.writeHead(404).end();
    response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8', ...page.headers});
    response.end(page.text ?? document(page));
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const {port} = server.address();
  const own = {
    url: `http://127.0.0.1:${port}`, other: `http://localhost:${port}`, requests,
    /** What /in answers instead of the collector: {status, headers}, 'nothing', or undefined for the collector itself. */
    answer: () => undefined,
    close: () => new Promise(done => {
      server.closeAllConnections();
      server.close(done);
    }),
  };
  return own;
}

/** Hands a request below /in on to the collector, as a proxy does. */
function pass(request, response, answer) {
  if (answer === 'nothing') return request.socket.destroy();
  if (answer) return request.resume().on('end', () => response.writeHead(answer.status, answer.headers).end());
  const onward = http.request(ground.collector + request.url.slice('/in'.length), {method: request.method, headers: request.headers},
    reply => reply.pipe(response.writeHead(reply.statusCode, reply.headers)));
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}

/** The snippet of a site that hands the path /in on. */
export const proxied = () => ground.snippet.replace(ground.collector, '/in');

let lasts = 0;

/**
 * A test with its own pages and visitor. `body({page, context, site})`; at the end the page must have seen no error.
 * `site` has the addresses, the visitor's requests of the tracker, and the rows of this test.
 */
export function visit(name, {pages}, body) {
  test(name, async () => {
    const site = await openPages(pages);
    const context = await ground.browser.newContext();
    const faults = [];
    const tracking = [];
    context.on('request', request => {
      const {origin, pathname, search} = new URL(request.url());
      if (origin === ground.collector || pathname.startsWith('/in/')) tracking.push(`${request.method()} ${pathname}${search}`);
    });
    context.on('weberror', error => faults.push(error.error()));
    const where = `startsWith(url, '${site.url}/') OR startsWith(url, '${site.other}/')`;
    Object.assign(site, {
      tracking,
      /** Everything that is stored of this test by now. */
      stored: () => storedRows(ground.house, where),
      once: enough => rowsOnce(ground.house, enough, where),
      /** Everything that happened on that page up to now, stored; without what says so. */
      async rows(tab) {
        const last = `last ${++lasts}`;
        await tab.evaluate(text => window.etappe('conversion', text), last);
        const all = await site.once(rows => rows.some(row => row.name === last));
        return all.filter(row => !row.name.startsWith('last '));
      },
    });
    try {
      await body({page: await context.newPage(), context, site});
      assert.deepEqual(faults, [], 'the page saw no error');
    } finally {
      await context.close();
      await site.close();
    }
  });
}

/** Goes there; returns when the script has taken over, and the engine is there if it is wanted. */
export async function enter(page, url) {
  await page.goto(url);
  await page.waitForFunction(() => window.etappe && window.etappe.loaded !== undefined);
  await page.evaluate(() => new Promise(done => window.etappe('ready', done)));
}

/** Says what the visitor has chosen; returns when it has been taken in. */
export async function choose(page, choice) {
  await page.evaluate(value => new Promise(done => {
    window.etappe('consent', value);
    window.etappe('ready', done);
  }), choice);
}

export const granted = {analytics: true, marketing: false};

export async function enterGranted(page, url) {
  await enter(page, url);
  await choose(page, granted);
}

/** Everything a page could have left on the device, by name. */
export async function traces(page, context) {
  const stored = await page.evaluate(async () => [...Object.keys(localStorage), ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map(({name}) => name), ...(await caches.keys())]);
  return [...stored, ...(await context.cookies()).map(({name}) => name)].sort();
}
