// The trackers that Etappe's is measured beside, each as the page gets it: one script, one snippet, set up as its documentation says for a
// site that counts page views and outbound links. Every peer sends to the stand's collector; what a page view and an outbound click of it look
// like on the wire is a pattern over "METHOD PATH" and the decoded body.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/** The snippet of a script that is all set up inside. */
const plainHead = '<script async src="{{collector}}{{path}}"></script>';

/**
 * `code` is bundled with the package; `{{collector}}` is the collector's address. `link` are attributes that the peer asks for on a link whose
 * clicks it is to count. `answers` are what its own servers would say to a path, beside the empty object that every path is answered with.
 */
const packages = [
  { name: 'Plausible', package: '@plausible-analytics/tracker',
    code: `import { init } from '@plausible-analytics/tracker';
      init({ domain: 'shop.test', endpoint: '{{collector}}/api/event', outboundLinks: true, logging: false });`,
    view: '"n":"pageview"', outbound: '"n":"Outbound Link: Click"' },
  { name: 'Snowplow', package: '@snowplow/browser-tracker',
    code: `import { newTracker, enableActivityTracking, trackPageView } from '@snowplow/browser-tracker';
      import { LinkClickTrackingPlugin, enableLinkClickTracking } from '@snowplow/browser-plugin-link-click-tracking';
      newTracker('sp', '{{collector}}', { appId: 'shop', encodeBase64: false, plugins: [LinkClickTrackingPlugin()] });
      enableActivityTracking({ minimumVisitLength: 10, heartbeatDelay: 10 });
      enableLinkClickTracking();
      trackPageView();`,
    view: '"e":"pv"', outbound: 'link_click' },
  { name: 'OpenPanel', package: '@openpanel/web',
    code: `import { OpenPanel } from '@openpanel/web';
      new OpenPanel({ apiUrl: '{{collector}}', clientId: 'shop', trackScreenViews: true, trackOutgoingLinks: true, trackAttributes: true });`,
    view: '"name":"screen_view"', outbound: '"name":"link_out"' },
  { name: 'PostHog', package: 'posthog-js',
    code: `import posthog from 'posthog-js';
      posthog.init('phc_shop', { api_host: '{{collector}}', defaults: '2025-05-24' });`,
    answers: { '/config$': '{"supportedCompression":["gzip-js"],"autocapture_opt_out":false}' },
    view: '"event":"\\$pageview"', outbound: '"event":"\\$autocapture"' },
  { name: 'Segment', package: '@segment/analytics-next', file: 'dist/umd/standalone.js',
    head: `<script>!function(){var a=window.analytics=window.analytics||[];if(a.initialize)return;a.invoked=!0;a._writeKey="shop";a._cdn="{{collector}}";
      a.methods=["page","track","ready"];a.methods.forEach(function(m){a[m]=function(){a.push([m].concat([].slice.call(arguments)));return a}});a.page()}()</script>
      <script async src="{{collector}}{{path}}" data-global-segment-analytics-key="analytics"></script>`,
    answers: { '/settings$': '{"integrations":{"Segment.io":{"apiKey":"shop","apiHost":"{{host}}/v1","protocol":"http"}}}' },
    view: '"type":"page"' },
];

const fill = (text, values) => text.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name] ?? `{{${name}}}`);

async function bundled({ code }, collector) {
  const result = await build({ stdin: { contents: fill(code, { collector }), resolveDir: here }, bundle: true, minify: true, format: 'iife',
    write: false, target: 'es2019', logLevel: 'silent', external: ['./replay-*'], define: { 'process.env.NODE_ENV': '"production"' } });
  return result.outputFiles[0].text;
}

async function fromPackage(peer, collector) {
  const require_ = createRequire(join(here, 'package.json'));
  const folder = join(here, 'node_modules', peer.package);
  if (!existsSync(folder)) return { ...peer, missing: 'not installed (npm ci in tests/bench/peers)' };
  const { version } = require_(join(folder, 'package.json'));
  try {
    return { ...peer, version, script: peer.file ? readFileSync(join(folder, peer.file), 'utf8') : await bundled(peer, collector) };
  } catch (error) {
    return { ...peer, version, missing: error.message.split('\n')[0] };
  }
}

/**
 * Further peers of a folder, one NAME.js and one NAME.json each: {"name", "version", "view", "outbound", "head", "link", "answers"},
 * read as above. For trackers that no package registry has.
 */
function fromFolder(folder) {
  return readdirSync(folder).filter((file) => file.endsWith('.json')).sort().map((file) => ({
    ...JSON.parse(readFileSync(join(folder, file), 'utf8')),
    script: readFileSync(join(folder, file.replace(/json$/, 'js')), 'utf8'),
  }));
}

/** Etappe's own file as the publisher made it, with consent granted before it arrives: the most that a page view can cost. */
export function etappePeer(key, script) {
  return {
    name: 'Etappe', script, path: `/t/${key}.js`,
    head: `<script>window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}</script>
      <script>etappe('consent',{analytics:true});etappe('ready',function(){window.etappeReady=performance.now()})</script>
      <script async src="{{collector}}{{path}}"></script>`,
    view: '\\[view\\b', outbound: '\\[click outbound\\]',
    // A file without the module for links counts what the page declares.
    link: script.includes('outbound') ? '' : 'data-etappe-click="outbound"',
  };
}

/** Every peer, ready to be served from `collector` (an origin). `folder` may be undefined. */
export async function peersFor(collector, folder) {
  const host = collector.replace(/^https?:\/\//, '');
  const peers = [...await Promise.all(packages.map((peer) => fromPackage(peer, collector))), ...(folder ? fromFolder(folder) : [])];
  return peers.map((peer) => ready(peer, collector, host));
}

/** Fills in where the collector is and which path the script has. */
export function ready(peer, collector, host = collector.replace(/^https?:\/\//, '')) {
  const path = peer.path ?? `/script/${peer.name.toLowerCase()}.js`;
  const values = { collector, host, path };
  return { ...peer, path, head: fill(peer.head ?? plainHead, values), view: new RegExp(peer.view, 'g'),
    outbound: peer.outbound && new RegExp(peer.outbound, 'g'), link: peer.link ?? '',
    answers: Object.entries(peer.answers ?? {}).map(([pattern, text]) => [new RegExp(pattern), fill(text, values)]) };
}
