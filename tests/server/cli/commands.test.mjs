// Commands that need no server: their output, their messages, their exit codes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { extract } from '../../../wasm/loader/embed.js';
import { etappe, folder, giveListeners, house, root, succeed } from './etappe.mjs';

const commands = [['init'], ['serve'], ['engine'], ['report'], ['export'], ['decode'], ['resolve'], ['doctor'], ['subject'], ['erase'],
  ...['add', 'list', 'show', 'set', 'rotate-key', 'remove', 'snippet'].map((word) => ['site', word]),
  ...['add', 'list', 'revoke', 'reset-password'].map((word) => ['user', word]),
  ...['add', 'list', 'revoke'].map((word) => ['token', word]),
  ...['check', 'compile', 'csp', 'publish', 'simulate'].map((word) => ['container', word])];

const script = ({ path, site_key: key }) => readFileSync(join(path, `published/t/${key}.js`), 'utf8');

/** What a published file was given; its listeners where giveListeners() made them. */
function given(text) {
  let seen;
  runInNewContext(text, { run: (config, listeners = []) => { seen = { config, listeners: listeners.map((one) => one()) }; } });
  return JSON.parse(JSON.stringify(seen));
}

test('every command explains itself', () => {
  for (const words of commands) {
    const { status, stdout } = etappe([...words, '--help']);
    assert.equal(status, 0, words.join(' '));
    assert.match(stdout, /Usage: etappe/, words.join(' '));
  }
});

test('what is no command, option or value is a usage error, on stderr, with status 2', () => {
  for (const words of [[], ['nonsense'], ['--nonsense'], ['site'], ['site', 'nonsense'], ['init'], ['init', 'd'],
    ['report', 'overview'], ['report', 'nonsense', '--site', 'x', '--from', '2026-01-01', '--to', '2026-01-01'],
    ['token', 'add', 't', '--scope', 'all'], ['user', 'add', 'u', '--role', 'king'],
    ['site', 'list', '--config', 'a', '--data', 'b'], ['init', 'd', '--site-domain', 'a', '--from', 'b'],
    ['site', 'set', 'x', '--session-minutes', '0'], ['site', 'set', 'x', '--enabled', 'perhaps'],
    ['site', 'set', 'x', '--tracker', 'f', '--enabled', 'true'], ['site', 'snippet', 'x', '--csp', '--pinned'],
    ['site', 'snippet', 'x', '--json']]) {
    const { status, stdout, stderr } = etappe(words);
    assert.equal(status, 2, words.join(' '));
    assert.equal(stdout, '', words.join(' '));
    assert.notEqual(stderr, '', words.join(' '));
  }
});

test('init prints the snippet with the site key, one login and one token, and keeps secrets to the owner', (t) => {
  const path = join(folder(t), 'new');
  const made = JSON.parse(succeed('init', path, '--site-domain', 'shop.example', '--name', 'Shop', '--json'));
  assert.deepEqual(Object.keys(made), ['site_key', 'snippet', 'login', 'password', 'token']);
  assert.ok(made.snippet.includes(`https://track.shop.example/t/${made.site_key}.js`));
  assert.ok(made.password.length >= 20);
  for (const file of ['etappe.toml', 'etappe.db', 'keys/publish.secret', 'keys/person.secret'])
    assert.equal(statSync(join(path, file)).mode & 0o777, 0o600, file);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  const [site] = JSON.parse(succeed('site', 'list', '--data', path, '--json')).sites;
  assert.equal(site.key, made.site_key);
  assert.equal(site.name, 'Shop');
  assert.deepEqual(site.domains, ['shop.example']);
  for (const secret of [made.password, made.token])
    assert.ok(!readFileSync(join(path, 'etappe.db')).includes(secret), 'a secret is stored as it is');
});

test('init without --json says the same to a person', (t) => {
  const path = join(folder(t), 'new');
  const text = succeed('init', path, '--site-domain', 'shop.example');
  assert.match(text, /<script async src="https:\/\/track\.shop\.example\/t\/[a-z2-7]{12}\.js">/);
  assert.match(text, /password {2}\S{20,}/);
});

