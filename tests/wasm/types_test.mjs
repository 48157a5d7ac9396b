// wasm/loader/etappe.d.ts: right calls compile under the strictest options, each wrong one is an error, and every call
// of the documentation has a signature.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

test('right calls compile and wrong calls do not', () => {
  const { status, stdout } = spawnSync(process.execPath,
    [path('../../node_modules/typescript/bin/tsc'), '-p', path('types_test')], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

test('every call of docs/tracker.md has a signature', () => {
  const calls = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();
  const documented = calls(readFileSync(path('../../docs/tracker.md'), 'utf8'), /^\| `etappe\('(\w+)'/gm);
  const typed = calls(readFileSync(path('../../wasm/loader/etappe.d.ts'), 'utf8'), /\(command: '(\w+)'/g);
  assert.ok(documented.length >= 8, documented.join());
  assert.deepEqual(documented.filter((name) => !typed.includes(name)), []);
});
