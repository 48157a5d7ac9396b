// The executable under test, and data folders with assets of their own.
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const bin = process.env.ETAPPE_BIN ?? 'build/dev/bin/etappe';
export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Runs a command to its end. */
export function etappe(args, { input, cwd } = {}) {
  const { status, stdout, stderr } = spawnSync(bin, args, { input, cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The same while this process goes on, for commands that talk to a server of the test's own. */
export function etappeAsync(args) {
  return new Promise((done) => {
    execFile(bin, args, { encoding: 'utf8' }, (error, stdout, stderr) => done({ status: error ? error.code : 0, stdout, stderr }));
  });
}

/** Likewise, and the command must have succeeded. */
export function succeed(...args) {
  const { status, stdout, stderr } = etappe(args);
  if (status !== 0) throw new Error(`etappe ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/**
 * A new folder, removed after the test, and after `guests` have left it: functions that end what runs in there. The
 * engine of a server that was killed writes for a moment longer.
 */
export function folder(test, guests = []) {
  const path = mkdtempSync(join(tmpdir(), 'etappe-cli-'));
  test.after(async () => {
    for (const leave of guests) await leave();
    rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  return path;
}

/** The build of a tracker that has listeners: a file that says what it was given. */
export function giveListeners({ path }) {
  const assets = join(path, 'assets');
  mkdirSync(join(assets, 'listeners'), { recursive: true });
  const names = ['links', 'shares', 'impressions', 'forms', 'engagement'];
  writeFileSync(join(assets, 'tracker.js'), 'run("__ETAPPE_CONFIG__", ["__ETAPPE_LISTENERS__"]);');
  writeFileSync(join(assets, 'assets.json'), JSON.stringify({ engine: 'engine.1.js', listeners: names }));
  for (const name of names) writeFileSync(join(assets, `listeners/${name}.js`), `function(){return"${name}"}\n`);
}

/** A data folder as `init` makes it, with a tracker that holds nothing but the place for its configuration. */
export function house(test, { domain = 'shop.example', settings = '' } = {}) {
  const guests = [];
  const path = join(folder(test, guests), 'data');
  const account = JSON.parse(succeed('init', path, '--site-domain', domain, '--json'));
  const assets = join(path, 'assets');
  mkdirSync(join(assets, 'a'), { recursive: true });
  for (const name of ['tracker.js', 'tracker_full.js']) writeFileSync(join(assets, name), 'run("__ETAPPE_CONFIG__");');
  writeFileSync(join(assets, 'assets.json'), '{"engine":"engine.1.js"}');
  writeFileSync(join(assets, 'a/engine.1.js'), 'engine');
  const file = join(path, 'etappe.toml');
  writeFileSync(file, `assets = "assets"\n${settings}${readFileSync(file, 'utf8')}`);
  return { path, file, guests, ...account };
}
