// The module as a page gets it, run in Node: taken out of tracker.js, instantiated by WebAssembly or through its
// JavaScript build, with a host that writes down what was asked of it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { embed } from '../../wasm/embed.mjs';
import { extract } from '../../wasm/loader/embed.js';

const share = process.env.ETAPPE_SHARE;

/** The text between the quotes that holds the module: the small one, or the full one. */
export function embeddedText(kind = 'wasm') {
  const name = kind === 'full' ? 'tracker_full.js' : 'tracker.js';
  const file = readFileSync(join(share, name), 'utf8');
  const begin = file.indexOf(`"${embed(Buffer.from('\0asm'))}`) + 1;
  if (begin === 0) throw new Error(`${name} holds no module`);
  return file.slice(begin, file.indexOf('"', begin));
}

export const moduleBytes = (kind) => extract(embeddedText(kind));

function javaScriptBuild() {
  const { engine } = JSON.parse(readFileSync(join(share, 'assets.json'), 'utf8'));
  let instantiate;
  const window = { etappe: { engine: (given) => { instantiate = given; } } };
  runInNewContext(readFileSync(join(share, 'a', engine), 'utf8'), { window });
  return instantiate;
}

/** Random bytes that are the same in every run: the low bytes of a linear congruential generator. */
function dice() {
  let state = 1;
  return (bytes) => {
    for (let i = 0; i < bytes.length; ++i) {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      bytes[i] = state >> 16;
    }
  };
}

/** {exports, commands}; `kind` is 'wasm', 'full' or 'js'. A command is {operation, bytes} or {operation, a}, as in docs/abi.md. */
export async function loadEngine(kind) {
  const roll = dice();
  const commands = [];
  let exports;
  const bytesAt = (address, length) => new Uint8Array(exports.memory.buffer, address, length);
  const imports = { env: {
    random: (address, length) => roll(bytesAt(address, length)),
    command(operation, a, b, c) {
      if (operation === 1 || operation === 2 || operation === 3 || operation === 5) commands.push({ operation, bytes: Buffer.from(bytesAt(a, b)), c });
      else commands.push({ operation, a });
    },
  } };
  imports.env.look = imports.env.matches = () => 0;
  exports = kind === 'js' ? javaScriptBuild()(imports) : (await WebAssembly.instantiate(moduleBytes(kind), imports)).instance.exports;
  return {
    exports,
    commands,
    /** Writes text, bytes or a list of [field, text] into the scratch buffer and returns their length. */
    put(what) {
      const bytes = typeof what === 'string' ? Buffer.from(what) : what instanceof Uint8Array ? what :
        Buffer.concat(what.map(([field, text]) => {
          const value = Buffer.from(text);
          return Buffer.concat([Buffer.from([field, value.length & 255, value.length >> 8]), value]);
        }));
      bytesAt(exports.scratch(), bytes.length).set(bytes);
      return bytes.length;
    },
  };
}
