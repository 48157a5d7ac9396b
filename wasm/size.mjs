// What a visitor's browser loads, in bytes of brotli 11, part by part: node wasm/size.mjs [FILE | --ceiling | --turns]
// Without FILE the files are composed as the publisher composes them (server/admin/tracker_file.cpp), with the container
// tests/wasm/ten_tags.json; then the exit status says whether the budgets hold, or with --ceiling whether a file has grown
// beyond what tests/wasm/size.json has on record: a change that adds bytes changes that number too. --turns
// says which kTurn (loader/embed.js) makes the smallest file. FILE is a site's published file
// (DATA/published/t/<key>.js). Parts compress better together than alone: a listener's bytes are the difference
// that it makes to the file, and totals are measured, not added up.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { embed } from './embed.mjs';
import { containerBytes } from '../tests/golden/container.mjs';
import { extract, kTurned } from './loader/embed.js';

const kDefaultBudget = 14 * 1024;
const kEverythingBudget = 20 * 1024;
const kDefaultListeners = ['links', 'engagement', 'impressions'];
/** What the budget is for: views, clicks, funnel, conversions, consent, campaign. */
const kBudgetedListeners = ['links'];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const share = join(root, 'build/share/etappe');
const ceiling = process.argv[2] === '--ceiling' ? JSON.parse(readFileSync(join(root, 'tests/wasm/size.json'), 'utf8')) : undefined;
const { engine, listeners, consent } = JSON.parse(readFileSync(join(share, 'assets.json'), 'utf8'));

const brotli = (text) => {
  const bytes = Buffer.from(text);
  return text ? brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length : 0;
};

function line(text, name, budget) {
  const packed = brotli(text);
  const verdict = budget ? ` budget ${budget} B: ${packed <= budget ? 'within' : 'OVER'}` : '';
  console.log(`${String(packed).padStart(7)} B br ${String(Buffer.byteLength(text)).padStart(7)} B raw  ${name}${verdict}`);
  if (budget && packed > budget && !ceiling) process.exitCode = 1;
  return packed;
}

/** What the brotli of one Node may make more of the same text than that of another. */
const kSlack = 32;

/** A figure that is on record. */
function recorded(key, packed) {
  if (!ceiling || packed === ceiling[key]) return;
  console.log(`        ${packed > ceiling[key] ? 'MORE' : 'less'} than the ${ceiling[key]} B of tests/wasm/size.json ("${key}"): put ${packed} there`);
  if (packed > ceiling[key] + kSlack) process.exitCode = 1;
}

/** Where the text of the module begins and ends. */
function modulePlace(file) {
  const begin = file.indexOf(`"${embed(Buffer.from('\0asm'))}`) + 1;
  return [begin, file.indexOf('"', begin)];
}

/** The file without its module and configuration, and these two: where the literals stand that begin as they do. */
function partsOf(file) {
  const [begin, end] = modulePlace(file);
  const config = /\{"container":"[^"]*".*?\}/.exec(file)?.[0] ?? '';
  return [
    ['loader and listeners', (file.slice(0, begin) + file.slice(end)).replace(config, () => '')],
    ['module, as text', file.slice(begin, end)],
    ['configuration with container', config],
  ];
}

/** Listeners that come with a full container, not by an option. */
const ofTags = (name) => name.startsWith('tags');

const kTags = containerBytes(JSON.parse(readFileSync(join(root, 'tests/wasm/ten_tags.json'), 'utf8')));
const tagsText = (turn) => embed(kTags, turn).replaceAll('<', String.fromCharCode(256 + 60));
const kConfig = { domains: ['nordwerk.example', 'www.nordwerk.example'], engine: `/a/${engine}`, id: 'k7m2p9x4w3vt', site: 'k7m2p9x4w3vt', version: 12 };

const modules = (folder, known, chosen) => known.filter((name) => chosen.includes(name))
  .map((name) => readFileSync(join(share, folder, `${name}.js`), 'utf8').trim()).join();

