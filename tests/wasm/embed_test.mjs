// A module that travels as text arrives byte for byte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { embed } from '../../wasm/embed.mjs';
import { extract } from '../../wasm/loader/embed.js';
import { embeddedText, moduleBytes } from './load_engine.mjs';

/** As a browser does it: the file's bytes, decoded as UTF-8, evaluated as a script. */
const throughScript = (bytes) => extract(
  runInNewContext(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(`"${embed(bytes)}"`, 'utf8'))));

test('every pair of bytes survives the literal', () => {
  const pairs = new Uint8Array(2 * 65536);
  for (let i = 0; i < 65536; ++i) pairs.set([i >> 8, i & 255], 2 * i);
  assert.deepEqual(throughScript(pairs), pairs);
});

test('an empty and a one-byte module survive', () => {
  for (const bytes of [[], [0], [255]]) assert.deepEqual([...throughScript(Uint8Array.from(bytes))], bytes);
});

test('the built file holds a module that is valid WebAssembly and needs no escapes', () => {
  assert.ok(WebAssembly.validate(moduleBytes()));
  assert.doesNotMatch(embeddedText(), /["\\\r\n\0]/);
  assert.equal(embed(moduleBytes()), embeddedText());
});
