// The shop as served: every link leads somewhere, the snippet is there as a customer would paste it, and its
// Content-Security-Policy holds without inline code.
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {request} from 'node:http';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';

const file = name => fileURLToPath(new URL(`../../web-demo/${name}`, import.meta.url));
let shop;
let base;

before(async () => {
  shop = spawn(process.execPath, [file('serve.mjs'), '--port', '0', '--collector', 'http://127.0.0.1:4711', '--site', 'KEY-1', '--csp', 'strict']);
  const [line] = await once(shop.stdout.setEncoding('utf8'), 'data');
  base = line.trim();
});

after(async () => {
  shop.kill('SIGTERM');
  const [code] = await once(shop, 'exit');
  assert.equal(code, 0);
});

/** Fetches without a client's normalisation of the path. */
function get(path, method = 'GET') {
  const {hostname, port} = new URL(base);
  return new Promise((done, failed) => {
    request({hostname, port, path, method}, answer => {
      const parts = [];
      answer.on('data', part => parts.push(part));
      answer.on('end', () => done({status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts)}));
    }).on('error', failed).end();
  });
}

test('every link, picture, script and form of every page leads to an answer', async () => {
  const seen = new Set(['/', '/lp/servo-wochen', '/lp/antriebe-konfigurieren', '/lp/newsletter-november']);
  for (const path of seen) {
    const {status, headers, body} = await get(path);
    assert.equal(status, 200, path);
    if (!headers['content-type'].startsWith('text/html')) continue;
    for (const [, target] of body.toString().matchAll(/ (?:href|src|action)="(\/[^"#?]*)/g)) seen.add(target);
  }
  for (const path of ['/kasse/adresse', '/kasse/zahlung', '/kasse/pruefen', '/danke-kontakt', '/danke-rueckruf', '/newsletter-bestaetigt',
                      '/produkte/nx-40', '/downloads/nordwerk-antriebe-auslegen.pdf', '/datenschutz']) {
    if (!path.startsWith('/kasse/')) assert.ok(seen.has(path), `${path} is linked`);
    else assert.equal((await get(path)).status, 200, path);
  }
});

test('a page carries both lines of the snippet, with the collector and the key filled in', async () => {
  const html = (await get('/produkte')).body.toString();
  assert.ok(html.includes('<script>window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}</script>\n' +
                          '<script async src="http://127.0.0.1:4711/t/KEY-1.js"></script>'));
});

test('the policy allows the stub by its hash, the collector by its origin, and no inline code or WebAssembly', async () => {
  const {headers, body} = await get('/');
  const policy = headers['content-security-policy'];
  const stub = /<script>([^<]+)<\/script>/.exec(body.toString())[1];
  assert.ok(policy.includes(`'sha256-${createHash('sha256').update(stub).digest('base64')}'`));
  assert.ok(policy.includes('connect-src \'self\' http://127.0.0.1:4711'));
  assert.ok(!policy.includes('unsafe'), policy);
  assert.ok(!/ (?:style|on\w+)="/.test(body.toString()), 'no inline style or handler');
});

test('what is not a page is 404: templates, files outside, unknown products', async () => {
  for (const path of ['/nix', '/_produkt', '/_404', '/produkt', '/produkte/nx-41', '/../serve.mjs', '/assets/../../serve.mjs', '/assets/%2e%2e%2fsite.json', '/downloads/', '/site.json']) {
    assert.equal((await get(path)).status, 404, path);
  }
  assert.equal((await get('/', 'POST')).status, 405);
});

test('the e-book is a whole PDF of eight pages', async () => {
  const {headers, body} = await get('/downloads/nordwerk-antriebe-auslegen.pdf');
  assert.equal(headers['content-type'], 'application/pdf');
  const text = body.toString('latin1');
  assert.match(text, /^%PDF-1\.\d/);
  assert.match(text, /%%EOF\s*$/);
  assert.equal(text.match(/\/Type\s*\/Page\b/g).length, 8);
});

test('a wrong option is named, and exits with 2', () => {
  for (const [args, named] of [[['--port', 'x'], '--port'], [['--csp', 'loose'], '--csp'], [['--site', 'K'], '--collector'], [['--colour'], '--colour'],
                               [['--collector', 'ftp://x', '--site', 'K'], '--collector']]) {
    const {status, stderr} = spawnSync(process.execPath, [file('serve.mjs'), ...args], {encoding: 'utf8'});
    assert.equal(status, 2, args.join(' '));
    assert.ok(stderr.includes(named), stderr);
  }
});

test('funnels and tags speak of conversions, triggers and variables that exist', () => {
  const site = JSON.parse(readFileSync(file('site.json')));
  const container = JSON.parse(readFileSync(file(site.container)));
  const conversions = container.tags.map(tag => tag.parameters.conversion);
  for (const {match} of site.funnels.flatMap(funnel => funnel.steps)) {
    if (match.type === 'conversion') assert.ok(conversions.includes(match.name), match.name);
  }
  const triggers = container.triggers.map(({name}) => name);
  for (const tag of container.tags) for (const name of tag.triggers) assert.ok(triggers.includes(name), name);
});
