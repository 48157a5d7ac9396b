// One stage for one scenario: a new Etappe with the demo site, the demo shop in front of it, and a fresh visitor in a
// real Chromium whose requests are written down. Everything is on free ports of the loopback and taken down again.
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';
import {House, until} from '../house.mjs';
import {rowsOnce} from './rows.mjs';

const root = name => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const etappe = process.env.ETAPPE_BIN ?? root('build/dev/bin/etappe');
const screenshots = process.env.ETAPPE_SCREENSHOTS ?? root('build/screenshots');
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export {until};

export class Stage {
  static async open({csp = 'default'} = {}) {
    const stage = new Stage();
    try {
      stage.house = new House(etappe, '127.0.0.1', ['--from', root('web-demo/site.json')]);
      stage.site = stage.house.account.site_key;
      await stage.house.start();
      stage.collector = withScheme(stage.house.endpoints.public);
      stage.shop = spawn(process.execPath, [root('web-demo/serve.mjs'), '--port', '0', '--collector', stage.collector, '--site', stage.site, '--csp', csp],
        {stdio: ['ignore', 'pipe', 'inherit']});
      const [line] = await once(stage.shop.stdout.setEncoding('utf8'), 'data');
      stage.address = line.trim();
      stage.browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: flags});
      await stage.#newVisitor();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  async #newVisitor() {
    this.context = await this.browser.newContext({locale: 'de-DE', timezoneId: 'Europe/Berlin', viewport: {width: 1440, height: 1000}});
    this.page = await this.context.newPage();
    this.requests = [];  // of the tracker: "GET /t/KEY.js", "POST /v1/events", "GET /a/…"
    this.strangers = [];  // to hosts that are neither the shop nor the collector
    this.faults = [];
    this.context.on('request', request => {
      const {origin, pathname} = new URL(request.url());
      if (origin === this.collector) this.requests.push(`${request.method()} ${pathname}`);
      else if (origin !== this.address) this.strangers.push(request.url());
    });
    this.page.on('pageerror', error => this.faults.push(error.message));
  }

  async close() {
    await this.browser?.close();
    if (this.shop && this.shop.exitCode === null) {
      this.shop.kill('SIGTERM');
      await once(this.shop, 'exit');
    }
    if (this.house) {
      const ended = await this.house.stop();
      this.house.remove();
      if (this.house.server) assert.equal(ended, 0, `serve drains and ends well:\n${this.house.said}`);
    }
  }

  // ---- the visitor -------------------------------------------------------------------------------------------

  /** Arrives at a page of the shop, as by a link on `referer`. */
  arrive(path, referer) {
    return this.page.goto(this.address + path, referer ? {referer} : {});
  }

  async grant() {
    await this.page.getByRole('button', {name: 'Alle akzeptieren'}).click();
  }

  async follow(link) {
    await this.page.getByRole('link', {name: link, exact: true}).first().click();
  }

  async put(product, quantity) {
    await this.page.getByLabel('Menge').fill(String(quantity));
    await this.page.getByRole('button', {name: 'In den Warenkorb'}).click();
    await this.page.getByText('Liegt im Warenkorb.').waitFor();
  }

  /** From the cart through every step to the thank-you page; returns the order's number. */
  async buy() {
    const {page} = this;
    await page.getByRole('link', {name: 'Zum Warenkorb'}).click();
    await page.getByRole('link', {name: 'Zur Kasse'}).click();
    for (const [label, text] of [['Firma', 'Müller Förderanlagen GmbH'], ['Ansprechpartner', 'Jörg Süß'],
      ['Straße und Hausnummer', 'Größweg 3'], ['PLZ', '28195'], ['Ort', 'Bremen'], ['E-Mail', 'einkauf@foerder.example']]) {
      await page.getByLabel(label, {exact: true}).fill(text);
    }
    await page.getByRole('button', {name: 'Weiter zur Zahlung'}).click();
    await page.getByRole('button', {name: 'Weiter zum Prüfen'}).click();
    await page.getByRole('button', {name: 'Zahlungspflichtig bestellen'}).click();
    await page.waitForURL('**/danke-bestellung');
    return page.locator('[data-order-number]').textContent();
  }

  /** What is on the device, apart from what the shop itself keeps under its own names. */
  async traces() {
    const stored = await this.page.evaluate(async () => [
      ...Object.keys(localStorage), ...Object.keys(sessionStorage), ...(await indexedDB.databases()).map(({name}) => name),
      ...(await caches.keys())]);
    const cookies = (await this.context.cookies()).map(({name}) => name);
    return [...stored, ...cookies].filter(name => !name.startsWith('nordwerk-'));
  }

  /** Returns when the script has taken over from the stub on this page, and the engine is there if it is wanted. */
  async trackerRan() {
    await this.page.evaluate(() => window.etappe('ready', () => (window.trackerRan = true)));
    await this.page.waitForFunction(() => window.trackerRan === true);
  }

  // ---- what Etappe made of it --------------------------------------------------------------------------------

  /** The stored rows, oldest first, as objects. Asks until `enough` is content with them. */
  async rows(enough) {
    // The collector answers before its engine does, and a store that is not there yet has no table to ask.
    await until('the reports', async () => {
      const {status, body} = await this.#ask('overview');
      if (status !== 200 && status !== 503) throw new Error(`${status} ${body}`);
      return status === 200;
    });
    try {
      return await rowsOnce(this.house, enough);
    } catch (error) {
      throw new Error(`${error.message}\nrequested were:\n${this.requests.join('\n')}`);
    }
  }

  /** A report of today, asked over the API: columns by name in every row, and the rest as it came. */
  async report(name, extra = '') {
    const {status, body} = await this.#ask(name, extra);
    assert.equal(status, 200, body);
    return named(JSON.parse(body));
  }

  #ask(name, extra = '') {
    return this.house.admin('GET', `/api/v1/sites/${this.site}/reports/${name}?from=${today()}&to=${today()}&compare=none${extra}`);
  }

  /** The same report as the command line prints it. */
  reportOnCommandLine(name) {
    return named(JSON.parse(this.#say('report', name, 'json')));
  }

  /** Today's rows as `etappe export` hands them out. */
  exported(name) {
    return this.#say('export', name, 'ndjson').split('\n').filter(Boolean).map(line => JSON.parse(line));
  }

  #say(command, name, format) {
    return execFileSync(this.house.etappe, [command, name, '--site', this.site, '--from', today(), '--to', today(), '--format', format,
      '--config', join(this.house.folder, 'etappe.toml')], {encoding: 'utf8'});
  }

  /** The dashboard of a signed-in person, in a window of its own. */
  async dashboard() {
    const context = await this.browser.newContext({locale: 'de-DE', timezoneId: 'Europe/Berlin', viewport: {width: 1440, height: 1000}});
    const page = await context.newPage();
    await page.goto(withScheme(this.house.endpoints.admin) + '/');
    await page.locator('input[name=login]').fill(this.house.account.login);
    await page.locator('input[name=password]').fill(this.house.account.password);
    await page.locator('button[type=submit]').click();
    await page.getByRole('heading', {level: 1, name: 'Übersicht'}).waitFor();
    return page;
  }
}

/** Turns rows of a table into objects by column name, tables inside the report likewise. */
function named(table) {
  if (!Array.isArray(table.columns)) return table;
  const rows = table.rows.map(row => Object.fromEntries(table.columns.map(({name}, i) => [name, row[i]])));
  const inner = Object.entries(table).filter(([, value]) => value && Array.isArray(value.columns)).map(([key, value]) => [key, named(value)]);
  return {...table, rows, ...Object.fromEntries(inner)};
}

/** The day in the site's zone. */
const today = () => {
  // From parts: how a locale orders them differs between versions of ICU.
  const format = new Intl.DateTimeFormat('en', {timeZone: 'Europe/Berlin', year: 'numeric', month: '2-digit', day: '2-digit'});
  const part = Object.fromEntries(format.formatToParts(new Date()).map(({type, value}) => [type, value]));
  return `${part.year}-${part.month}-${part.day}`;
};

const withScheme = endpoint => (endpoint.includes('://') ? endpoint : `http://${endpoint}`).replace(/\/$/, '');

export async function picture(page, name) {
  mkdirSync(screenshots, {recursive: true});
  await page.screenshot({path: join(screenshots, `${name}.png`), fullPage: true});
}
