// What trackers do at the edges of a visit, in a real Chromium against one slow collector: a click that leaves the site, Back out of the
// browser's cache, a page rendered ahead and never shown, the snippet twice on a page, a route that is pushed and then replaced.
// A table of counts; nothing here is asserted.
import { brotliSize } from './stand.mjs';

const page = (peer, more = '') => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>${peer.head}</head>
<body><p>Drives for machines.</p><p><a id="out" ${peer.link} href="{{partner}}/landing">Partner</a></p>${more}</body></html>`;

/** Longer than any of the trackers waits for company before it sends. */
const kSettled = 3500;

const pause = (ms) => new Promise((next) => setTimeout(next, ms));

/** What the peer's page does in one scenario, in a window of its own. */
async function inWindow(stand, browser, peer, html, work) {
  stand.requests = [];
  stand.pages = { '/': html.replace('{{partner}}', stand.partner) };
  const context = await browser.newContext();
  try {
    return await work(await context.newPage());
  } finally {
    await context.close();
  }
}

/** A click on a link out of the site 350 ms after load; how long the new page then took to be asked for. */
function leave(stand, browser, peer, delay) {
  return inWindow(stand, browser, peer, page(peer), async (tab) => {
    stand.delay = delay;
    await tab.goto(stand.shop + '/', { waitUntil: 'load' });
    await pause(350);
    const { x, y, width, height } = await tab.locator('#out').boundingBox();
    await tab.mouse.move(x + width / 2, y + height / 2);
    await tab.mouse.down();
    const clicked = performance.now();
    await tab.mouse.up();
    const landed = await stand.arrived('partner.test', '/landing');
    await pause(2500);
    return { delivered: peer.outbound ? stand.count(peer.outbound) > 0 : undefined, ms: landed ? landed.at - clicked : Infinity };
  });
}

/** Back to a page that the browser kept: whether it did, and the page views before and after. */
function comeBack(stand, browser, peer) {
  const html = page(peer, '<script>addEventListener("pageshow",function(e){if(e.persisted)fetch("/restored")})</script>');
  return inWindow(stand, browser, peer, html, async (tab) => {
    stand.delay = 0;
    stand.partnerPage = '<!doctype html><title>Partner</title><p>Partner<script>setTimeout(function(){history.back()},400)</script>';
    try {
      await tab.goto(stand.shop + '/', { waitUntil: 'load' });
      await pause(kSettled);
      const before = stand.count(peer.view);
      await tab.goto(stand.partner + '/away').catch(() => undefined);
      const restored = await stand.arrived('shop.test', '/restored', 5000);
      await pause(kSettled);
      return { restored: !!restored, before, after: stand.count(peer.view) };
    } finally {
      stand.partnerPage = undefined;
    }
  });
}

/** A page that another one has rendered ahead and that nobody ever looks at. */
function renderAhead(stand, executable, peer) {
  const rules = JSON.stringify({ prerender: [{ source: 'list', urls: ['/ahead'], eagerness: 'immediate' }] });
  stand.requests = [];
  stand.delay = 0;
  stand.pages = {
    '/': `<!doctype html><title>Start</title><p>Start<script type="speculationrules">${rules}</script>`,
    '/ahead': page(peer, '<script>fetch(document.prerendering?"/was-ahead":"/was-shown")</script>'),
  };
  return stand.undriven(executable, stand.shop + '/', async () => {
    const ahead = await stand.arrived('shop.test', '/was-ahead', 10000);
    await pause(kSettled);
    return { rendered: !!ahead, views: stand.count(peer.view) };
  });
}

function viewsAfter(stand, browser, peer, html, work) {
  return inWindow(stand, browser, peer, html, async (tab) => {
    stand.delay = 0;
    await tab.goto(stand.shop + '/', { waitUntil: 'load' });
    await pause(1500);
    if (work) {
      await tab.evaluate(work);
      await pause(2000);
    }
    // What is only sent when the page is left counts as well.
    await tab.goto('about:blank');
    await pause(500);
    return stand.count(peer.view);
  });
}

const twice = (peer) => page({ ...peer, head: peer.head + peer.head });
const route = () => {
  history.pushState({}, '', '/list');
  history.replaceState({ scroll: 0 }, '', '/list');
};

const repeat = async (times, work) => {
  const results = [];
  for (let i = 0; i < times; ++i) results.push(await work());
  return results;
};

const range = (values) => {
  const sorted = values.map((value) => Math.round(value)).sort((a, b) => a - b);
  return sorted[0] === sorted.at(-1) ? `${sorted[0]}` : `${sorted[0]}–${sorted.at(-1)}`;
};

/** One row for each peer. `runs` is {quick, slow, other}: how often a scenario is played. */
export async function measureBehaviour(stand, executable, peers, runs) {
  const browser = await stand.launch(executable);
  try {
    return await measureAll(stand, browser, executable, peers, runs);
  } finally {
    await browser.close();
  }
}

async function measureAll(stand, browser, executable, peers, runs) {
  const rows = [];
  for (const peer of peers) {
    if (peer.missing) {
      rows.push([peer.name, peer.missing, ...Array(7).fill('')]);
      continue;
    }
    stand.peer = peer;
    const quick = await repeat(runs.quick, () => leave(stand, browser, peer, 100));
    const slow = await repeat(runs.slow, () => leave(stand, browser, peer, 1500));
    const back = await repeat(runs.other, () => comeBack(stand, browser, peer));
    const ahead = await repeat(runs.other, () => renderAhead(stand, executable, peer));
    const both = await repeat(runs.other, () => viewsAfter(stand, browser, peer, twice(peer)));
    const routed = await repeat(runs.other, () => viewsAfter(stand, browser, peer, page(peer), route));
    const delivered = (results) => results[0].delivered === undefined ? 'not counted by itself' :
      `${results.filter((result) => result.delivered).length}/${results.length}`;
    const kept = back.filter(({ restored }) => restored);
    const early = ahead.filter(({ rendered }) => rendered);
    rows.push([[peer.name, peer.version].filter(Boolean).join(' '), delivered(quick), delivered(slow), `${range(slow.map(({ ms }) => ms))} ms`,
      kept.length ? `${range(kept.map(({ before, after }) => after - before))} (${kept.length} kept)` : 'page was not kept',
      early.length ? `${range(early.map(({ views }) => views))} (${early.length} rendered)` : 'page was not rendered ahead',
      range(both), range(routed), brotliSize(peer.script).toLocaleString('en')]);
  }
  return rows;
}

export const behaviourColumns = ['tracker', 'click out, answer after 100 ms: delivered', '1,500 ms: delivered', 'click → next page, 1,500 ms',
  'views on Back from cache (1 is right)', 'views of a page never shown (0)', 'views, snippet twice (1)',
  'views, pushed and replaced (2)', 'bytes, brotli 11'];
