// How batches leave a page, and what becomes of them when they do not arrive, in a real Chromium against a small
// collector (docs/tracker.md, "Sending"). The page's clock stands still; a test moves it.

import assert from 'node:assert/strict';
import { kSilent, kSite, kStub } from './site.mjs';
import { consent, cookieName, enter, html, isView, kGranted, visit } from './visit.mjs';

const kStart = Date.parse('2026-05-04T10:00:00Z');
const granted = { '/': html(kGranted), '/next': 'next' };
const events = (batch) => batch.events.map(({ name }) => name);
const stored = (page) => page.evaluate((key) => localStorage.getItem(key), cookieName);

/** A page whose clock has been stopped; its first batch, the view and the grant, has been sent. */
async function arrive(page, site, path = '/') {
  await page.clock.install({ time: kStart });
  await enter(page, site.url + path);
  await page.clock.pauseAt(kStart + 60_000);
  await site.until(() => site.batches.length > 0, 'the first batch');
  await heard(page);
}

/** What has been answered by now has reached the tracker; what the page has begun to send has reached the server. */
const heard = async (page) => {
  await page.evaluate(() => fetch('/next').then((answer) => answer.text()));
  await page.clock.runFor(1);
};

const say = (page, ...names) => page.evaluate((all) => all.forEach((name) => window.etappe('event', name)), names);

/** What etappe('debug', true) says of losses: {started, lost, dropped}. */
async function losses(page) {
  const [message] = await Promise.all([page.waitForEvent('console', (said) => said.text().startsWith('etappe')), page.evaluate(() => window.etappe('debug', true))]);
  await page.evaluate(() => window.etappe('debug', false));
  return message.args()[1].jsonValue();
}

/** Places in `dropped` (docs/abi.md). */
const kNoSpace = 1, kRefused = 3, kTooMany = 8;

// ---- when a batch leaves ------------------------------------------------------------------------------------------------

visit('what happens within two seconds leaves together, not before', { pages: granted }, async ({ page, site }) => {
  await arrive(page, site);
  await say(page, 'a');
  await page.clock.runFor(1900);
  await say(page, 'b');
  await heard(page);
  assert.equal(site.batches.length, 1);
  await page.clock.runFor(100);
  await site.until(() => site.batches[1], 'the second batch');
  assert.deepEqual(events(site.batches[1]), ['a', 'b']);
});

visit('a click or a conversion leaves at once, with what has waited before it', { pages: { ...granted, '/': html(kGranted + '<p data-etappe-click="pressed">x</p>') } },
  async ({ page, site }) => {
    await arrive(page, site);
    await say(page, 'a');
    await page.evaluate(() => window.etappe('conversion', 'order'));
    await page.clock.runFor(1);
    await site.until(() => site.batches[1], 'the second batch');
    assert.deepEqual(events(site.batches[1]), ['a', 'order']);
    await heard(page);
    await page.click('p');
    await page.clock.runFor(1);
    await site.until(() => site.batches[2], 'the third batch');
    assert.deepEqual(events(site.batches[2]), ['pressed']);
  });

visit('the hundredth event fills a batch', { pages: granted }, async ({ page, site }) => {
  await arrive(page, site);
  await say(page, ...Array.from({ length: 120 }, (_, i) => `e${i}`));
  await site.until(() => site.batches[1], 'the full batch');
  await heard(page);
  assert.deepEqual(site.batches.slice(1).map(({ events: all }) => all.length), [100]);
  await page.clock.runFor(2000);
  await site.until(() => site.batches[2], 'the rest');
  assert.equal(site.batches[2].events.length, 20);
});

