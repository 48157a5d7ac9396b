// Bundles the dashboard into one folder: index.html, licenses.txt, app.<hash>.js, app.<hash>.css, font and favicon.
// A name with a hash of the content changes with it, so such a file can be cached for ever.
//   node build.mjs [OUT_FOLDER]     without it build/share/etappe/dashboard, beside the release executable
import { build } from 'esbuild';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const kLicences = {
  'Inter': '@fontsource-variable/inter/LICENSE',
  'Apache ECharts': 'echarts/LICENSE',
  'Apache ECharts, notice': 'echarts/NOTICE',
  'ZRender': 'zrender/LICENSE',
  'tslib': 'tslib/LICENSE.txt',
  'Preact': 'preact/LICENSE',
};

/** Builds into `out`; returns the names of the files written. Files of earlier builds are removed last. */
export async function buildDashboard(out) {
  await mkdir(out, { recursive: true });
  const result = await build({
    absWorkingDir: here,
    entryPoints: { app: 'src/main.tsx', favicon: 'favicon.svg' },
    outdir: resolve(out),  // esbuild would take it from its own working folder
    entryNames: '[name].[hash]',
    assetNames: '[name].[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome109', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.woff2': 'file', '.svg': 'copy' },
    legalComments: 'none',
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
  await writeFile(join(out, 'licenses.txt'), await licences());
  const keep = new Set([...written, 'index.html', 'licenses.txt']);
  for (const name of await readdir(out)) if (!keep.has(name)) await rm(join(out, name), { recursive: true });
  return [...keep];
}

async function licences() {
  const modules = join(here, '../../node_modules');
  const texts = await Promise.all(Object.entries(kLicences).map(async ([name, file]) =>
    `=== ${name} ===\n\n${await readFile(join(modules, file), 'utf8')}`));
  return texts.join('\n\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildDashboard(process.argv[2] ?? join(here, '../../build/share/etappe/dashboard'));
}