test('init leaves a folder alone that holds an Etappe', (t) => {
  const { path, file } = house(t);
  const before = readFileSync(file, 'utf8');
  const { status, stderr } = etappe(['init', path, '--site-domain', 'other.example']);
  assert.equal(status, 1);
  assert.match(stderr, /already_initialised/);
  assert.equal(readFileSync(file, 'utf8'), before);
});

test('init that fails can be repeated', (t) => {
  const path = join(folder(t), 'new');
  const { status, stderr } = etappe(['init', path, '--site-domain', 'https://shop.example/']);
  assert.equal(status, 1);
  assert.match(stderr, /bad_domain/);
  assert.deepEqual(readdirSync(path), []);
  succeed('init', path, '--site-domain', 'shop.example');
});

test('a mistake in etappe.toml is named with file, line, key and what to do', (t) => {
  const { file } = house(t);
  for (const [line, expected] of [
    ['listn = "127.0.0.1:1"', /etappe\.toml:1: listn: config_unknown_key: did you mean `listen`\?/],
    ['log = 3', /etappe\.toml:1: log: config_wrong_type/],
    ['public_url = "nowhere"', /etappe\.toml:1: public_url: config_bad_value/],
    ['log = ', /etappe\.toml:1: config_bad_toml/]]) {
    writeFileSync(file, `${line}\n`);
    const { status, stderr } = etappe(['site', 'list', '--config', file]);
    assert.equal(status, 1, line);
    assert.match(stderr, expected);
  }
  assert.match(etappe(['site', 'list', '--config', 'none.toml']).stderr, /none\.toml: config_unreadable/);
});

test('a folder without an Etappe is said to be none', (t) => {
  const path = folder(t);
  for (const args of [['--data', path], ['--data', join(path, 'none')]]) {
    const { status, stderr } = etappe(['site', 'list', ...args]);
    assert.equal(status, 1);
    assert.match(stderr, /data_missing: .*etappe init/);
  }
});

test('a site is added, shown, given a new key and removed, and its published file follows', (t) => {
  const { path, file } = house(t);
  const published = () => readdirSync(join(path, 'published/t')).filter((name) => name.endsWith('.js')).sort();
  const added = JSON.parse(succeed('site', 'add', '--config', file, '--domain', 'b.example', '--domain', 'b2.example',
    '--name', 'B', '--zone', 'Europe/Vienna', '--currency', 'CHF', '--json'));
  assert.deepEqual(added.domains, ['b.example', 'b2.example']);
  assert.ok(published().includes(`${added.key}.js`));
  assert.ok(readFileSync(join(path, `published/t/${added.key}.js`), 'utf8').includes(`"site":"${added.key}"`));
  assert.equal(JSON.parse(succeed('site', 'show', added.key, '--config', file)).zone, 'Europe/Vienna');

  const [key] = succeed('site', 'rotate-key', added.key, '--config', file).split('\n');
  assert.ok(published().includes(`${key}.js`) && !published().includes(`${added.key}.js`));
  assert.equal(JSON.parse(succeed('site', 'show', '--site', key, '--config', file)).id, added.id);

  succeed('site', 'remove', key, '--config', file);
  assert.ok(!published().includes(`${key}.js`));
  const gone = etappe(['site', 'show', key, '--config', file]);
  assert.equal(gone.status, 1);
  assert.match(gone.stderr, /not_found/);
});

test('a site from a file comes with its funnels and its container, or not at all', (t) => {
  const { path, file } = house(t);
  const added = JSON.parse(succeed('site', 'add', '--config', file, '--from', join(root, 'web-demo/site.json'), '--json'));
  assert.equal(added.demo, true);
  assert.ok(added.funnels.length >= 2);
  const shown = JSON.parse(succeed('site', 'show', added.key, '--config', file));
  assert.ok(shown.container >= 1);
  assert.ok(given(script({ path, site_key: added.key })).config.container.length > 100);

  const count = () => JSON.parse(succeed('site', 'list', '--config', file, '--json')).sites.length;
  const before = count();
  for (const [text, reason] of [
    ['{', /not_json/], ['{"name":"x","domains":["x.example"],"colour":1}', /unknown_key: .*colour/],
    ['{"name":"x","domains":["x.example"],"funnels":[{"id":"a","name":"A","steps":[]}]}', /bad_funnels: .*funnels\[0\]/],
    ['{"name":"x","domains":["x.example"],"container":"none.json"}', /file_unreadable: .*none\.json/],
    ['{"name":"x","domains":["x.example"],"container":"bad.json"}', /bad_container/]]) {
    writeFileSync(join(path, 'site.json'), text);
    writeFileSync(join(path, 'bad.json'), '{}');
    const { status, stderr } = etappe(['site', 'add', '--config', file, '--from', join(path, 'site.json')]);
    assert.equal(status, 1, text);
    assert.match(stderr, reason);
    assert.equal(count(), before, text);
  }
});

