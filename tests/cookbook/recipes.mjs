// The recipes of docs/cookbook.md that have a name: fenced blocks whose first line says language and name.
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const kFile = fileURLToPath(new URL('../../docs/cookbook.md', import.meta.url));

/** {name: text}; throws when a name stands twice. */
export function recipes() {
  const found = {};
  for (const [, name, text] of readFileSync(kFile, 'utf8').matchAll(/^```[a-z]+ ([a-z-]+)\n(.*?)^```$/gms)) {
    if (found[name]) throw new Error(`two recipes are called ${name}`);
    found[name] = text;
  }
  return found;
}
