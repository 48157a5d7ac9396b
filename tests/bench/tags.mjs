// What a full container of 40 tags costs: bytes, and microseconds in the module (V8 in Node, the same module as in a page).
//   ETAPPE_COMPILE_LINES=build/dev/tests/container_compile_lines ETAPPE_SHARE=build/share/etappe node tests/bench/tags.mjs
import { execFileSync } from 'node:child_process';
import { brotliCompressSync } from 'node:zlib';
import { loadEngine } from '../wasm/load_engine.mjs';

const kTags = 40;
const kStart = 1_795_000_000_000;
const kEveryClick = 6 | 256 << 8;
const paths = ['/danke', '/kasse', '/artikel', '/kontakt', '/ueber-uns', '/katalog', '/termin', '/newsletter'];

const when = (variable, operator, value) => ({ variable, operator, value });
const container = {
  format: 'etappe-container/1', name: 'Forty', version: 1,
  variables: [{ name: 'path', type: 'url', part: 'path' }, { name: 'host', type: 'url', part: 'host' }, { name: 'id', type: 'element', property: 'id' },
    { name: 'order', type: 'data_layer', path: 'ecommerce.transaction_id' }, { name: 'value', type: 'data_layer', path: 'ecommerce.value' }],
  // Half of them look at views, half at clicks; one in four by a pattern.
  triggers: Array.from({ length: kTags }, (_, i) => ({ name: `t${i}`, on: i % 2 ? 'click' : 'page_view', conditions: [
    i % 4 ? when('path', 'starts_with', paths[i % 8]) : when('path', 'matches', `^${paths[i % 8]}/\\d+$`),
    when(i % 2 ? 'id' : 'host', 'not_equals', `x${i}`)] })),
  tags: Array.from({ length: kTags }, (_, i) => ({ name: `Conversion ${i}`, template: 'etappe-conversion', triggers: [`t${i}`],
    parameters: { conversion: `name-${i}`, order_id: { variable: 'order' }, value: { variable: 'value' }, currency: 'EUR' } })),
};

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1].toFixed(1);
const timed = (work) => {
  const began = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - began) / 1000;
};

const bytes = execFileSync(process.env.ETAPPE_COMPILE_LINES, ['bytes'], { input: JSON.stringify(container) });
const { exports, put } = await loadEngine('full');
const layer = [[38, 'A-1'], [38, '12.50']];
exports.init(put('NORDWERK'), 0, 30, 1, 1);
exports.container(put(new Uint8Array(bytes)));
exports.decide(kStart, put([]), 2 | 2 << 2);
let now = kStart;
const views = Array.from({ length: 5000 }, (_, i) => {
  const length = put([[5, `https://nordwerk.example/nirgends/${i}`], [7, 'Titel'], ...layer]);
  const spent = timed(() => exports.page(now += 2000, length));
  exports.tick(now + 1900);
  for (const slot of [0, 1]) exports.ack(now + 1900, slot, 204, 0);
  return spent;
});
const clicks = Array.from({ length: 20000 }, () => {
  const length = put(layer);
  return timed(() => exports.trigger(now += 60, length, kEveryClick));
});
console.log(`${kTags} tags: ${bytes.length} B compiled, ${brotliCompressSync(bytes).length} B brotli alone`);
console.log(`a page view with its own event, all tags looking at it: ${median(views)} µs (median of ${views.length})`);
console.log(`a click, all tags looking at it: ${median(clicks)} µs (median of ${clicks.length})`);
