// The stand-in for the server answers in the shapes of docs/openapi.json; otherwise the page tests would prove nothing.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { checkAnswer, erasures, kSecondSite, liveView, report, site, subject } from './figures.mjs';
import { loadModule } from './load_module.mjs';

const document = JSON.parse(await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));
const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
ajv.addSchema({ $id: 'api', components: document.components });

function assertShape(schema, value) {
  const validate = ajv.getSchema(`api#/components/schemas/${schema}`) ?? ajv.compile({ $ref: `api#/components/schemas/${schema}` });
  assert.ok(validate(value), `${schema}: ${ajv.errorsText(validate.errors)}`);
}

const kSchema = { overview: 'Overview', channels: 'Channels', conversions: 'Conversions', funnel: 'Funnel', consent: 'Consent' };
for (const [name, schema] of Object.entries(kSchema)) {
  for (const shape of ['ok', 'nothing_recorded', 'nothing_in_period']) {
    for (const compare of ['previous', 'none']) {
      test(`the mock's ${name} report, ${shape}, compared with ${compare}, has the documented shape`, () => {
        const body = report(name, { from: '2026-10-26', to: '2026-11-22', compare, funnel: null, shape, hostile: false, sql: true });
        assertShape(schema, body);
        assert.equal(body.rows.length > 0, shape === 'ok' || name === 'overview' || name === 'funnel');
      });
    }
  }
}

test('the mock\'s sites have the documented shape', () => {
  assertShape('Sites', { sites: [site(false), site(true), kSecondSite] });
});

for (const shape of ['busy', 'silent', 'checked']) {
  test(`the mock's live view, ${shape}, has the documented shape`, () => {
    assertShape('Live', liveView({ shape, cause: null }));
    assertShape('Live', liveView({ shape, cause: 'wrong_domain', subject: 'shop.test', hostile: true, later: 4000 }));
  });
}

test('the mock\'s look at a page has the documented shape', () => {
  for (const found of [true, false]) assertShape('Check', checkAnswer({ url: 'https://nordwerk.example/', cause: 'snippet_missing', found }));
});

test('the mock\'s receipts and what is stored about a person have the documented shape', () => {
  for (const waiting of [true, false]) assertShape('Erasures', erasures(waiting));
  for (const asked of [{ visitor: 'v' }, { visitor: 'nobody' }, { person: 'p' }]) assertShape('Subject', subject(asked, false));
});

test('every documented reason and state of an erasure has words in the interface', async () => {
  const { de } = await loadModule('words/de.ts');
  const { reason, state } = document.components.schemas.Erasure.properties;
  assert.deepEqual(Object.keys(de.rights.reasons), reason.enum);
  assert.deepEqual(Object.keys(de.rights.states), state.enum);
});

test('every documented cause and remark has words in the interface', async () => {
  const { de } = await loadModule('words/de.ts');
  const { cause, remarks } = document.components.schemas.Verdict.properties;
  assert.deepEqual(Object.keys(de.check.causes), cause.enum);
  assert.deepEqual(Object.keys(de.check.remarks), remarks.items.enum);
});

test('a body that lacks a documented field is refused by the same check', () => {
  const { totals, ...body } = report('overview', { from: '2026-10-26', to: '2026-11-22', compare: 'none', funnel: null, shape: 'ok', hostile: false, sql: false });
  assert.ok(totals);
  assert.throws(() => assertShape('Overview', body), /totals/);
});
