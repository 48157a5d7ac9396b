// The OpenAPI document as a judge: one compiled validator per operation and status, for examples and live answers alike.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';

export const load = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** @returns {(schema: object) => (value: unknown) => string} '' where the value fits, else what is wrong */
export function judge(document) {
  const ajv = new Ajv2020.default({ strict: true, strictTypes: false, allErrors: true });
  // References are written against the document; ajv finds them in one schema that carries all components.
  const rewrite = (node) => {
    if (Array.isArray(node)) return node.map(rewrite);
    if (node === null || typeof node !== 'object') return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' ? value.replace('#/components/schemas/', 'openapi:document#/$defs/') : rewrite(value),
    ]));
  };
  ajv.addSchema({ $id: 'openapi:document', $defs: rewrite(document.components.schemas) });
  return (schema) => {
    const validate = ajv.compile(rewrite(schema));
    return (value) => (validate(value) ? '' : ajv.errorsText(validate.errors, { separator: '\n' }));
  };
}

/** A response of an operation, its `$ref` followed. */
export function response(document, path, method, status) {
  const found = document.paths[path]?.[method]?.responses[String(status)];
  if (!found?.$ref) return found;
  return document.components.responses[found.$ref.split('/').pop()];
}

/** Every (operation, status, media type) of the document. */
export function* answers(document) {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      for (const status of Object.keys(operation.responses)) {
        const { content = {} } = response(document, path, method, status);
        for (const [type, { schema, example }] of Object.entries(content)) {
          yield { name: `${method.toUpperCase()} ${path} ${status} ${type}`, schema, example };
        }
      }
    }
  }
}
