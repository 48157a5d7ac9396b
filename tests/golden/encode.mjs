// Makes the golden files: for every folder of cases/ its bytes.bin and expected.txt from its case.json.
//   node tests/golden/encode.mjs           writes them
//   node tests/golden/encode.mjs --check   fails when what is committed differs
//
// A case.json has "about" and one of "batch", "envelope" (wire.mjs), "container" (container.mjs) or "redaction"
// (redaction.mjs). A broken file is a good one that "spoil" changes: "cut" takes bytes off its end, "append" adds some, "set" replaces some (hexadecimal). Then
// "unreadable" says how every reader refuses it. A case.json with "compiled" is an author's form whose bytes.bin server/container has made, and whose
// expected.txt a native reader: full containers, for which there is no second compiler. They show that all runtimes agree.

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { containerBytes, containerReading } from './container.mjs';
import { redactionBytes, redactionReading } from './redaction.mjs';
import { batchBytes, batchReading, envelopeBytes, envelopeReading, hex } from './wire.mjs';

const cases = join(dirname(fileURLToPath(import.meta.url)), 'cases');
const check = process.argv.includes('--check');

function spoiled(bytes, { cut = 0, append = '', set = {} } = {}) {
  const out = [...bytes.slice(0, bytes.length - cut), ...hex(append)];
  for (const [offset, value] of Object.entries(set)) {
    // From the end, when the offset is negative.
    const at = offset < 0 ? out.length + Number(offset) : Number(offset);
    out.splice(at, hex(value).length, ...hex(value));
  }
  return out;
}

const kFormats = { batch: [batchBytes, batchReading], envelope: [envelopeBytes, envelopeReading],
  container: [containerBytes, containerReading], redaction: [redactionBytes, redactionReading] };

function make(description) {
  const format = Object.keys(kFormats).find((name) => name in description);
  const [toBytes, toReading] = kFormats[format];
  const { spoil, unreadable, [format]: content } = description;
  const lines = unreadable ? [`unreadable ${unreadable}`] : toReading(content);
  return { 'bytes.bin': Buffer.from(spoiled(toBytes(content), spoil)),
    'expected.txt': Buffer.from(lines.join('\n') + '\n') };
}

const names = readdirSync(cases).sort();
let differing = 0;
for (const name of names) {
  const description = JSON.parse(readFileSync(join(cases, name, 'case.json'), 'utf8'));
  if (description.compiled) continue;
  const files = make(description);
  for (const [file, content] of Object.entries(files)) {
    const path = join(cases, name, file);
    if (!check) {
      writeFileSync(path, content);
    } else if (!existsSync(path) || !readFileSync(path).equals(content)) {
      console.error(`${path} is not what its case.json says; run node tests/golden/encode.mjs and look at the change`);
      ++differing;
    }
  }
}
if (names.length === 0) throw new Error(`no cases in ${cases}`);
console.log(`${names.length} cases, ${differing} files differ`);
process.exitCode = differing === 0 ? 0 : 1;
