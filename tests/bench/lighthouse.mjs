// Lighthouse's verdict on a page of the demo shop with and without the snippet: score, layout shift, blocking time. It starts a
// Chromium of its own, with its own simulated phone.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { page as demoPage } from '../../web-demo/render.mjs';

const require_ = createRequire(new URL('./peers/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(require_.resolve(name)));

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const types = { '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

/** The demo shop's styles, fonts and scripts by path. */
function demoFiles() {
  const folder = new URL('../../web-demo/site/assets/', import.meta.url);
  return Object.fromEntries(readdirSync(folder).map((name) => [`/assets/${name}`,
    { html: readFileSync(new URL(name, folder)), headers: { 'content-type': types[extname(name)] ?? 'text/plain' } }]));
}

/** [{page, score, shift, blocking}], medians of `runs`; throws what Lighthouse throws. */
export async function measureLighthouse(stand, executable, peer, runs) {
  const [{ default: lighthouse }, { launch }] = [await load('lighthouse'), await load('chrome-launcher')];
  const html = demoPage('/');
  stand.delay = 0;
  stand.peer = peer;
  stand.pages = { ...demoFiles(), '/without': html, '/with': html.replace('</head>', () => `${peer.head}</head>`) };
  const results = { '/without': [], '/with': [] };
  const chrome = await launch({ chromePath: executable, chromeFlags: ['--headless=new', ...stand.flags(executable)], logLevel: 'silent' });
  try {
    for (let run = 0; run < runs; ++run) {
      for (const page of Object.keys(results)) {
        const { lhr } = await lighthouse(stand.shop + page, { port: chrome.port, output: 'json', logLevel: 'silent', onlyCategories: ['performance'] });
        if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
        results[page].push({ score: lhr.categories.performance.score * 100, shift: lhr.audits['cumulative-layout-shift'].numericValue,
          blocking: lhr.audits['total-blocking-time'].numericValue });
      }
    }
  } finally {
    chrome.kill();
  }
  return Object.entries(results).map(([page, taken]) => ({ page, score: median(taken.map(({ score }) => score)),
    shift: median(taken.map(({ shift }) => shift)), blocking: median(taken.map(({ blocking }) => blocking)) }));
}
