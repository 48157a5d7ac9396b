// The built module and its JavaScript build: what they import and export, and that the same calls give the same bytes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadEngine, moduleBytes } from './load_engine.mjs';
import { readBatch } from './read_batch.mjs';

const root = join(fileURLToPath(import.meta.url), '../../..');
const text = (path) => readFileSync(join(root, path), 'utf8');
const listed = (file) => text(file).split('\n').filter(Boolean).sort();
const reviewed = listed('wasm/abi/exports.txt');
const reviewedFull = listed('wasm/abi/exports_full.txt');

/** First column of the table that follows a heading of docs/abi.md. */
function documented(heading) {
  const section = text('docs/abi.md').split(/^## /m).find((part) => part.startsWith(heading));
  return [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name).sort();
}

const sides = async (kind) => {
  const module = await WebAssembly.compile(moduleBytes(kind));
  return [WebAssembly.Module.exports(module).map(({ name }) => name).sort(), WebAssembly.Module.imports(module)];
};

test('the modules export what their lists and docs/abi.md say, and nothing else', async () => {
  assert.deepEqual((await sides('wasm'))[0], reviewed);
  assert.deepEqual((await sides('full'))[0], reviewedFull);
  assert.deepEqual(documented('Exports'), reviewedFull);
});

test('the small module imports two functions, the full one all that are documented', async () => {
  const [, imports] = await sides('wasm');
  const [, fullImports] = await sides('full');
  assert.deepEqual(imports.map(({ name }) => name).sort(), ['command', 'random']);
  assert.deepEqual(fullImports.map(({ name }) => name).sort(), documented('Imports'));
  assert.deepEqual([...new Set([...imports, ...fullImports].map((entry) => entry.module))], ['env']);
});

test('the JavaScript build exports the same names as the full module', async () => {
  const { exports } = await loadEngine('js');
  assert.deepEqual(Object.keys(exports).sort(), reviewedFull);
});

const kNow = 1_795_000_000_000;

/** A visit with every kind of call; returns what was asked of the host. */
async function visit(kind) {
  const engine = await loadEngine(kind);
  const { exports, put } = engine;
  exports.init(put('NORDWERK'), 0, 30, 1, 7);
  const page = [[5, 'https://nordwerk.example/lp?utm_source=n&awc=1_2'], [6, 'https://partner.example/'], [7, 'Getriebe ä€😀']];
  exports.page(kNow, put(page));
  exports.decide(kNow + 10, put([]), 2 | 1 << 2);
  exports.track(kNow + 20, put([[10, 'to-next'], [18, 'place'], [32, 'hero'], [18, 'position'], [33, '3.5'], [18, 'new'],
    [34, 'true']]), 2);
  exports.track(kNow + 5, put([[16, 'checkout'], [17, 'cart']]), 4);
  exports.track(kNow + 40, put([[10, 'order'], [11, '129.90'], [12, 'EUR'], [13, '3'], [14, 'A-1001'], [15, 'nx-40'],
    [35, 'Getriebe NX'], [36, '43.30'], [37, '3']]), 5);
  exports.tick(kNow + 3000);
  exports.ack(kNow + 3100, 0, 503, 4);
  exports.track(kNow + 3200, put([[10, 'looked']]), 6);
  exports.flush(kNow + 3300, 1);
  exports.ack(kNow + 3400, 0, 204, 0);
  exports.ack(kNow + 3400, 1, 400, 0);
  exports.reset(kNow + 3500);
  exports.track(kNow + 3600, put([[10, 'is dropped: no batch can hold it'], [14, '.'.repeat(40_000)]]), 6);
  exports.track(kNow + 3600, 65_537, 6);
  exports.decide(kNow + 3700, put([]), 1 | 1 << 2);
  return { ...engine, dropped: Array.from({ length: 10 }, (_, reason) => exports.dropped(reason)) };
}

test('both modules and the JavaScript build answer the same calls with the same bytes', async () => {
  const [wasm, full, js] = [await visit('wasm'), await visit('full'), await visit('js')];
  assert.ok(wasm.commands.some(({ operation }) => operation === 1));
  for (const other of [full, js]) {
    assert.deepEqual(other.commands, wasm.commands);
    assert.deepEqual(other.dropped, wasm.dropped);
  }
});

test('a reader made from docs/wire-format.md finds in the bytes what went in', async () => {
  const { commands, dropped } = await visit('wasm');
  const batches = commands.filter(({ operation }) => operation === 1).map(({ bytes }) => readBatch(bytes));
  const [{ header, events }, again, second] = batches;
  assert.equal(batches.length, 3);
  assert.deepEqual({ site: header.site, container: header.container, base: header.base }, { site: 'NORDWERK', container: 7, base: kNow + 10 });
  assert.deepEqual(events.map(({ type, seq, time }) => [type, seq, time - kNow]),
    [['view', 0, 10], ['consent', 1, 10], ['click', 2, 20], ['step', 3, 5], ['conversion', 4, 40]]);
  assert.equal(events[0].title, 'Getriebe ä€😀');
  assert.equal(events[0].referrer, 'https://partner.example/');
  assert.deepEqual(events[2].props, { place: 'hero', position: 3.5, new: true });
  assert.deepEqual(events[4].items, [{ id: 'nx-40', name: 'Getriebe NX', price: '43.30', quantity: 3 }]);
  for (const event of events) {
    assert.equal(event.url, 'https://nordwerk.example/lp?utm_source=n&awc=1_2');
    assert.equal(event.visitor, events[0].visitor);
    assert.deepEqual(event.consent, { analytics: 'granted', marketing: 'denied' });
  }
  assert.deepEqual({ ...again.header, sent: 0 }, { ...header, sent: 0 }, 'a retry is the same batch');
  assert.deepEqual(again.events, events);
  assert.deepEqual(second.events.map(({ name }) => name), ['looked']);
  assert.deepEqual(dropped, [0, 0, 1, 1, 0, 0, 0, 1, 0, 0]);
});