visit('a batch has at most 15,000 bytes, all in flight at most 60,000; what finds no place is counted', { pages: granted, answer: (number) => (number === 0 ? 204 : kSilent) },
  async ({ page, site }) => {
    await arrive(page, site);
    await page.evaluate(() => {
      for (let i = 0; i < 80; ++i) window.etappe('event', 'large', { text: 'ä€'.repeat(200) + i });
    });
    await page.clock.runFor(2000);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await site.until(() => site.batches.length > 3, 'the full batches');
    await page.evaluate(() => window.dispatchEvent(new Event('pagehide')));
    await site.until(() => site.batches.length > 4, 'the last batch');
    await heard(page);
    const sent = site.batches.slice(1);
    assert.equal(sent.length, 4);
    for (const { bytes } of sent) assert.ok(bytes <= 15_000, `${bytes} bytes`);
    const arrived = sent.reduce((sum, { events: all }) => sum + all.length, 0);
    assert.equal(arrived + (await losses(page)).dropped[kNoSpace], 80);
  });

// ---- when it does not arrive ----------------------------------------------------------------------------------------------

visit('no answer and 5xx are tried again after 2 to 3 s, then 4 to 6 s, under the same ids', { pages: granted, answer: (number) => [204, 500, 503, 204][number] },
  async ({ page, site }) => {
    await arrive(page, site);
    await say(page, 'a');
    await page.clock.runFor(2000);
    for (const [tries, least, most] of [[2, 2000, 3000], [3, 4000, 6000]]) {
      await site.until(() => site.batches.length === tries, `try ${tries - 1}`);
      await heard(page);
      await page.clock.runFor(least - 10);
      await heard(page);
      assert.equal(site.batches.length, tries, 'not before');
      await page.clock.runFor(most - least + 10);
    }
    await site.until(() => site.batches.length === 4, 'the last try');
    for (const batch of site.batches.slice(2)) {
      assert.deepEqual(batch.events, site.batches[1].events);
      assert.equal(batch.header.batch, site.batches[1].header.batch);
    }
    await heard(page);
    await page.clock.runFor(60_000);
    await heard(page);
    assert.equal(site.batches.length, 4, 'and then no more');
  });

visit('Retry-After is waited for, and nothing else is sent meanwhile', { pages: granted, answer: (number) => (number === 1 ? { status: 503, headers: { 'Retry-After': '90' } } : 204) },
  async ({ page, site }) => {
    await arrive(page, site);
    await say(page, 'a');
    await page.clock.runFor(2000);
    await site.until(() => site.batches.length === 2, 'the refusal');
    await heard(page);
    await say(page, 'b');
    await page.clock.runFor(89_000);
    await heard(page);
    assert.equal(site.batches.length, 2);
    await page.clock.runFor(2000);
    await site.until(() => site.batches.length === 4, 'both');
    assert.deepEqual(site.batches.slice(2).map(events).sort(), [['a'], ['b']]);
  });

visit('a batch that is refused for good is not tried again, and counted', { pages: granted, answer: (number) => (number === 1 ? 400 : 204) }, async ({ page, site }) => {
  await arrive(page, site);
  await say(page, 'a', 'b');
  await page.clock.runFor(2000);
  await site.until(() => site.batches.length === 2, 'the refusal');
  await heard(page);
  await page.clock.runFor(3_600_000);
  await heard(page);
  assert.equal(site.batches.length, 2);
  assert.equal((await losses(page)).dropped[kRefused], 2);
});

// ---- what waits on the device -----------------------------------------------------------------------------------------------

/** A collector that is away until `back` is called. */
function outage() {
  const collector = { answer: (number) => (number === 0 || collector.back ? 204 : 503), back: false };
  return collector;
}

/** Happens during an outage, and the page is left: what it kept. */
async function leaveKept(page, site, name) {
  await say(page, name);
  await page.clock.runFor(2000);
  await site.until(() => site.batches.some((batch) => batch.status === 503 && events(batch).includes(name)), `the failed try of ${name}`);
  await heard(page);
  await page.goto(site.url + '/next');
  return stored(page);
}

