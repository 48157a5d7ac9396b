// The module as JavaScript, for pages whose policy or browser refuses WebAssembly: the same decisions, byte for byte
// (tests/wasm/module_test.mjs), about a tenth larger and slower, and fetched only there.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { binaryen, kFeatures, minified } from '../tools.mjs';

/** JavaScript has no other word for these; wasm2js wants them gone. */
const kLower = ['--signext-lowering', '--llvm-memory-copy-fill-lowering', '--llvm-nontrapping-fptoint-lowering'];

/** `module` is a file; `folder` takes intermediate files. Returns a script that hands its instantiate to the loader. */
export async function translateModule(module, folder) {
  const lowered = join(folder, 'lowered.wasm');
  const translated = join(folder, 'engine.js');
  binaryen('wasm-opt', module, ...kFeatures, ...kLower, '-Oz', '-o', lowered);
  binaryen('wasm2js', lowered, '-Oz', '-o', translated);
  // wasm2js writes an ES module around one function: keep the function, drop imports and exports.
  const code = readFileSync(translated, 'utf8').replace(/^import .*$/gm, '');
  const end = code.indexOf('var retasmFunc');
  if (end < 0 || !code.includes('function asmFunc(imports)')) {
    throw new Error('wasm2js writes another shape than this script knows; see the output of the pinned version');
  }
  return minified(`(()=>{${code.slice(0, end)};window.etappe.engine(asmFunc)})()`);
}