test('what a site sets about its tracker is checked, shown and in its file', (t) => {
  const place = house(t);
  const { path, file, site_key: key } = place;
  giveListeners(place);
  const tracker = () => JSON.parse(succeed('site', 'show', key, '--config', file)).tracker;
  const defaults = tracker();
  assert.deepEqual(defaults.listeners, ['links', 'engagement', 'impressions']);
  assert.equal(defaults.downloads.length, 29);
  assert.equal(new Set(defaults.downloads).size, 29);

  succeed('site', 'set', key, '--config', file, '--tracker-option', 'url=canonical', '--tracker-option',
    'listeners=["forms","links"]', '--tracker-option', 'redact=["kundennr","/konto/*/rechnung"]', '--session-minutes', '45');
  const { config, listeners } = given(script(place));
  assert.deepEqual(listeners, ['links', 'forms']);
  assert.equal(config.url, 'canonical');
  assert.equal(config.redact, 'kundennr\n/konto/*/rechnung');
  assert.equal(config.session_minutes, 45);
  assert.equal(config.id, key);
  for (const name of ['routes', 'downloads', 'impression', 'enabled', 'listeners', 'retry_storage', 'id_cookie'])
    assert.ok(!(name in config), name);
  assert.deepEqual(tracker(), { ...defaults, url: 'canonical', listeners: ['forms', 'links'],
    redact: ['kundennr', '/konto/*/rechnung'] });

  succeed('site', 'set', key, '--config', file, '--tracker-option', 'listeners=null');
  assert.deepEqual(given(script(place)).listeners, ['links', 'impressions', 'engagement']);
  assert.equal(given(script(place)).config.url, 'canonical', 'what is not named stays');
  writeFileSync(join(path, 'tracker.json'), '{"routes": "hash"}');
  succeed('site', 'set', key, '--config', file, '--tracker', join(path, 'tracker.json'));
  assert.deepEqual(tracker(), { ...defaults, routes: 'hash' }, 'a file says all of it');
  assert.equal(given(script(place)).config.session_minutes, 45);

  const before = script(place);
  for (const [words, status, expected] of [
    [['--tracker-option', 'colour=1'], 1, /unknown_key: --tracker-option: tracker\.colour/],
    [['--tracker-option', 'listeners=["telepathy"]'], 1, /unknown_listener: .*tracker\.listeners\[0\]: this tracker has links, shares/],
    [['--tracker-option', 'link_domains=["https://b.example"]'], 1, /bad_host: .*link_domains\[0\]/],
    [['--tracker-option', 'redact=["/konto"]'], 1, /bad_rule: .*redact\[0\]: write/],
    [['--tracker-option', 'impression={"percent":0}'], 1, /out_of_range: .*percent: write a number from 1 to 100/],
    [['--tracker-option', 'routes=[on'], 1, /bad_value: .*"history" or "hash" or "off"/],
    [['--tracker', join(path, 'none.json')], 1, /file_unreadable/],
    [['--tracker-option', 'url'], 2, /usage: .*name=JSON/],
    [[], 2, /nothing to set/]]) {
    const answer = etappe(['site', 'set', key, '--config', file, ...words]);
    assert.equal(answer.status, status, words.join(' '));
    assert.match(answer.stderr, expected);
    assert.equal(script(place), before, words.join(' '));
  }
  assert.match(etappe(['site', 'set', 'none', '--enabled', 'true', '--config', file]).stderr, /not_found/);
});

