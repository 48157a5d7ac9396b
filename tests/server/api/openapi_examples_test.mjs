// Every example in docs/openapi.json fits its own schema, so that interfaces built from the examples are built right.
import assert from 'node:assert/strict';
import test from 'node:test';
import { answers, judge, load } from './openapi.mjs';

const document = load(new URL('../../../docs/openapi.json', import.meta.url));
const compile = judge(document);

test('every answer of the document has an example that fits its schema', () => {
  const seen = [...answers(document)];
  assert.ok(seen.length > 30, `only ${seen.length} answers found`);
  for (const { name, schema, example } of seen) {
    assert.notEqual(example, undefined, `${name} has no example`);
    assert.equal(compile(schema)(example), '', name);
  }
});

test('a row with a missing, an extra or a wrong cell does not fit', () => {
  const { schema, example } = [...answers(document)].find(({ name }) => name.includes('/overview 200 application/json'));
  const fits = compile(schema);
  const broken = (change) => {
    const copy = structuredClone(example);
    change(copy);
    return fits(copy);
  };
  assert.equal(broken(() => {}), '');
  const cases = {
    'a missing cell': (report) => report.rows[0].pop(),
    'an extra cell': (report) => report.rows[0].push(1),
    'money as a number': (report) => { report.totals.conversion_value = 12.5; },
    'a renamed column': (report) => { report.columns[1].name = 'visits'; },
    'an unknown key': (report) => { report.extra = 1; },
    'an unknown channel': (report) => { report.channels.rows[0][0] = 'Telepathy'; },
  };
  for (const [name, change] of Object.entries(cases)) assert.notEqual(broken(change), '', `${name} was accepted`);
});
