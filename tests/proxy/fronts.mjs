// nginx and Caddy with the documented configuration: docs/proxy/nginx.conf and docs/proxy/Caddyfile as they are, apart
// from ports and the certificate. What a machine has around them (log files, temporary folders, no certificate from the
// internet) is laid around the files, not into them. Everything is in a new folder, on free ports, stopped by process id.
import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {connect, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {until} from '../house.mjs';

export const kHost = 'www.example.com';

const document = name => readFileSync(fileURLToPath(new URL(`../../docs/proxy/${name}`, import.meta.url)), 'utf8');

/** Replaces a text that stands there exactly once: a changed document must not slip past its test. */
function replaced(text, from, to) {
  if (text.split(from).length !== 2) throw new Error(`the document does not say "${from}" exactly once`);
  return text.replace(from, () => to);
}

async function freePort() {
  const server = createServer();
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const {port} = server.address();
  await new Promise(done => server.close(done));
  return port;
}

const answers = port => new Promise(done => {
  const socket = connect(port, '127.0.0.1', () => { socket.destroy(); done(true); });
  socket.on('error', () => done(false));
});

class Front {
  constructor(kind) {
    this.folder = mkdtempSync(join(tmpdir(), `etappe-${kind}-`));
    this.certificate = join(this.folder, 'certificate.pem');
    this.key = join(this.folder, 'key.pem');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', `/CN=${kHost}`, '-addext', `subjectAltName=DNS:${kHost}`, '-keyout', this.key, '-out', this.certificate], {stdio: 'ignore'});
  }

  async run(command, args, port) {
    this.port = port;
    this.url = `https://${kHost}:${port}`;
    this.said = '';
    this.process = spawn(command, args, {cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'],
      env: {PATH: process.env.PATH, HOME: this.folder, XDG_DATA_HOME: this.folder, XDG_CONFIG_HOME: this.folder}});
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', text => (this.said += text));
    const failed = new Promise((_, refuse) => this.process.on('error', refuse));
    this.gone = new Promise(done => this.process.on('exit', done));
    await Promise.race([failed, until(`${command} on port ${port}`, () => {
      if (this.process.exitCode !== null) throw new Error(`${command} ended:\n${this.logs()}`);
      return answers(port);
    })]);
    return this;
  }

  /** Everything it has written down so far. */
  logs() {
    return this.said + readdirSync(this.folder).filter(name => name.endsWith('.log')).map(name => readFileSync(join(this.folder, name), 'utf8')).join('');
  }

  async stop() {
    if (this.process && this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGTERM');
      await this.gone;
    }
    rmSync(this.folder, {recursive: true, force: true});
  }
}

export async function startNginx({collector, site}) {
  const front = new Front('nginx');
  const port = await freePort();
  let conf = document('nginx.conf');
  conf = replaced(conf, 'listen 443', `listen 127.0.0.1:${port}`);
  conf = replaced(conf, '127.0.0.1:8080', `127.0.0.1:${collector}`);
  conf = replaced(conf, '127.0.0.1:3000', `127.0.0.1:${site}`);
  conf = replaced(conf, '/etc/ssl/certs/www.example.com.pem', front.certificate);
  conf = replaced(conf, '/etc/ssl/private/www.example.com.key', front.key);
  writeFileSync(join(front.folder, 'site.conf'), conf);
  const bodies = join(front.folder, 'bodies');
  writeFileSync(join(front.folder, 'nginx.conf'), `
pid ${front.folder}/nginx.pid;
error_log ${front.folder}/error.log info;
events {}
http {
  access_log ${front.folder}/access.log combined;
  gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1;
  client_body_temp_path ${bodies};
  proxy_temp_path ${bodies}-proxy; fastcgi_temp_path ${bodies}-fastcgi; uwsgi_temp_path ${bodies}-uwsgi; scgi_temp_path ${bodies}-scgi;
  include ${front.folder}/site.conf;
}
`);
  await front.run('/usr/sbin/nginx', ['-e', join(front.folder, 'start.log'), '-c', join(front.folder, 'nginx.conf'), '-g', 'daemon off;'], port);
  // A body or an answer that is to lie in a file finds no place from here on: its request fails.
  rmSync(bodies, {recursive: true});
  rmSync(`${bodies}-proxy`, {recursive: true});
  return front;
}

export async function startCaddy({collector, site}) {
  const front = new Front('caddy');
  const port = await freePort();
  let conf = document('Caddyfile');
  conf = replaced(conf, '\nwww.example.com {', `\nwww.example.com:${port} {\n\tbind 127.0.0.1`);
  conf = replaced(conf, '127.0.0.1:8080', `127.0.0.1:${collector}`);
  conf = replaced(conf, '127.0.0.1:3000', `127.0.0.1:${site}`);
  writeFileSync(join(front.folder, 'Caddyfile'), conf);
  const adapted = JSON.parse(execFileSync('caddy', ['adapt', '--adapter', 'caddyfile', '--config', join(front.folder, 'Caddyfile')],
    {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: {PATH: process.env.PATH, HOME: front.folder}}));
  adapted.admin = {disabled: true, config: {persist: false}};
  const [server] = Object.values(adapted.apps.http.servers);
  // Never out to a certificate authority; a log of its own for the site, as operators have it.
  server.automatic_https = {disable: true};
  server.tls_connection_policies = [{}];
  server.logs = {default_logger_name: 'site'};
  adapted.apps.tls = {certificates: {load_files: [{certificate: front.certificate, key: front.key}]}};
  adapted.logging.logs.default.exclude = ['http.log.access.site'];
  adapted.logging.logs.site = {include: ['http.log.access.site'], encoder: {format: 'json'},
    writer: {output: 'file', filename: join(front.folder, 'access.log')}};
  writeFileSync(join(front.folder, 'caddy.json'), JSON.stringify(adapted));
  return front.run('caddy', ['run', '--config', join(front.folder, 'caddy.json')], port);
}
