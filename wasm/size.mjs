// What a visitor's browser loads, in bytes of brotli 11 per part: node wasm/size.mjs [FILE]
// FILE is a site's published file (DATA/published/t/<key>.js); without it the build's tracker.js, which has no
// container yet. Parts compress better together than alone, so the total is measured too, not added up.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const kBudget = 14 * 1024;

const share = join(dirname(fileURLToPath(import.meta.url)), '../build/share/etappe');
const file = readFileSync(process.argv[2] ?? join(share, 'tracker.js'), 'utf8');
const { engine } = JSON.parse(readFileSync(join(share, 'assets.json'), 'utf8'));

const brotli = (bytes) => brotliCompressSync(bytes, { params: {
  [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;

/** Where the module's text stands: the one literal that begins with the stand-in of NUL. */
const module = [file.indexOf('"\u0100asm') + 1];
module[1] = file.indexOf('"', module[0]);
/** Where the configuration stands; a literal of the build's own has no container. */
const config = /\{"container":"[^"]*".*?\}/.exec(file)?.[0] ?? '';

const parts = [
  ['loader', (file.slice(0, module[0]) + file.slice(module[1])).replace(config, () => '')],
  ['module, as text', file.slice(...module)],
  ['configuration with container', config],
  ['the whole file', file],
  ['fallback engine, only where WebAssembly is refused', readFileSync(join(share, 'a', engine), 'utf8')],
].map(([name, text]) => ({ name, raw: Buffer.byteLength(text), packed: text ? brotli(Buffer.from(text)) : 0 }));

for (const { name, raw, packed } of parts) {
  console.log(`${String(packed).padStart(7)} B br ${String(raw).padStart(7)} B raw  ${name}`);
}
const total = parts[3].packed;
console.log(`budget ${kBudget} B, the whole file ${total} B: ${total <= kBudget ? 'within' : 'OVER'}`);
