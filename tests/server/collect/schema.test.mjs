// docs/event.schema.json says of every example what batches.json expects; schema_examples_test.cpp asks the
// collector the same questions.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import addFormats from 'ajv-formats';
import Ajv2020 from 'ajv/dist/2020.js';

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const examples = read('batches.json');
const ajv = new Ajv2020.default({ strict: true, allowUnionTypes: true, strictRequired: false });
addFormats.default(ajv);
const validate = ajv.compile(read('../../../docs/event.schema.json'));

const cases = [
  ...examples.batches,
  ...examples.events.map(({ what, event, valid }) => ({
    what, valid, batch: { site: 's1', events: [{ ...examples.view, ...event }] },
  })),
];

test('the schema agrees with every example', () => {
  for (const { what, batch, valid } of cases) {
    assert.equal(validate(batch), valid, `${what}: ${JSON.stringify(validate.errors)}`);
  }
});

test('the examples say yes and no', () => {
  assert.ok(cases.filter(({ valid }) => valid).length > 20);
  assert.ok(cases.filter(({ valid }) => !valid).length > 20);
});
