// One visitor per test: a fresh profile of a real Chromium and a site of its own (site.mjs). Assets: ETAPPE_SHARE.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { kSite, openSite, snippet } from './site.mjs';

const share = process.env.ETAPPE_SHARE;
let browser;

before(async () => {
  browser = await chromium.launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'], executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox',
    '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync'] });
});
after(() => browser.close());

export const cookieName = `etappe_${kSite}`;

/** `body({page, context, site})`; the page must end without an error. `wasmOnly`: why the JavaScript build cannot do it. */
export function visit(name, site, body) {
  test(name, { skip: process.env.ETAPPE_ENGINE === 'js' && site.wasmOnly }, async () => {
    const open = await openSite(share, site);
    const context = await browser.newContext();
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error));
    try {
      await body({ page, context, site: open });
      assert.deepEqual(errors, [], 'the page saw no error');
    } finally {
      await context.close();
      await open.close();
    }
  });
}

export const html = (body, head = snippet()) => `<!doctype html><title>Getriebe</title>${head}<body>${body}`;
export const kGranted = `<script>etappe('consent', {analytics: true})</script>`;
export const consent = (page, choice) => page.evaluate((value) => window.etappe('consent', value), choice);
export const isView = ({ type }) => type === 'view';
export const loaded = (page) => page.waitForFunction(() => window.etappe && window.etappe.loaded !== undefined);

/** Goes there, and returns when the engine is. */
export async function enter(page, url) {
  await page.goto(url);
  await loaded(page);
  await page.evaluate(() => new Promise((done) => { window.etappe('ready', done); }));
}

let lasts = 0;
/** Everything that happened up to now has arrived. */
export async function settled(page, site) {
  const name = `settled ${++lasts}`;
  await page.evaluate((last) => window.etappe('conversion', last), name);
  await site.until(() => site.events.find((event) => event.name === name), name);
}

/** Requests of the tracker, apart from pages and the icon. */
export const tracking = (site) => site.requests.map(({ url }) => url).filter((url) => /^\/(t|a|v1)\//.test(url));

/** Everything the page could have left on the device. */
export async function traces(page, context) {
  const stored = await page.evaluate(async () => [
    Object.keys(localStorage), Object.keys(sessionStorage),
    (await indexedDB.databases()).map(({ name }) => name), await caches.keys(), document.cookie].flat().filter(Boolean));
  return [...stored, ...(await context.cookies()).map(({ name }) => name)];
}

/** What is compared of events: [type or name, …]. */
export const named = (site, type) => site.events.filter((event) => event.type === type).map(({ name }) => name)
  .filter((name) => !/^settled/.test(name));