test('a site from a file brings its tracker options, and a listener that is not built is named', (t) => {
  const place = house(t);
  giveListeners(place);
  const add = (tracker) => {
    writeFileSync(join(place.path, 'site.json'), JSON.stringify({ name: 'x', domains: ['x.example'], tracker }));
    return etappe(['site', 'add', '--config', place.file, '--from', join(place.path, 'site.json'), '--json']);
  };
  const added = JSON.parse(add({ listeners: ['shares'], retry_storage: false }).stdout);
  assert.deepEqual(added.tracker.listeners, ['shares']);
  assert.equal(given(script({ ...place, site_key: added.key })).config.retry_storage, false);
  assert.match(add({ listeners: ['commerce'] }).stderr, /unknown_listener: .*site\.json: tracker\.listeners\[0\]/);
  rmSync(join(place.path, 'assets/listeners/forms.js'));
  const broken = add({});
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /publish_missing_listener: .*listeners\//);
});

test('a site that is switched off gets a file that only keeps its pages quiet, and everybody is told', (t) => {
  const place = house(t);
  const { file, site_key: key } = place;
  succeed('site', 'set', key, '--enabled', 'true', '--config', file);
  const on = script(place);
  const off = etappe(['site', 'set', key, '--enabled', 'false', '--config', file]);
  assert.match(off.stderr, /within five minutes.*pinned/s);
  const stub = script(place);
  assert.ok(stub.length < 256, `${stub.length} bytes`);
  assert.match(succeed('site', 'list', '--config', file), /\(switched off\)/);
  assert.equal(JSON.parse(succeed('site', 'show', key, '--config', file)).tracker.enabled, false);
  assert.match(etappe(['doctor', '--config', file]).stdout, new RegExp(`note site ${key} .*switched off.*--enabled true`));
  const pinned = etappe(['site', 'snippet', key, '--pinned', '--config', file]);
  assert.equal(pinned.status, 1);
  assert.match(pinned.stderr, /site_off/);
  succeed('site', 'set', key, '--enabled', 'true', '--config', file);
  assert.equal(script(place), on);
  assert.ok(!succeed('site', 'list', '--config', file).includes('switched off'));

  // Whatever a page does with the stub, nothing is touched but `etappe`, and no queue grows.
  const page = (before = '') => {
    const forbidden = new Proxy({}, { get: (_, name) => assert.fail(`document.${String(name)}`) });
    const window = { ran: [] };
    const context = { document: forbidden, navigator: forbidden, console: forbidden };
    context.window = window;
    const run = (code) => runInNewContext(`with (window) {${code}}`, context);
    run(before);
    run(stub);
    return { window, run };
  };
  const snippetStub = 'window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}';
  for (const [name, before, after, ran] of [
    ['no stub', '', 'etappe("view"); etappe("event", "x", {a: 1})', []],
    ['a stub with a queue', `${snippetStub}; etappe("view"); etappe("ready", () => ran.push("queued"))`, '', ['queued']],
    ['a stub without a call', snippetStub, 'etappe("ready", () => ran.push("later"))', ['later']],
    ['a page that kept the stub', `${snippetStub}; window.kept = etappe; kept("view")`,
      'kept("event", "x"); kept("ready", () => ran.push("kept"))', ['kept']],
    ['a callback that throws', `${snippetStub}; etappe("ready", () => { throw new Error("theirs") })`,
      'etappe("ready", () => { throw new Error("theirs") }); ran.push("goes on")', ['goes on']],
    ['an element of that name', 'window.etappe = {}', 'etappe("view")', []],
    ['a queue of nonsense', 'window.etappe = {q: [1, null, undefined, "x", []]}', 'etappe("view"); etappe()', []]]) {
    const { window, run } = page(before);
    run(after);
    assert.deepEqual(window.ran, ran, name);
    assert.ok(!Array.isArray(window.etappe.q) && window.etappe.q.length === undefined, `${name}: a queue grows`);
    assert.deepEqual(Object.keys(window).filter((key_) => key_ !== 'kept').sort(), ['etappe', 'ran'], name);
  }
  const other = page('window.etappe = Object.assign(() => ran.push("other site"), {loaded: 0})');
  other.run('etappe("view")');
  assert.deepEqual(other.window.ran, ['other site'], 'the tracker of another site is left alone');
});

