// The check must be able to fail: each rule is broken once here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offences, roomOf } from './check.mjs';

test('a file belongs to the deepest room above it', () => {
  assert.equal(roomOf('core/url/url.cpp'), 'core/url');
  assert.equal(roomOf('core/result.hpp'), 'core');
  assert.equal(roomOf('server/main.cpp'), 'server/cli');
  assert.equal(roomOf('server/nowhere/x.cpp'), undefined);
});

const broken = [
  ['core may not include the server', 'core/url/url.cpp', '#include "server/http/message.hpp"'],
  ['wasm may not include the server', 'wasm/tracker/tracker.cpp', '#include "server/http/message.hpp"'],
  ['collect may not include report', 'server/collect/collect.cpp', '#include "server/report/source.hpp"'],
  ['no room includes a test', 'server/collect/collect.cpp', '#include "tests/fake.hpp"'],
  ['only the engine host loads libraries', 'server/store/store.cpp', '#include <dlfcn.h>'],
  ['Boost stays in its rooms', 'server/collect/collect.cpp', '#include <boost/asio.hpp>'],
  ['core has no JSON', 'core/rules/rules.cpp', '#include <nlohmann/json.hpp>'],
  ['core has no threads', 'core/event/event.cpp', '#include <mutex>'],
  ['core has no exceptions', 'core/event/event.cpp', 'if (x) throw 1;'],
  ['a relative include hides its room', 'core/event/event.cpp', '#include "event.hpp"'],
  ['a new folder needs a line in the table', 'server/helpers/x.cpp', '#include <string>'],
];
for (const [name, path, text] of broken)
  test(name, () => assert.equal(offences(path, text).length, 1));

test('what the table allows passes', () => {
  assert.deepEqual(offences('core/codec/batch.cpp', '#include "core/event/event.hpp"\n#include <cstdint>'), []);
  assert.deepEqual(offences('server/cli/serve.cpp', '#include "server/feed/rows.hpp"'), []);
});
