// Compiles one TypeScript module of the dashboard and imports it.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const kSource = fileURLToPath(new URL('../../server/dashboard/src/', import.meta.url));

export async function loadModule(name) {
  const { outputFiles } = await build({
    entryPoints: [kSource + name], bundle: true, format: 'esm', write: false, target: 'node18', jsx: 'automatic', jsxImportSource: 'preact',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
