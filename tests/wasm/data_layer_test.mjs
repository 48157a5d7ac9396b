// The merged data layer against the rules of Google Tag Manager's runtime (docs/tracker.md, "The data layer").

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';

globalThis.document = { currentScript: null };
globalThis.window = {};
const { state } = await import('../../wasm/loader/state.js');
const { follow, take, valueOf } = await import('../../wasm/loader/data_layer.js');

beforeEach(() => {
  state.model = Object.create(null);
  window.dataLayer = undefined;
});

/** A value as conditions see it (engine.js). */
const text = (value) => typeof value === 'number' ? String(+value.toFixed(6)) : /^(string|boolean)$/.test(typeof value) ? String(value) : '';

for (const { about, pushes, events, values } of JSON.parse(readFileSync(new URL('../golden/data_layer.json', import.meta.url), 'utf8'))) {
  test(`the table of both implementations: ${about}`, () => {
    pushes.forEach((message, index) => {
      const event = take(message);
      if (events) assert.equal(event ?? null, events[index]);
    });
    for (const [path, value] of Object.entries(values)) assert.equal(text(valueOf(path)), value, path);
  });
}

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
  ['a nested _clear is a key like any other', [{ a: { b: 1 } }, { a: { c: 2, _clear: true } }], 'a.b', 1],
  ['which can be read', [{ a: { _clear: true } }], 'a._clear', true],
  ['_clear that is not true clears nothing', [{ a: { b: 1 } }, { a: { c: 2 }, _clear: 1 }], 'a.b', 1],
  ['_clear holds for dotted keys', [{ a: { b: { c: 1 } } }, { 'a.b': { d: 2 }, _clear: true }], 'a.b.c', undefined],
  ['an empty list keeps what was there', [{ a: [1, 2] }, { a: [] }], 'a.1', 2],
  ['an object in a list merges', [{ a: [{ b: 1 }] }, { a: [{ c: 2 }] }], 'a.0.b', 1],
  ['a list knows its length', [{ a: [1, 2] }, { a: [3] }], 'a.length', 2],
  ['null takes away', [{ a: { b: 1 } }, { a: null }], 'a.b', undefined],
  ['undefined takes away', [{ a: 1 }, { a: undefined }], 'a', undefined],
  ['an absent path is undefined', [{ a: 1 }], 'b.c.d', undefined],
  ['a path does not find what objects inherit', [{ a: {} }], 'a.toString', undefined],
  ['gtag() is not ours', [gtag('set', { a: 1 })], 'a', undefined],
  ['a command list calls a method of the model', [{ a: { b: [1] } }, ['a.b.push', 2, 3]], 'a.b.2', 3],
  ['a command list without such a list is passed by', [{ a: 1 }, ['a.push', 2], ['b.push', 2], ['push', 2]], 'a', 1],
  ['a command list without such a method is passed by', [{ a: [1] }, ['a.bang', 2], { b: 3 }], 'b', 3],
  ['a command list that sets is not ours', [['set', 'a', 1]], 'a', undefined],
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

test('a message that is pushed while another is handled comes after it', () => {
  const seen = [];
  const layer = window.dataLayer = [];
  layer.push = function (message) {
    if (message === 'first') layer.push('from the page\'s listener');
    return 1;
  };
  follow((message) => {
    seen.push(message);
    if (message === 'first') layer.push('from ours');
  });
  layer.push('first', 'second');
  assert.deepEqual(seen, ['first', 'second', 'from the page\'s listener', 'from ours']);
});

test('something else of that name is left alone', () => {
  const own = window.dataLayer = { push() {} };
  const { push } = own;
  assert.deepEqual(follow(() => {}), []);
  assert.equal(own.push, push);
});
