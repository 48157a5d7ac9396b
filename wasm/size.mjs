// What a visitor's browser loads, in bytes of brotli 11 per part: node wasm/size.mjs [SHARE]
// Parts compress better together than alone, so the total is measured too, not added up.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const share = process.argv[2] || join(root, 'build/share/etappe');

export const kBudget = 14 * 1024;

export const brotli = (bytes) => brotliCompressSync(bytes, { params: {
  [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;

const file = readFileSync(join(share, 'tracker.js'), 'utf8');
const { engine } = JSON.parse(readFileSync(join(share, 'assets.json'), 'utf8'));
// The module is the one literal that holds NUL's stand-in; everything around it is the loader.
const begin = file.indexOf('"\u0100asm') + 1;
const end = file.indexOf('"', begin);
const parts = [
  ['loader', file.slice(0, begin) + file.slice(end)],
  ['module, as text', file.slice(begin, end)],
  ['tracker.js, without a container', file],
  ['fallback engine (only where WebAssembly is refused)', readFileSync(join(share, 'a', engine), 'utf8')],
].map(([name, text]) => ({ name, raw: Buffer.byteLength(text), brotli: brotli(Buffer.from(text)) }));

for (const { name, raw, brotli: size } of parts) {
  console.log(`${String(size).padStart(7)} B br ${String(raw).padStart(7)} B raw  ${name}`);
}
const total = parts[2].brotli;
console.log(`budget ${kBudget} B, tracker.js ${total} B: ${total <= kBudget ? 'within' : 'OVER'}`);
