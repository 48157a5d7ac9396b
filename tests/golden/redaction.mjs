// Redaction cases: site rules and texts in, what is left of them out. A text's result is written in its case by hand, not
// computed: {"url": …} or {"text": …} or {"value": …, "name": …} with "is", or without it when nothing changes.
// The file is for tests only: 'R' · u16 size of the whole file · rules · NUL · for each text its kind (u, t, v), for a
// value its name and NUL, the text and NUL.

import { shown } from './wire.mjs';

const kKinds = ['url', 'text', 'value'];
const kindOf = (row) => kKinds.find((kind) => kind in row);

export function redactionBytes({ rules = [], rows }) {
  const body = [...new TextEncoder().encode(rules.join('\n') + '\0' + rows.map((row) =>
    `${kindOf(row)[0]}${'name' in row ? `${row.name}\0` : ''}${row[kindOf(row)]}\0`).join(''))];
  const size = body.length + 3;
  return [0x52, size & 255, size >> 8, ...body];
}

export const redactionReading = ({ rows }) =>
  ['redaction', ...rows.map((row) => `${kindOf(row)} ${shown(row.is ?? row[kindOf(row)])}`)];
