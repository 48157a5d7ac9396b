// The banners' real packages as pages load them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('packages/node_modules/', import.meta.url));
const file = (path) => readFileSync(folder + path, 'utf8');

const { outputFiles: [cmp] } = await build({ entryPoints: [fileURLToPath(new URL('tcf_cmp.js', import.meta.url))], bundle: true, write: false, format: 'iife',
  minify: true, nodePaths: [folder] });

/** By the path under which a page asks for them. */
export const files = {
  '/tcf-stub.js': file('@iabtechlabtcf/stub/lib/stub.js'),
  '/tcf-cmp.js': cmp.text,
  '/cookieconsent.js': file('vanilla-cookieconsent/dist/cookieconsent.umd.js'),
  '/klaro.js': file('klaro/dist/klaro-no-css.js'),
};

const script = (path, attributes = '') => `<script ${attributes} src="${path}"></script>`;

export const tcf = { head: script('/tcf-stub.js'), body: script('/tcf-cmp.js'), late: '/tcf-cmp.js' };

/** `revision` is the version of the banner; a higher one asks again. */
export const cookieconsent = (revision = 1) => ({ head: '', body: `${script('/cookieconsent.js')}<script>
  CookieConsent.run({ hideFromBots: false, revision: ${revision}, categories: { necessary: { enabled: true, readOnly: true }, analytics: {}, marketing: {} },
    language: { default: 'de', translations: { de: { consentModal: { title: 'Cookies', acceptAllBtn: 'Ja', acceptNecessaryBtn: 'Nein', showPreferencesBtn: 'Mehr' },
      preferencesModal: { title: 'Cookies', acceptAllBtn: 'Ja', acceptNecessaryBtn: 'Nein', savePreferencesBtn: 'Speichern', sections: [] } } } } });
</script>` });

export const klaro = { head: `<script>window.klaroConfig = { version: 3, lang: 'en', translations: { zz: {}, en: {} }, acceptAll: true, default: false, services: [
    { name: 'etappe', title: 'Etappe', purposes: ['analytics'] }, { name: 'ads', title: 'Ads', purposes: ['marketing'] }] };</script>`,
body: script('/klaro.js', 'defer data-config="klaroConfig"') };