for (const [what, config, expected] of [['is kept for a day', {}, 1], ['is lost with the page where the site keeps nothing', { retry_storage: false }, 0]]) {
  const collector = outage();
  visit(`what the collector did not take ${what}`, { pages: granted, answer: collector.answer, config }, async ({ page, site }) => {
    await arrive(page, site);
    const kept = await leaveKept(page, site, 'kept');
    if (expected) assert.match(kept, /^\d+:[\w+/=]+$/);
    else assert.equal(kept, null);
    collector.back = true;
    await enter(page, site.url + '/');
    await page.clock.runFor(2000);
    await site.until(() => site.events.filter(isView).length === 2, 'the second view');
    await heard(page);
    assert.equal(site.events.filter(({ name }) => name === 'kept').length, expected);
    assert.equal(await stored(page), null);
  });
}

const failing = outage();
visit('a page that is hidden keeps what failed, also when it fails again while it is hidden', { pages: granted, answer: failing.answer }, async ({ page, site }) => {
  await arrive(page, site);
  await say(page, 'kept');
  await page.clock.runFor(2000);
  await site.until(() => site.batches.length === 2, 'the failed try');
  await heard(page);
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await site.until(() => site.batches.length === 3, 'the try on hiding');
  await heard(page);
  assert.match(await stored(page), /^\d+:/, 'the browser may end the page now');
  failing.back = true;
  await page.clock.runFor(10_000);
  await site.until(() => site.events.some(({ name }) => name === 'kept'), 'the event');
  await heard(page);
  assert.equal(await stored(page), null);
});

const old = outage();
visit('what is kept has 80,000 characters at most, the oldest gives way; after a day nothing is sent', { pages: granted, answer: old.answer }, async ({ page, site }) => {
  await arrive(page, site);
  const entry = await leaveKept(page, site, 'first');
  await page.evaluate(([key, bytes]) => {
    const entries = [];
    while (entries.join(' ').length < 79_900 - bytes.length) entries.push(`${Date.now() - 1000 + entries.length}:${bytes}`);
    localStorage.setItem(key, entries.join(' '));
  }, [cookieName, entry.split(':')[1]]);
  const before = (await stored(page)).split(' ');
  await enter(page, site.url + '/');
  await site.until(() => site.batches.length > 3, 'some of it is tried again');
  await heard(page);
  await page.goto(site.url + '/next');
  const after = await stored(page);
  assert.ok(after.length <= 80_000, `${after.length} characters`);
  assert.ok(after.split(' ').length > before.length - 5);
  old.back = true;
  await page.evaluate((key) => localStorage.setItem(key, localStorage.getItem(key).replace(/\d+:/g, `${Date.now() - 86_400_001}:`)), cookieName);
  const sent = site.batches.length;
  await enter(page, site.url + '/');
  await page.clock.runFor(2000);
  await site.until(() => site.batches.slice(sent).some((batch) => batch.events.some(isView)), 'the view');
  await heard(page);
  assert.equal(site.batches.slice(sent).flatMap(events).includes('first'), false);
  assert.equal(await stored(page), null);
});

for (const [what, script] of [
  ['is full', `Storage.prototype.setItem = function () { throw new DOMException('full', 'QuotaExceededError'); }`],
  ['throws', `Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})`],
]) {
  const collector = outage();
  visit(`a localStorage that ${what} harms neither the page nor what is sent`, { pages: granted, answer: collector.answer }, async ({ page, site }) => {
    await page.addInitScript(script);
    await arrive(page, site);
    await say(page, 'late');
    await page.clock.runFor(2000);
    await site.until(() => site.batches.length === 2, 'the failed try');
    await heard(page);
    collector.back = true;
    await page.goto(site.url + '/next');
    await site.until(() => site.events.some(({ name }) => name === 'late'), 'the event');
  });
}

// ---- where it goes ------------------------------------------------------------------------------------------------------------

