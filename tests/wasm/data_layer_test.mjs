// The merged data layer against Google Tag Manager's rules (google/data-layer-helper, README and tests).

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

globalThis.document = { currentScript: null };
globalThis.window = {};
const { state } = await import('../../wasm/loader/state.js');
const { follow, take, valueOf } = await import('../../wasm/loader/data_layer.js');

beforeEach(() => {
  state.model = Object.create(null);
  window.dataLayer = undefined;
});

function gtag() {
  return arguments;
}

/** [what is asked, pushes, path, value] */
const kMerges = [
  ['a value is found by its path', [{ a: { b: 1 } }], 'a.b', 1],
  ['a later value replaces an earlier one', [{ a: 1 }, { a: 'x' }], 'a', 'x'],
  ['objects merge', [{ a: { b: 1 } }, { a: { c: 2 } }], 'a.b', 1],
  ['a dotted key nests', [{ 'a.b': 1 }, { 'a.c': 2 }], 'a.b', 1],
  ['a dotted key reaches into an object', [{ a: { b: 1 } }, { 'a.b': 2 }], 'a.b', 2],
  ['lists merge index by index', [{ a: [1, 2] }, { a: [3] }], 'a.1', 2],
  ['a list replaces an object', [{ a: { b: 1 } }, { a: [3] }], 'a.b', undefined],
  ['_clear replaces what it names', [{ a: { b: 1 } }, { a: { c: 2 }, _clear: true }], 'a.b', undefined],
  ['_clear leaves the rest', [{ a: { b: 1 }, d: 3 }, { a: { c: 2 }, _clear: true }], 'd', 3],
  ['null takes away', [{ a: { b: 1 } }, { a: null }], 'a.b', undefined],
  ['undefined takes away', [{ a: 1 }, { a: undefined }], 'a', undefined],
  ['an absent path is undefined', [{ a: 1 }], 'b.c.d', undefined],
  ['a path does not find what objects inherit', [{ a: {} }], 'a.toString', undefined],
  ['gtag() is not ours', [gtag('set', { a: 1 })], 'a', undefined],
  ['a command list is not ours', [['set', 'a', 1]], 'a', undefined],
  ['a function is not called', [() => { throw new Error('called'); }], 'a', undefined],
  ['text, numbers and null pass by', ['a', 1, null, undefined, { a: 1 }], 'a', 1],
];

for (const [name, pushes, path, expected] of kMerges) {
  test(name, () => {
    pushes.forEach(take);
    assert.equal(valueOf(path), expected);
  });
}

test('a message that contains itself does not hang', () => {
  const message = { a: { b: 1 } };
  message.a.self = message.a;
  take(message);
  assert.equal(valueOf('a.self.b'), 1);
});

test('no message reaches into the prototypes of the page', () => {
  take(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'));
  take({ '__proto__.polluted': 1 });
  assert.equal({}.polluted, undefined);
});

test('the page\'s own object is not changed by later pushes', () => {
  const first = { a: { b: 1 } };
  take(first);
  take({ a: { b: 2 } });
  assert.equal(first.a.b, 1);
});

test('an event is named when it is text', () => {
  assert.equal(take({ event: 'purchase' }), 'purchase');
  assert.equal(take({ event: 3 }), undefined);
  assert.equal(take({ a: 1 }), undefined);
  assert.equal(take(gtag('event', 'purchase')), undefined);
});

test('pushes reach the page\'s own listener first, keep their result, and go on after an error', () => {
  const seen = [];
  const layer = window.dataLayer = [{ event: 'earlier' }];
  layer.push = function (...messages) {
    seen.push(['page', ...messages]);
    if (messages[0] === 'bad') throw new Error('the page\'s own');
    return 42;
  };
  const earlier = follow((message) => {
    seen.push(['ours', message]);
    throw new Error('ours');
  });
  assert.deepEqual(earlier, [{ event: 'earlier' }]);
  assert.equal(layer.push('a', 'b'), 42);
  assert.throws(() => layer.push('bad'), /the page's own/);
  assert.equal(layer.push('c'), 42);
  assert.deepEqual(seen, [['page', 'a', 'b'], ['ours', 'a'], ['ours', 'b'], ['page', 'bad'], ['ours', 'bad'], ['page', 'c'],
    ['ours', 'c']]);
});

test('something else of that name is left alone', () => {
  const own = window.dataLayer = { push() {} };
  const { push } = own;
  assert.deepEqual(follow(() => {}), []);
  assert.equal(own.push, push);
});