test('a pinned snippet names the file that is published now, with the hash the browser checks', (t) => {
  const place = house(t, { settings: 'public_url = "https://t.example"\n' });
  const { path, file, site_key: key } = place;
  succeed('site', 'set', key, '--session-minutes', '31', '--config', file);
  const { stdout, stderr } = etappe(['site', 'snippet', key, '--pinned', '--config', file]);
  const [, name, hash] = /<script async src="https:\/\/t\.example\/t\/([^"]+)" integrity="([^"]+)" crossorigin="anonymous"><\/script>/.exec(stdout);
  assert.match(name, new RegExp(`^${key}\\.[0-9a-f]{16}\\.js$`));
  const bytes = readFileSync(join(path, 'published/t', name));
  assert.equal(bytes.toString(), script(place), 'the same bytes');
  assert.equal(hash, `sha384-${createHash('sha384').update(bytes).digest('base64')}`);
  assert.match(stderr, /Every change .* need a new snippet/s);
  succeed('site', 'set', key, '--session-minutes', '32', '--config', file);
  assert.notEqual(script(place), bytes.toString());
  assert.ok(readFileSync(join(path, 'published/t', name)).equals(bytes), 'a replaced version stays');
  assert.ok(!etappe(['site', 'snippet', key, '--pinned', '--config', file]).stdout.includes(name));
});

test('the advice for a Content-Security-Policy has the hash of the stub that the snippet shows', (t) => {
  const { file, site_key: key, snippet } = house(t, { settings: 'public_url = "https://t.example"\n' });
  const stub = /<script>(.*?)<\/script>/.exec(snippet)[1];
  const hash = `sha256-${createHash('sha256').update(stub).digest('base64')}`;
  const advice = succeed('site', 'snippet', key, '--csp', '--config', file);
  const answer = JSON.parse(succeed('site', 'snippet', key, '--csp', '--json', '--config', file));
  assert.equal(answer.stub_hash, hash);
  assert.deepEqual(answer.optional, ["'wasm-unsafe-eval'"]);
  const ways = Object.fromEntries(answer.ways.map((way) => [way.name, way]));
  const own = 'https://t.example';
  assert.deepEqual(Object.fromEntries(answer.ways.map(({ name, directives }) => [name, directives])), {
    hash: { 'script-src': [own, `'${hash}'`, "'wasm-unsafe-eval'"], 'connect-src': [own] },
    nonce: { 'script-src': ["'nonce-NONCE'", "'strict-dynamic'", "'wasm-unsafe-eval'"], 'connect-src': [own] },
    'no-inline': { 'script-src': ["'self'", own, "'wasm-unsafe-eval'"], 'connect-src': [own] },
    'same-origin': { 'script-src': ["'self'", `'${hash}'`, "'wasm-unsafe-eval'"], 'connect-src': ["'self'"] },
    'trusted-types': { 'require-trusted-types-for': ["'script'"], 'trusted-types': ['etappe'] } });
  // What the page carries has what the directives allow: an inline stub of that hash or nonce, or none.
  const inline = (html) => [...html.matchAll(/<script( nonce="NONCE")?>(.*?)<\/script>/g)].map(([, nonce, code]) => [nonce, code]);
  assert.deepEqual(inline(ways.hash.snippet), [[undefined, stub]]);
  assert.deepEqual(inline(ways['same-origin'].snippet), [[undefined, stub]]);
  assert.deepEqual(inline(ways.nonce.snippet), [[' nonce="NONCE"', stub]]);
  assert.ok(ways.nonce.snippet.includes(`src="${own}/t/${key}.js" nonce="NONCE"></script>`));
  assert.deepEqual(inline(ways['no-inline'].snippet), []);
  assert.ok(ways['no-inline'].when.includes(stub));
  for (const { name, directives } of answer.ways)
    for (const [directive, sources] of Object.entries(directives))
      assert.ok(advice.includes(`\n  ${directive} ${sources.join(' ')}\n`), `${name} ${directive}`);
  assert.ok(succeed('site', 'snippet', key, '--config', file).includes(`src="${own}/t/${key}.js"`));
});

test('where the collector has a path of its own, a policy allows what lies below it and nothing else', (t) => {
  const { file, site_key: key } = house(t, { settings: 'public_url = "https://shop.example/e"\n' });
  const [hash] = JSON.parse(succeed('site', 'snippet', key, '--csp', '--json', '--config', file)).ways;
  assert.equal(hash.directives['connect-src'][0], 'https://shop.example/e/');
  assert.ok(hash.snippet.includes(`src="https://shop.example/e/t/${key}.js"`));
});