const from = (address) => html(kGranted, `${kStub}<script async src="${address}"></script>`);
for (const [what, address, query] of [
  ['at the root of the page\'s own origin', () => `/t/${kSite}.js`, ''],
  ['below a path of the page\'s own origin', () => `/in/t/${kSite}.js`, '?path=/in'],
  ['below a path of another origin', (port) => `http://localhost:${port}/in/t/${kSite}.js`, ''],
]) {
  const pages = { '/next': 'next' };
  visit(`a collector ${what} is asked with "${query}"`, { pages }, async ({ page, site }) => {
    pages['/'] = from(address(new URL(site.url).port));
    await enter(page, site.url + '/');
    await site.until(() => site.events.find(isView), 'the view');
    assert.deepEqual(site.batches.map((batch) => batch.query), [query]);
  });
}

visit('after a reset batches say so until one has been taken', { pages: granted, answer: (number) => (number === 2 ? 503 : 204) }, async ({ page, site }) => {
  await arrive(page, site);
  await page.evaluate(() => {
    window.etappe('event', 'before');
    window.etappe('reset');
    window.etappe('event', 'after');
  });
  await page.clock.runFor(2000);
  await site.until(() => site.batches.length === 3, 'both');
  await heard(page);
  await page.clock.runFor(3000);
  await site.until(() => site.batches.length === 4, 'the second try');
  await heard(page);
  await say(page, 'later');
  await page.clock.runFor(2000);
  await site.until(() => site.batches.length === 5, 'the last batch');
  assert.deepEqual(site.batches.slice(1).map((batch) => [...events(batch), batch.query]), [['before', ''], ['after', '?id=new'], ['after', '?id=new'], ['later', '']]);
  const [, { events: [{ visitor: former }] }, { events: [{ visitor }] }] = site.batches;
  assert.notEqual(visitor, former);
  assert.equal(site.batches[4].events[0].visitor, visitor);
});

for (const [id_cookie, asked] of [['server', 1], ['script', 0]]) {
  visit(`a reset with which the page is left, and the id kept by the ${id_cookie}: the collector hears of it ${asked ? 'once' : 'not at all'}`, { pages: granted, config: { id_cookie } },
    async ({ page, site }) => {
      await arrive(page, site);
      await page.evaluate(() => {
        window.etappe('reset');
        location.href = '/next';
      });
      await page.waitForURL('**/next');
      await page.evaluate(() => fetch('/next'));
      assert.equal(site.requests.filter(({ url }) => url.startsWith('/v1/forget')).length, asked);
    });
}

// ---- how much -------------------------------------------------------------------------------------------------------------------

visit('a page has a thousand events at once and twenty a second after that; the rest is counted', { pages: granted }, async ({ page, site }) => {
  await arrive(page, site);
  const batch = Array.from({ length: 100 }, (_, i) => `e${i}`);
  const arrived = () => site.events.filter(({ type }) => type === 'event').length;
  for (let round = 1; round <= 11; ++round) {
    await say(page, ...batch);
    if (round <= 10) await site.until(() => arrived() >= Math.min(round * 100, 900), `round ${round}`);
    await heard(page);
  }
  await page.clock.runFor(2000);
  await heard(page);
  const { dropped } = await losses(page);
  assert.equal(arrived() + dropped[kTooMany], 1100);
  assert.ok(dropped[kTooMany] >= 100 && dropped[kTooMany] <= 102, `${dropped[kTooMany]} too many`);
  await say(page, ...batch);
  await page.clock.runFor(2000);
  await heard(page);
  assert.equal((await losses(page)).dropped[kTooMany] - dropped[kTooMany], 60, 'two seconds are forty');
});

visit('what is called before a grant is counted, and not kept', { pages: { ...granted, '/': html('') } }, async ({ page, site }) => {
  await enter(page, site.url + '/');
  await say(page, 'a', 'b');
  assert.equal((await losses(page)).lost, 2);
  await consent(page, { analytics: true });
  await site.until(() => site.events.find(isView), 'the view');
  assert.deepEqual(site.events.filter(({ type }) => type === 'event'), []);
});
