// What the tracker costs a page in Chromium: time from the file's arrival to `ready`, and main-thread time, at normal speed
// and slowed down four times, beside the same page with a script that only listens and posts in JavaScript.
import http from 'node:http';
import { chromium } from 'playwright-core';

const kRuns = 15;
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** The page-view of a tracker written in plain JavaScript, for comparison: one id, one beacon, no features. */
const plainScript = `
(function(){var id=Math.random().toString(36).slice(2);
window.plainReady=performance.now();
fetch('/beacon',{method:'POST',keepalive:true,body:JSON.stringify({id:id,url:location.href,referrer:document.referrer,title:document.title})});
addEventListener('click',function(e){var a=e.target.closest('[data-c]');if(a)navigator.sendBeacon('/beacon',a.dataset.c)})})()`;

const page = (head) => `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Bench</title>${head}</head><body>` +
  '<main>' + '<p>Antriebe für den Maschinenbau.</p>'.repeat(200) + '</main></body></html>';

export async function measureTracker(house) {
  const origin = `http://${house.endpoints.public}`;
  const server = http.createServer((request, answer) => {
    if (request.url === '/plain.js') return answer.setHeader('content-type', 'text/javascript').end(plainScript);
    if (request.url === '/beacon') return answer.writeHead(204).end();
    answer.setHeader('content-type', 'text/html; charset=utf-8');
    answer.end(page(request.url === '/with' ? `
<script>window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}</script>
<script>etappe('consent',{analytics:true});etappe('ready',function(){window.etappeReady=performance.now()})</script>
<script async src="${origin}/t/${house.account.site_key}.js"></script>` : '<script async src="/plain.js"></script>'));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const base = `http://127.0.0.1:${server.address().port}`;
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: flags });
  const results = [];
  try {
    for (const rate of [1, 4]) {
      const taken = { with: { ready: [], task: [], longest: [] }, plain: { ready: [], task: [], longest: [] } };
      for (let run = 0; run <= kRuns; run++)
        for (const kind of ['with', 'plain']) {
          const context = await browser.newContext();
          const tab = await context.newPage();
          const cdp = await context.newCDPSession(tab);
          await cdp.send('Performance.enable');
          await cdp.send('Emulation.setCPUThrottlingRate', { rate });
          await tab.addInitScript(() => {
            window.longest = 0;
            new PerformanceObserver((list) => list.getEntries().forEach((e) => (window.longest = Math.max(window.longest, e.duration))))
              .observe({ type: 'longtask', buffered: true });
          });
          await tab.goto(`${base}/${kind}`, { waitUntil: 'load' });
          const name = kind === 'with' ? 'etappeReady' : 'plainReady';
          await tab.waitForFunction((n) => window[n] !== undefined, name);
          await tab.waitForTimeout(400);
          const figures = await tab.evaluate(([n, part]) => {
            const script = performance.getEntriesByType('resource').find((entry) => entry.name.includes(part));
            return { ready: window[n] - script.responseEnd, longest: window.longest };
          }, [name, kind === 'with' ? '/t/' : '/plain.js']);
          const { metrics } = await cdp.send('Performance.getMetrics');
          const task = metrics.find((metric) => metric.name === 'TaskDuration').value * 1000;
          if (run > 0) {
            taken[kind].ready.push(figures.ready);
            taken[kind].task.push(task);
            taken[kind].longest.push(figures.longest);
          }
          await context.close();
        }
      results.push({
        rate,
        ready: median(taken.with.ready),
        plainReady: median(taken.plain.ready),
        mainThread: median(taken.with.task) - median(taken.plain.task),
        page: median(taken.plain.task),
        longest: Math.max(...taken.with.longest),
      });
    }
  } finally {
    await browser.close();
    server.close();
  }
  return results;
}
