// From the linked module and the loader's sources to what the publisher takes:
//   share/etappe/tracker.js            loader and module in one file; "__ETAPPE_CONFIG__" is the publisher's to replace
//   share/etappe/a/engine.<hash>.js    the same module as JavaScript, for pages that refuse WebAssembly
//   share/etappe/assets.json           {"engine": "engine.<hash>.js"}
// Usage: node wasm/build.mjs [MODULE [OUTPUT]]; default build/wasm/bin/tracker.wasm and build/share/etappe.
// The same input gives the same bytes: no times, no paths, pinned tools (package-lock.json).

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { embed } from './embed.mjs';
import { translateModule } from './fallback/translate.mjs';
import { binaryen, kFeatures, minified } from './tools.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const kTarget = 'es2019';

/** Keeps the reviewed exports and what they need. */
function shrinkModule(linked, folder) {
  const exports = readFileSync(join(here, 'abi/exports.txt'), 'utf8').split('\n').filter(Boolean);
  const graph = join(folder, 'graph.json');
  writeFileSync(graph, JSON.stringify([{ name: 'loader', root: true, reaches: exports.map((name) => 'e:' + name) },
    ...exports.map((name) => ({ name: 'e:' + name, export: name }))]));
  const reached = join(folder, 'reached.wasm');
  const small = join(folder, 'small.wasm');
  binaryen('wasm-metadce', linked, ...kFeatures, '--graph-file', graph, '-o', reached);
  binaryen('wasm-opt', reached, ...kFeatures, '-Oz', '--converge', '--strip-debug', '--strip-producers',
    '--strip-target-features', '-o', small);
  return small;
}

async function bundleLoader() {
  const result = await build({ entryPoints: [join(here, 'loader/main.js')], bundle: true, format: 'iife', write: false,
    target: kTarget, charset: 'utf8', legalComments: 'none' });
  return minified(result.outputFiles[0].text);
}

function writeWhole(path, bytes) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path + '.new', bytes);
  renameSync(path + '.new', path);
}

export async function makeAssets(linked, output) {
  const folder = mkdtempSync(join(tmpdir(), 'etappe-tracker-'));
  try {
    const small = shrinkModule(linked, folder);
    const module = readFileSync(small);
    const engine = await translateModule(small, folder);
    const loader = await bundleLoader();
    const hole = '"__ETAPPE_MODULE__"';
    if (loader.split(hole).length !== 2 || loader.split('"__ETAPPE_CONFIG__"').length !== 2) {
      throw new Error('the bundle does not have each of the two literals exactly once');
    }
    const hash = createHash('sha256').update(engine).digest('hex').slice(0, 12);
    const name = `engine.${hash}.js`;
    mkdirSync(join(output, 'a'), { recursive: true });
    for (const old of readdirSync(join(output, 'a'))) {
      if (/^engine\..*\.js$/.test(old) && old !== name) rmSync(join(output, 'a', old));
    }
    writeWhole(join(output, 'a', name), engine);
    writeWhole(join(output, 'tracker.js'), loader.replace(hole, () => `"${embed(module)}"`));
    writeWhole(join(output, 'assets.json'), JSON.stringify({ engine: name }) + '\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [module = join(here, '../build/wasm/bin/tracker.wasm'), output = join(here, '../build/share/etappe')] =
    process.argv.slice(2);
  await makeAssets(resolve(module), resolve(output));
}
