// A module that travels as text arrives byte for byte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { embed } from '../../wasm/embed.mjs';
import { extract, kModuleTurn } from '../../wasm/loader/embed.js';
import { embeddedText, moduleBytes } from './load_engine.mjs';

/** As a browser does it: the file's bytes, decoded as UTF-8, evaluated as a script. */
const throughScript = (bytes, turn) => extract(
  runInNewContext(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(`"${embed(bytes, turn)}"`, 'utf8'))), turn);

test('every pair of bytes survives the literal, turned on and as they are', () => {
  const pairs = new Uint8Array(2 * 65536);
  for (let i = 0; i < 65536; ++i) pairs.set([i >> 8, i & 255], 2 * i);
  for (const turn of [undefined, kModuleTurn]) assert.deepEqual(throughScript(pairs, turn), pairs);
});

test('an empty and a one-byte module survive', () => {
  for (const bytes of [[], [0], [255]]) assert.deepEqual([...throughScript(Uint8Array.from(bytes))], bytes);
});

test('the built file holds a module that is valid WebAssembly and needs no escapes', () => {
  assert.ok(WebAssembly.validate(moduleBytes()));
  assert.doesNotMatch(embeddedText(), /["\\\r\n\0]/);
  assert.equal(embed(moduleBytes(), kModuleTurn), embeddedText());
});
