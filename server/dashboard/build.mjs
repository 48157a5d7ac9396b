// Bundles the dashboard into one folder: index.html, app.<hash>.js, app.<hash>.css, the font and the favicon.
// Everything but index.html carries a hash of its content in its name, so it can be cached for ever.
//   node build.mjs OUT_FOLDER
import { build } from 'esbuild';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Builds into `out`; returns the names of the files written. Files of earlier builds are removed last. */
export async function buildDashboard(out) {
  await mkdir(out, { recursive: true });
  const result = await build({
    absWorkingDir: here,
    entryPoints: { app: 'src/main.tsx', favicon: 'favicon.svg' },
    outdir: out,
    entryNames: '[name].[hash]',
    assetNames: '[name].[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome109', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.woff2': 'file', '.svg': 'copy' },
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  const written = Object.keys(result.metafile.outputs).map((path) => basename(path));
  const named = (pattern) => {
    const found = written.filter((name) => pattern.test(name));
    if (found.length !== 1) throw new Error(`expected one file ${pattern}, found: ${found.join(', ') || 'none'}`);
    return found[0];
  };
  const page = (await readFile(join(here, 'index.html'), 'utf8'))
    .replace('{{favicon}}', named(/^favicon\..*\.svg$/))
    .replace('{{font}}', named(/^inter-latin-wght-normal\..*\.woff2$/))
    .replace('{{style}}', named(/^app\..*\.css$/))
    .replace('{{script}}', named(/^app\..*\.js$/));
  await writeFile(join(out, 'index.html'), page);
  const keep = new Set([...written, 'index.html']);
  for (const name of await readdir(out)) if (!keep.has(name)) await rm(join(out, name), { recursive: true });
  return [...keep];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = process.argv[2];
  if (!out) {
    console.error('usage: node build.mjs OUT_FOLDER');
    process.exit(2);
  }
  await buildDashboard(out);
}