test('an ingest token is known to the collecting side by its hash until it is revoked', (t) => {
  const { path, file } = house(t);
  const { id, token } = JSON.parse(succeed('token', 'add', 'shop', '--scope', 'ingest', '--config', file, '--json'));
  const hash = createHash('sha256').update(token).digest('hex');
  const published = () => readFileSync(join(path, 'published/sites.json'), 'utf8');
  assert.ok(published().includes(hash));
  assert.ok(!published().includes(token));
  succeed('token', 'revoke', String(id), '--config', file);
  assert.ok(!published().includes(hash));
  assert.equal(etappe(['token', 'revoke', String(id), '--config', file]).status, 1);
  assert.equal(etappe(['token', 'add', 'x', '--site', 'none', '--config', file]).status, 1);
});

test('people come and go, but somebody stays who administers', (t) => {
  const { file } = house(t);
  const password = succeed('user', 'add', 'katrin', '--name', 'Katrin', '--config', file).trim();
  assert.notEqual(succeed('user', 'reset-password', 'katrin', '--config', file).trim(), password);
  assert.equal(JSON.parse(succeed('user', 'list', '--config', file, '--json')).users.length, 2);
  succeed('user', 'revoke', 'katrin', '--config', file);
  const last = etappe(['user', 'revoke', 'admin', '--config', file]);
  assert.equal(last.status, 1);
  assert.match(last.stderr, /last_admin/);
});

test('what images of tags ask of a policy is said of a container, and of a site that has it', (t) => {
  const { path, file: settings, site_key: key } = house(t);
  const file = join(path, 'pixel.json');
  writeFileSync(file, JSON.stringify({ format: 'etappe-container/1', name: 'Pixel', version: 9, variables: [], triggers: [{ name: 'view', on: 'page_view' }],
    tags: [{ name: 'Partner', template: 'image-pixel', triggers: ['view'], parameters: { url: 'https://px.example/i.gif' } }] }));
  assert.equal(succeed('container', 'csp', file), 'img-src https://px.example  # Partner\n');
  assert.equal(succeed('container', 'csp', join(root, 'web-demo/container.json')), '');
  const ways = () => JSON.parse(succeed('site', 'snippet', key, '--csp', '--json', '--config', settings)).ways;
  assert.equal(ways().some(({ directives }) => directives['img-src']), false);
  succeed('container', 'publish', file, '--site', key, '--config', settings);
  for (const { name, directives } of ways()) assert.deepEqual(directives['img-src'], name === 'trusted-types' ? undefined : ['https://px.example'], name);
});

test('a container is simulated push by push; what is not JSON is named', () => {
  const shop = join(root, 'web-demo/container.json');
  const run = (input, ...options) => etappe(['container', 'simulate', shop, ...options], { input });
  const known = JSON.parse(readFileSync(shop, 'utf8'));
  const trigger = known.triggers.find(({ on, conditions }) => on === 'event' && !(conditions ?? []).length);
  const names = known.tags.filter(({ triggers }) => triggers.includes(trigger.name)).map(({ name }) => name);
  const pushed = JSON.stringify({ event: trigger.event }) + '\n';
  const granted = run(pushed, '--url', 'https://shop.example/', '--consent', 'analytics=granted,marketing=granted');
  assert.equal(granted.status, 0, granted.stderr);
  const { event, fired, variables } = JSON.parse(granted.stdout);
  assert.deepEqual([event, fired], [trigger.event, names]);
  assert.deepEqual(Object.keys(variables), known.variables.map(({ name }) => name));
  assert.deepEqual(JSON.parse(run(pushed).stdout).held.map(({ tag, reason }) => [tag, reason]), names.map((name) => [name, 'consent']));
  const broken = run('oops\n' + pushed);
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /bad_line: stdin:1: /);
  assert.equal(broken.stdout.trim().split('\n').length, 1);
  assert.equal(run('', '--consent', 'all').status, 2);
});

