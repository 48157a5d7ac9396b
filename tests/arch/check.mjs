// Holds every #include of the tree against tests/arch/rooms.json: which room may include which, and which library
// may be seen where. Also what `core` must never use. Prints each offence as file:line and exits 1.
//   node tests/arch/check.mjs [ROOT]
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const table = JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'rooms.json'), 'utf8'));
const sources = /\.(cpp|hpp|h|cc)$/;

// core is compiled into every visitor's browser and must give the same answers everywhere.
const forbiddenInCore = new Map([
  ['thread', 'threads'], ['mutex', 'threads'], ['atomic', 'threads'], ['future', 'threads'],
  ['iostream', 'I/O'], ['fstream', 'I/O'], ['sstream', 'I/O'], ['cstdio', 'I/O'], ['filesystem', 'I/O'],
  ['random', 'randomness'], ['ctime', 'the clock'], ['regex', 'exceptions'], ['exception', 'exceptions'],
  ['stdexcept', 'exceptions'],
]);

/** The room of a file: the longest folder of the table that holds it; `server/cli` for the composition root. */
export function roomOf(path) {
  const folder = dirname(path);
  if (path === 'server/main.cpp') return 'server/cli';
  return Object.keys(table.rooms)
    .filter((room) => folder === room || folder.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Offences of one file, as messages without the file's name. */
export function offences(path, text) {
  const found = [];
  const room = roomOf(path);
  if (!room) return [`1: belongs to no room of tests/arch/rooms.json`];
  const allowed = table.rooms[room];
  text.split('\n').forEach((line, index) => {
    const include = /^\s*#\s*include\s*([<"])([^>"]+)[>"]/.exec(line);
    if (!include) {
      if (room.startsWith('core') && /\b(throw|try|catch)\b(?!.*\/\/)/.test(line.replace(/\/\/.*$/, '')))
        found.push(`${index + 1}: core uses exceptions`);
      return;
    }
    const [, quote, target] = include;
    if (quote === '"') {
      const other = roomOf(target);
      if (/^tests\//.test(target)) found.push(`${index + 1}: includes a test, ${target}`);
      else if (!other) found.push(`${index + 1}: includes ${target}, which is in no room (write paths from the root)`);
      else if (other !== room && !allowed.includes('*') && !allowed.includes(other))
        found.push(`${index + 1}: ${room} may not include ${other} (${target})`);
    } else {
      for (const [library, rooms] of Object.entries(table.third_party))
        if (target.startsWith(library) && !rooms.includes(room))
          found.push(`${index + 1}: <${target}> may only be seen in ${rooms.join(', ')}`);
      if (room.startsWith('core') && forbiddenInCore.has(target))
        found.push(`${index + 1}: core must not use ${forbiddenInCore.get(target)} (<${target}>)`);
    }
  });
  return found;
}

function* files(folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* files(path);
    else if (sources.test(entry.name)) yield path;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let count = 0;
  let bad = 0;
  for (const top of ['core', 'wasm', 'server'].filter((folder) => existsSync(join(root, folder))))
    for (const path of files(top)) {
      count++;
      for (const offence of offences(path, readFileSync(join(root, path), 'utf8'))) {
        bad++;
        console.error(`${relative('.', join(root, path))}:${offence}`);
      }
    }
  console.log(`${count} files, ${bad} offences`);
  process.exit(bad || count === 0 ? 1 : 0);
}
