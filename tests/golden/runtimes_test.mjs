// The golden files through the same C++ as WebAssembly, and as the JavaScript that wasm2js makes of it.
// golden_test.cpp reads them natively; all three must say what encode.mjs expects.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const built = process.env.ETAPPE_GOLDEN_READER ?? join(here, '../../build/wasm/bin/golden_reader.wasm');
const cases = readdirSync(join(here, 'cases')).sort().map((name) => ({
  name,
  bytes: readFileSync(join(here, 'cases', name, 'bytes.bin')),
  expected: readFileSync(join(here, 'cases', name, 'expected.txt'), 'utf8'),
}));

const folder = mkdtempSync(join(tmpdir(), 'etappe-golden-'));
const readers = {};

/** Nothing of the reader prints or exits; the imports are there because the linker names them. */
const kImports = new Proxy({}, { get: (_, name) => () => { throw new Error(`unexpected import ${String(name)}`); } });

function reader(exports) {
  exports._initialize?.();
  return (bytes) => {
    const memory = () => new Uint8Array(exports.memory.buffer);
    memory().set(bytes, exports.input());
    const size = exports.read(bytes.length);
    return Buffer.from(memory().slice(exports.output(), exports.output() + size)).toString('latin1');
  };
}

async function webAssembly() {
  const module = await WebAssembly.compile(readFileSync(built));
  const modules = new Set(WebAssembly.Module.imports(module).map((one) => one.module));
  const imports = Object.fromEntries([...modules].map((name) => [name, kImports]));
  return reader((await WebAssembly.instantiate(module, imports)).exports);
}

async function javaScript() {
  const tool = (name, ...args) =>
    execFileSync(process.execPath, [join(here, '../../node_modules/binaryen/bin', name), ...args]);
  const features = ['--enable-bulk-memory', '--enable-sign-ext', '--enable-nontrapping-float-to-int',
    '--enable-mutable-globals'];
  const lowered = join(folder, 'lowered.wasm');
  const script = join(folder, 'reader.mjs');
  tool('wasm-opt', built, ...features, '--signext-lowering', '--llvm-memory-copy-fill-lowering',
    '--llvm-nontrapping-fptoint-lowering', '-O1', '-o', lowered);
  tool('wasm2js', lowered, '-o', script);
  // wasm2js writes imports of modules that only a bundler could resolve; nothing of them is called.
  const code = readFileSync(script, 'utf8').replace(/^import \* as (\w+) from .*$/gm,
    'const $1 = new Proxy({}, { get: (_, name) => () => { throw new Error(`unexpected import ${String(name)}`); } });');
  writeFileSync(script, code);
  return reader(await import(pathToFileURL(script)));
}

before(async () => {
  readers.webAssembly = await webAssembly();
  readers.javaScript = await javaScript();
});
after(() => rmSync(folder, { recursive: true }));

describe('the golden files', () => {
  for (const runtime of ['webAssembly', 'javaScript']) {
    test(`are read by ${runtime} as the independent encoder expects`, () => {
      assert.ok(cases.length > 30);
      for (const { name, bytes, expected } of cases) assert.equal(readers[runtime](bytes), expected, name);
    });

    test(`cannot be read by ${runtime} when their end is missing`, () => {
      for (const { name, bytes, expected } of cases) {
        if (expected.startsWith('unreadable')) continue;
        for (let size = 0; size < bytes.length; ++size) {
          assert.match(readers[runtime](bytes.subarray(0, size)), /^unreadable (truncated|missing_field)\n$/,
            `${name}, ${size} bytes`);
        }
      }
    });
  }
});