/** A site's file: the chosen modules in the order of assets.json, the configuration's keys sorted. */
function composed(chosen, options = {}, adapters = [], script = 'tracker.js') {
  const config = Object.fromEntries(Object.entries({ ...kConfig, ...options }).sort(([a], [b]) => (a < b ? -1 : 1)));
  return readFileSync(join(share, script), 'utf8')
    .replace('"__ETAPPE_CONFIG__"', () => `{"container":"${tagsText()}",${JSON.stringify(config).slice(1)}`)
    .replace('"__ETAPPE_LISTENERS__"', () => modules('listeners', listeners, chosen))
    .replace('"__ETAPPE_CONSENT__"', () => modules('consent', consent, adapters));
}

if (process.argv[2] === '--turns') {
  const file = composed(kBudgetedListeners);
  const [begin, end] = modulePlace(file);
  const module = extract(file.slice(begin, end));
  const turned = (turn) => (file.slice(0, begin) + embed(module, turn) + file.slice(end)).replace(tagsText(), () => tagsText(turn));
  Array.from({ length: kTurned }, (_, turn) => [brotli(turned(turn)), turn])
    .sort(([a], [b]) => a - b).slice(0, 8).forEach(([packed, turn]) => console.log(`${packed} B br with ${turn}`));
} else if (process.argv[2] && !ceiling) {
  const file = readFileSync(process.argv[2], 'utf8');
  for (const [name, text] of partsOf(file)) line(text, name);
  line(file, 'the whole file');
} else {
  const usual = composed(kDefaultListeners);
  for (const [name, text] of partsOf(usual)) line(text, name);
  line(composed([]), 'the whole file without listeners');
  recorded('budgeted', line(composed(kBudgetedListeners), 'views, clicks, funnel, conversions, consent, campaign; ten tags;', kDefaultBudget));
  recorded('default', line(usual, `as a new site is: ${kDefaultListeners.join(', ')}; ten tags`));
  recorded('everything', line(composed(listeners.filter((name) => !ofTags(name)), { link_domains: ['nordwerk-shop.example', 'nordwerk-service.example'], redact: 'kundennr\n/konto/*/rechnung',
    url: 'canonical', routes: 'hash', impression: { milliseconds: 2000, percent: 60 } }), 'everything on; ten tags;', kEverythingBudget));
  const full = (names) => composed([...kDefaultListeners, ...names], { tags: { on: 0 } }, [], 'tracker_full.js');
  recorded('full', line(full(['tags', 'tags_click', 'tags_form', 'tags_scroll']),
    'as a new site is, with a full container that listens to clicks, forms and scrolling; ten tags'));
  line(full(listeners.filter(ofTags)), 'the same with every trigger');
  console.log('what a listener adds to the default file, or takes from it when it is switched off:');
  for (const name of listeners.filter((one) => !ofTags(one))) {
    const on = brotli(composed([...kDefaultListeners, name]));
    const off = brotli(composed(kDefaultListeners.filter((other) => other !== name)));
    console.log(`${String(on - off).padStart(7)} B br          ${name}${kDefaultListeners.includes(name) ? ', on by default' : ''}`);
  }
  console.log('what a trigger adds to a file with a full container:');
  for (const name of listeners.filter(ofTags)) {
    console.log(`${String(brotli(full(['tags', name])) - brotli(full(name === 'tags' ? [] : ['tags']))).padStart(7)} B br          ${name}`);
  }
  console.log('what an adapter adds to the default file, by which a banner tells its decisions:');
  for (const name of consent) {
    console.log(`${String(brotli(composed(kDefaultListeners, {}, [name])) - brotli(usual)).padStart(7)} B br          ${name}`);
  }
  console.log('files of their own, which only some pages load:');
  line(readFileSync(join(share, 'a', engine), 'utf8'), 'the JavaScript build, where WebAssembly is refused');
  line(readFileSync(join(share, 'a', engine.replace('engine', 'check')), 'utf8'), 'the live check');
  line(readFileSync(join(share, 'a', engine.replace('engine', 'banner')), 'utf8'), 'our own consent banner and "My data"');
}
