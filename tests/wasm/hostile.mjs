// One hostile page, its visitor and what must hold on every one of them (tests/wasm/hostile_test.mjs has the pages). What
// is asked of the page goes through the browser's debugging protocol: scripts of a test tool would meet the same broken
// functions. Assets: ETAPPE_SHARE.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { containerBytes } from '../golden/container.mjs';
import { embed } from '../../wasm/embed.mjs';
import { openSite, snippet } from './site.mjs';

const share = process.env.ETAPPE_SHARE;
export const kGrant = `<script>etappe('consent', {analytics: true})</script>`;
export const kButton = '<button data-etappe-click="pressed" style="position:fixed;left:0;top:0;width:100px;height:40px">press</button>';
let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox',
    '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync'] });
});
after(() => browser.close());

/** A tag that turns {event: 'purchase'} of the data layer into a conversion. */
const kContainer = embed(containerBytes({
  version: 7,
  variables: [{ name: 'order', type: 'data_layer', path: 'ecommerce.transaction_id' }],
  triggers: [{ name: 'bought', on: 'event', event: 'purchase', conditions: [] }],
  tags: [{ name: 'Order', template: 'etappe-conversion', triggers: ['bought'], parameters: { conversion: 'order', order_id: { variable: 'order' } } }],
}));

/** Everything on: the more a tracker listens to, the more of it can meet a broken page. */
const { listeners } = JSON.parse(readFileSync(join(share, 'assets.json'), 'utf8'));
/** Those of tags come with a full container only. */
const kListeners = listeners.filter((name) => !name.startsWith('tags'));

/** A page: its own head, then the snippet with a grant, then a declared button in the upper left corner. */
export const page = (head, { body = kButton, script = snippet() + kGrant } = {}) =>
  `<!doctype html><title>Getriebe</title><link rel="icon" href="data:,">${head}${script}<body>${body}`;

/**
 * One hostile page. `html(port)` is the page (the site's other name is localhost:port), or `before` the page's own script
 * that runs before the snippet; `witness` an expression of the page that must be true at the end; `arrive` whether events
 * do (true, false, 'either'); `act` what the page does after its first events; `also` what else must be so.
 */
export function hostile(name, { before: own = '', html = () => page(`<script>${own}</script>`), headers = {}, witness = 'true', arrive = true,
  pages = {}, prepare, act, also, pending }) {
  test(name, { skip: pending }, async () => {
    const all = { '/next': '<link rel="icon" href="data:,">', ...pages };
    const site = await openSite(share, { pages: all, config: { container: kContainer }, listeners: kListeners });
    all['/'] = { html: html(new URL(site.url).port), headers };
    const context = await browser.newContext();
    const seen = [];
    try {
      const tab = await context.newPage();
      tab.on('pageerror', (error) => seen.push(String(error)));
      tab.on('console', (message) => seen.push(message.text()));
      const protocol = await context.newCDPSession(tab);
      const run = async (expression) => {
        const { result, exceptionDetails } = await protocol.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
        assert.equal(exceptionDetails, undefined, `${expression}: ${exceptionDetails?.exception?.description}`);
        return result.value;
      };
      await prepare?.({ site, tab, protocol });
      // The load event waits for the snippet's script.
      await tab.goto(site.url + '/');
      if (arrive === true) await site.until(() => site.events.find(({ type }) => type === 'view'), 'the view');
      await run(`etappe('event', 'looked', {place: 'hero'})`);
      await tab.mouse.click(50, 20);
      await act?.({ site, tab, run });
      if (arrive === true) {
        await site.until(() => site.events.find(({ type }) => type === 'click'), 'the click');
        const looked = await site.until(() => site.events.find(({ name: what }) => what === 'looked'), 'the event');
        assert.deepEqual(looked.props, { place: 'hero' });
      }
      assert.equal(await run(witness), true, 'the page does what it did');
      await also?.({ site, tab, run });
      await tab.goto(site.url + '/next');
      if (arrive === true) {
        // A frame of the page has views of its own.
        const of = (wanted) => site.events.filter(({ type, url }) => type === wanted && !url.endsWith('/framed')).length;
        assert.deepEqual([of('view'), of('click')], [1, 1], 'one view, one click');
      } else if (!arrive) {
        assert.deepEqual(site.events, []);
      }
      assert.deepEqual(seen, [], 'a clean console');
    } finally {
      await context.close();
      await site.close();
    }
  });
}

/** A function that a page put in place of one of the language's. */
export const kThrows = `function () { throw new Error('the page broke this'); }`;