test('a container is checked, compiled and published; its version cannot be changed afterwards', (t) => {
  const place = house(t);
  const { path, file, site_key: key } = place;
  const demo = join(root, 'web-demo/container.json');
  assert.match(succeed('container', 'check', demo), /bytes compiled/);
  const compiled = join(path, 'compiled.bin');
  succeed('container', 'compile', demo, '--out', compiled);
  assert.ok(statSync(compiled).size > 100);
  succeed('container', 'publish', demo, '--site', key, '--config', file);
  const before = script(place);
  // As the page reads it.
  const { container } = given(before).config;
  assert.deepEqual(Buffer.from(extract(container)), readFileSync(compiled));

  const changed = JSON.parse(readFileSync(demo, 'utf8'));
  changed.tags.pop();
  writeFileSync(join(path, 'changed.json'), JSON.stringify(changed));
  const again = etappe(['container', 'publish', join(path, 'changed.json'), '--site', key, '--config', file]);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /version_exists/);
  assert.equal(script(place), before);

  writeFileSync(join(path, 'bad.json'), JSON.stringify({ ...changed, colour: 1 }));
  const bad = etappe(['container', 'check', join(path, 'bad.json')]);
  assert.equal(bad.status, 1);
  assert.match(bad.stderr, /colour/);
});

test('decode prints a batch as lines, and says why another is none', (t) => {
  const journey = join(root, 'tests/golden/cases/batch-journey');
  const [batch] = readdirSync(journey).filter((name) => name.endsWith('.bin'));
  const lines = succeed('decode', join(journey, batch)).trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(lines.length > 1);
  for (const line of lines) assert.ok(line.site && line.t && line.id, JSON.stringify(line));
  const path = folder(t);
  writeFileSync(join(path, 'cut'), Buffer.from([0xe7, 1]));
  const cut = etappe(['decode', join(path, 'cut')]);
  assert.equal(cut.status, 1);
  assert.match(cut.stderr, /truncated/);
  assert.match(etappe(['decode', '-'], { input: 'text' }).stderr, /bad_magic/);
  assert.match(etappe(['decode', join(path, 'none')]).stderr, /file_unreadable/);
});

test('resolve answers line by line, in order, with every key there is', () => {
  const input = [
    '{"url":"https://a.example/?awc=1001_1790000000_0123456789abcdef0123456789abcdef&gclid=x"}',
    'not json',
    '{"url":"https://a.example/","referrer":"https://shop.a.example/x","site_hosts":["a.example"]}',
    '{"url":"https://a.example/","referrer":"https://b.example/x"}'].join('\n');
  const { status, stdout, stderr } = etappe(['resolve', '--site-host', 'c.example'], { input });
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(lines.length, 4);
  assert.equal(lines[0].channel, 'Affiliates');
  assert.deepEqual(lines[0].all_networks, ['awin', 'google_ads']);
  assert.deepEqual(lines[1], { error: 'bad_line', line: 2 });
  assert.equal(lines[2].channel, 'Direct');
  assert.equal(lines[3].channel, 'Referral');
  assert.deepEqual(Object.keys(lines[3]), ['channel', 'source', 'medium', 'campaign', 'term', 'content', 'campaign_id',
    'network', 'network_kind', 'publisher', 'sub_ids', 'click_id', 'click_id_param', 'all_networks', 'clean_url']);
  assert.equal(lines[3].campaign, null);
  assert.equal(status, 1);
  assert.match(stderr, /bad_line: line 2/);
});

test('a report is asked for whole days that exist, in order', (t) => {
  const { file, site_key: key } = house(t);
  for (const [from, to] of [['2026-02-30', '2026-03-01'], ['yesterday', 'today'], ['2026-03-02', '2026-03-01'],
    ['2020-01-01', '2026-01-01']]) {
    const { status, stderr } = etappe(['report', 'overview', '--site', key, '--from', from, '--to', to, '--config', file]);
    assert.equal(status, 2, `${from} ${to}`);
    assert.match(stderr, /bad_period/);
  }
  const unknown = etappe(['report', 'overview', '--site', 'none', '--from', '2026-01-01', '--to', '2026-01-01', '--config', file]);
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /not_found/);
});

test('doctor names what is missing and what to do', (t) => {
  const { file, path } = house(t);
  const { status, stdout } = etappe(['doctor', '--config', file]);
  assert.equal(status, 1);
  assert.match(stdout, /BAD {2}dashboard in .*run \.\/dev build/);
  assert.match(stdout, /ok {3}settings and database/);
  assert.ok(existsSync(join(path, 'etappe.db')));
});
