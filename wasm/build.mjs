// From the linked module and the loader's sources to what the publisher takes:
//   share/etappe/tracker.js            loader and module in one file; "__ETAPPE_CONFIG__", "__ETAPPE_LISTENERS__" and
//                                      "__ETAPPE_CONSENT__" are the publisher's to replace
//   share/etappe/tracker_full.js       the same with the module that runs full containers
//   share/etappe/listeners/<name>.js   one function expression each, which belongs into the second place
//   share/etappe/consent/<name>.js     likewise, into the third: by what the page hears of decisions
//   share/etappe/a/engine.<hash>.js    the same module as JavaScript, for pages that refuse WebAssembly
//   share/etappe/a/check.<hash>.js     what a page runs that was opened for the live check; the same hash
//   share/etappe/a/banner.<hash>.js    our own consent banner and the control "My data"; the same hash
//   share/etappe/etappe.d.ts           the types of what a page calls
//   share/etappe/assets.json           {"engine": "engine.<hash>.js", "listeners": ["links", …], "consent": ["tcf", …]}
// Usage: node wasm/build.mjs [FOLDER [OUTPUT]]: where tracker.wasm and tracker_full.wasm are; default build/wasm/bin and
// build/share/etappe.
// The same input gives the same bytes: no times, no paths, pinned tools (package-lock.json).

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { embed } from './embed.mjs';
import { translateModule } from './fallback/translate.mjs';
import { binaryen, kFeatures, minified } from './tools.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const kTarget = 'es2019';

/** Keeps the reviewed exports, of `list`, and what they need. */
function shrinkModule(linked, list, folder) {
  const exports = readFileSync(join(here, 'abi', list), 'utf8').split('\n').filter(Boolean);
  const graph = join(folder, 'graph.json');
  writeFileSync(graph, JSON.stringify([{ name: 'loader', root: true, reaches: exports.map((name) => 'e:' + name) },
    ...exports.map((name) => ({ name: 'e:' + name, export: name }))]));
  const reached = join(folder, 'reached.wasm');
  const small = join(folder, 'small.wasm');
  binaryen('wasm-metadce', linked, ...kFeatures, '--graph-file', graph, '-o', reached);
  // A trap of ours is a bug either way, the memory is zero when it starts, and nothing of ours lies below 1,024.
  binaryen('wasm-opt', reached, ...kFeatures, '-tnh', '--zero-filled-memory', '--low-memory-unused',
    '--flatten', '--rereloop', '-Oz', '-Oz', '--converge', '--strip-debug', '--strip-producers',
    '--strip-target-features', '-o', small);
  return small;
}

/** The folders of modules that a site chooses from, and the places of the loader where the chosen ones stand. */
const kModules = { listeners: '__ETAPPE_LISTENERS__', consent: '__ETAPPE_CONSENT__' };
const kMark = '__ETAPPE_MODULE_NAMED__';

const namesIn = (folder) => readdirSync(join(here, 'loader', folder)).map((file) => file.replace(/\.js$/, '')).sort();

/**
 * All modules of a folder as one list, a mark with its name in front of each. They are bundled and minified together
 * with the loader, so that they call its functions by their short names, and cut out again afterwards: what a site
 * does without, costs it nothing. Each is one `export default () => {…}` behind its imports, and nothing else.
 */
const moduleLists = { name: 'modules', setup(bundler) {
  bundler.onResolve({ filter: /^etappe:/ }, ({ path }) => ({ path: path.slice(7), namespace: 'modules' }));
  bundler.onLoad({ filter: /.*/, namespace: 'modules' }, ({ path: folder }) => {
    const imported = new Map();
    const list = namesIn(folder).map((name) => {
      const source = readFileSync(join(here, 'loader', folder, `${name}.js`), 'utf8');
      for (const [, words, file] of source.matchAll(/^import \{ (.*) \} from '\.\.\/(.*)';$/gm)) {
        const known = imported.get(file) ?? new Set();
        words.split(', ').forEach((word) => known.add(word));
        imported.set(file, known);
      }
      const [, body] = /^export default (\(\) => \{\n.*\n\});\n$/ms.exec(source) ?? [];
      if (!body) throw new Error(`loader/${folder}/${name}.js is more than one function`);
      return `"${kMark}${name}", ${body},`;
    });
    const imports = [...imported].map(([file, words]) => `import { ${[...words].join(', ')} } from './${file}';`);
    return { contents: `${imports.join('\n')}\nexport default [${list.join('\n')} "${kMark}"];`, resolveDir: join(here, 'loader') };
  });
} };

/**
 * The bundle with a variable in place of each member of the state object (loader/state.js): minifiers shorten the
 * names of variables and leave those of members.
 */
