// docs/container.schema.json and the compiler agree: what one refuses for its form, so does the other. The compiler
// is asked through compile_lines.cpp.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import { container as full } from '../../e2e/tags_container.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const accepts = new Ajv({ strict: true, strictTypes: false }).compile(
  JSON.parse(readFileSync(join(root, 'docs/container.schema.json'), 'utf8')));

/** One answer a document: true when the compiler found no error. */
function compilerAccepts(documents) {
  const input = documents.map((document) => JSON.stringify(document)).join('\n') + '\n';
  const output = execFileSync(process.env.ETAPPE_COMPILE_LINES, { input, encoding: 'utf8' });
  return output.trim().split('\n').map((line) => line === 'ok');
}

const cases = readdirSync(join(root, 'tests/golden/cases'))
  .map((name) => JSON.parse(readFileSync(join(root, 'tests/golden/cases', name, 'case.json'), 'utf8')).container)
  .filter(Boolean);
/** A full container is big: its entities are changed in containers of their own. */
const { variables, triggers, tags, ...rest } = full;
const small = [
  ...variables.filter(({ input, source, parts }) => !input && !source && !parts).map((one) => [{ ...rest, variables: [one], triggers: [], tags: [] }, 'variables']),
  ...triggers.filter(({ on }) => on !== 'group').map((one) => [{ ...rest, variables, triggers: [one], tags: [] }, 'triggers']),
  ...tags.filter(({ triggers: by }) => by.length).map((one) =>
    [{ ...rest, variables, triggers, tags: [one, ...tags.filter(({ name }) => [one.setup, one.cleanup].includes(name))] }, 'tags']),
];

/** Every document that differs from a good one in one place: each value removed, or replaced by something odd. */
function* changed(document, path = []) {
  const value = path.reduce((part, key) => part[key], document);
  const withChange = (change) => {
    const copy = structuredClone(document);
    const parent = path.slice(0, -1).reduce((part, key) => part[key], copy);
    change(parent, path.at(-1));
    return copy;
  };
  if (path.length > 0) {
    yield withChange((parent, key) => (Array.isArray(parent) ? parent.splice(key, 1) : delete parent[key]));
    for (const odd of [null, 7, '', 'odd', 'a\nb', 'x'.repeat(600), [], {}, ['odd'], { odd: 1 }]) {
      yield withChange((parent, key) => { parent[key] = odd; });
    }
  }
  if (value !== null && typeof value === 'object') {
    for (const key of Object.keys(value)) yield* changed(document, [...path, key]);
    if (!Array.isArray(value)) {
      const copy = structuredClone(document);
      path.reduce((part, key) => part[key], copy).odd = 1;
      yield copy;
    }
  }
}

test('the schema accepts every author\'s form that the compiler accepts', () => {
  const documents = [full, ...small.flatMap(([one, kind]) => [one, ...changed(one, [kind, 0])]), ...cases, ...cases.flatMap((one) => (JSON.stringify(one).length < 3000 ? [...changed(one)] : []))];
  const answers = compilerAccepts(documents);
  let accepted = 0;
  documents.forEach((document, index) => {
    if (!answers[index]) return;
    ++accepted;
    assert.ok(accepts(document), `${JSON.stringify(accepts.errors)} in ${JSON.stringify(document)}`);
  });
  assert.ok(accepted > 20 && accepted < documents.length / 2, `${accepted} of ${documents.length} accepted`);
});

test('what the schema accepts, the compiler refuses for references and names only', () => {
  // A good form in which every name leads somewhere, changed in places that no name depends on.
  const form = structuredClone(cases.find((one) => one.tags.length === 1));
  const documents = [...changed(form)].filter((document) => accepts(document));
  const answers = compilerAccepts(documents);
  const names = (list) => (list ?? []).map((one) => one.name);
  documents.forEach((document, index) => {
    const variables = names(document.variables);
    const triggers = names(document.triggers);
    const used = JSON.stringify(document).matchAll(/"variable":"((?:[^"\\]|\\.)*)"/g);
    const referencesHold = [...used].every(([, name]) => variables.includes(JSON.parse(`"${name}"`))) &&
      document.tags.every((tag) => tag.triggers.length > 0 && [...tag.triggers, ...(tag.exceptions ?? [])].every((name) => triggers.includes(name)));
    const templatesHold = document.tags.every(({ template }) => ['etappe-conversion', 'etappe-step', 'image-pixel'].includes(template));
    assert.equal(answers[index], referencesHold && templatesHold, JSON.stringify(document));
  });
  assert.ok(documents.length > 10);
});
