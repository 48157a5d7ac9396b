// The pinned tools that the build runs (package-lock.json), with the settings that its steps share.

import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../node_modules/binaryen/bin');

export const binaryen = (tool, ...args) => execFileSync(process.execPath, [join(folder, tool), ...args]);

/** What the module uses beyond WebAssembly 1.0: Chromium 75, Firefox 79, Safari 15. Older ones get the JavaScript build. */
export const kFeatures = ['--enable-bulk-memory', '--enable-sign-ext', '--enable-nontrapping-float-to-int',
  '--enable-mutable-globals'];

export async function minified(code) {
  const result = await minify(code, { ecma: 2019, compress: { passes: 3, unsafe_arrows: true }, mangle: true,
    format: { ascii_only: true } });
  return result.code;
}