function withoutState(code) {
  const flat = code.replace(/^  var state = \{\n(.*?)^  \};\n/ms, (_, members) => members
    .replace(/^    (\w+),?$/gm, '    $1: $1,').replace(/^    (\w+): (.*?),?$/gm, '  var state_$1 = $2;'))
    .replace(/\bstate\.(\w+)/g, 'state_$1');
  if (/\bstate\b(?!_)/.test(flat.replace(/\/\/.*|\/\*.*?\*\//g, ''))) {
    throw new Error('the loader uses its state object other than member by member');
  }
  return flat;
}

/**
 * The bundle with one form of declaration: its own functions are arrows in variables (but those with a `this` or
 * `arguments` in them), and what is not a `var` is a `let`. What is said in one way only compresses better.
 */
function withOneForm(code) {
  return code.replace(/^  function (\w+)(\([^\n]*\)) \{\n(.*?)^  \}$/gms, (whole, name, parameters, body) =>
    (/\b(this|arguments)\b/.test(body) ? whole : `  var ${name} = ${parameters} => {\n${body}  };`))
    .replace(/\bconst\b/g, 'let');
}

/**
 * The bundle with its long literals at the end of the file, as arguments: in the middle of the script they would have
 * brotli change its tables twice more.
 */
function withLiteralsLast(code) {
  const literals = new Map();
  const script = code.replace(/^  var (\w+) = ("__ETAPPE_(?:MODULE|CONFIG)__");\n/gm, (_, name, literal) => {
    literals.set(name, literal);
    return '';
  });
  return script.replace(/^\(\(\) => \{/m, `((${[...literals.keys()].reverse()}) => {`).replace(/\}\)\(\);\n$/, `})(${[...literals.values()].reverse()});\n`);
}

/** The minified loader with a place for each list of modules, and the modules by their folders and names. */
async function bundleLoader() {
  const result = await build({ entryPoints: [join(here, 'loader/main.js')], bundle: true, format: 'iife', write: false,
    target: kTarget, charset: 'utf8', legalComments: 'none', plugins: [moduleLists] });
  let loader = await minified(withLiteralsLast(withOneForm(withoutState(result.outputFiles[0].text))));
  const modules = {};
  for (const [folder, place] of Object.entries(kModules)) {
    const names = namesIn(folder);
    const found = {};
    // A list is a run of marks: from the bracket before its first name to the mark that ends it.
    const begin = loader.indexOf(`["${kMark}${names[0]}"`);
    const end = loader.indexOf(`"${kMark}"]`, begin);
    const pieces = loader.slice(begin + 1, end).split(`"${kMark}`).slice(1);
    for (const piece of pieces) {
      const quote = piece.indexOf('",');
      found[piece.slice(0, quote)] = piece.slice(quote + 2).replace(/,$/, '');
    }
    if (begin < 0 || end < 0 || names.some((name) => !found[name]) || pieces.length !== names.length) {
      throw new Error(`the minifier has taken the list of ${folder} apart`);
    }
    modules[folder] = found;
    loader = `${loader.slice(0, begin)}["${place}"${loader.slice(end + kMark.length + 2)}`;
  }
  return { loader, modules };
}

function writeWhole(path, bytes) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path + '.new', bytes);
  renameSync(path + '.new', path);
}

export async function makeAssets(linked, output) {
  const folder = mkdtempSync(join(tmpdir(), 'etappe-tracker-'));
  try {
    const module = readFileSync(shrinkModule(join(linked, 'tracker.wasm'), 'exports.txt', folder));
    const full = shrinkModule(join(linked, 'tracker_full.wasm'), 'exports_full.txt', folder);
    const fullModule = readFileSync(full);
    // One fallback for both: it is the rare case, and the bigger module runs basic containers too.
    const engine = await translateModule(full, folder);
    const { loader, modules } = await bundleLoader();
    const hole = '"__ETAPPE_MODULE__"';
    for (const literal of [hole, '"__ETAPPE_CONFIG__"', ...Object.values(kModules).map((place) => `"${place}"`)]) {
      if (loader.split(literal).length !== 2) throw new Error(`the bundle does not have ${literal} exactly once`);
    }
    const check = await minified(readFileSync(join(here, 'loader/check.js'), 'utf8'));
    const banner = await minified(readFileSync(join(here, 'loader/banner.js'), 'utf8'));
    // One hash for all, so that the loader knows the others' names by the first.
    const hash = createHash('sha256').update(engine).update(check).update(banner).digest('hex').slice(0, 10);
    const name = `engine.${hash}.js`;
    const others = { [name]: engine, [`check.${hash}.js`]: check, [`banner.${hash}.js`]: banner };
    mkdirSync(join(output, 'a'), { recursive: true });
    for (const old of readdirSync(join(output, 'a'))) {
      if (/^(engine|check|banner)\..*\.js$/.test(old) && !others[old]) rmSync(join(output, 'a', old));
    }
    for (const [file, code] of Object.entries(others)) writeWhole(join(output, 'a', file), code);
    copyFileSync(join(here, 'loader/etappe.d.ts'), join(output, 'etappe.d.ts'));
    writeWhole(join(output, 'tracker.js'), loader.replace(hole, () => `"${embed(module)}"`));
    writeWhole(join(output, 'tracker_full.js'), loader.replace(hole, () => `"${embed(fullModule)}"`));
    for (const [folder, found] of Object.entries(modules)) {
      rmSync(join(output, folder), { recursive: true, force: true });
      for (const [module_, code] of Object.entries(found)) writeWhole(join(output, folder, `${module_}.js`), code);
    }
    writeWhole(join(output, 'assets.json'), JSON.stringify({ engine: name, listeners: namesIn('listeners'), consent: namesIn('consent') }) + '\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [linked = join(here, '../build/wasm/bin'), output = join(here, '../build/share/etappe')] = process.argv.slice(2);
  await makeAssets(resolve(linked), resolve(output));
}
