// Puts the shop's pages together: one layout, one file per page, product pages from products.json.
// It stands for the theme of any shop system: the layout is where a customer pastes the snippet. It holds no
// state and knows nothing of HTTP.

import {createHash} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {join} from 'node:path';

const site = fileURLToPath(new URL('site/', import.meta.url));
const read = (...path) => readFileSync(join(site, ...path), 'utf8');

export const products = JSON.parse(read('products.json'));

const groups = [
  ['servo', 'Servoantriebe', 'Drehmoment auf den Punkt, mit Absolutgeber ab Werk.'],
  ['getriebe', 'Getriebe und Getriebemotoren', 'Vom spielarmen Planetensatz bis zum Kegelrad mit Hohlwelle.'],
  ['linear', 'Lineareinheiten', 'Auf Maß gesägt, montiert und vermessen geliefert.'],
  ['regler', 'Regler und Steuerungen', 'Ein Projekt für Bewegung, Logik und Sicherheit.'],
  ['zubehoer', 'Zubehör', 'Was sonst am letzten Tag fehlt.'],
];

// The two lines a customer pastes, as `etappe site snippet` prints them.
const stub = 'window.etappe=window.etappe||function(){(etappe.q=etappe.q||[]).push(arguments)}';
export const stubHash = 'sha256-' + createHash('sha256').update(stub).digest('base64');
const snippet = ({collector, key}) =>
  `<script>${stub}</script>\n<script async src="${collector}/t/${key}.js"></script>`;

const escape = text =>
  String(text).replace(/[&<>"]/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'})[c]);

const money = text => Number(text).toLocaleString('de-DE', {minimumFractionDigits: 2}) + ' €';

const drawing = name => read('drawings', `${name}.svg`).trim();

const fill = (template, values) =>
  template.replace(/\{\{(drawing:)?([\w-]+)\}\}/g, (_, isDrawing, name) =>
    isDrawing ? drawing(name) : values[name] ?? '');

const card = p => `<li class="card">
  <a class="card-link" href="/produkte/${p.slug}">
    <span class="plate">${drawing(p.drawing)}</span>
    <span class="card-name">${escape(p.name)}</span>
  </a>
  <p>${escape(p.claim)}</p>
  <p class="card-foot"><b class="price">${money(p.price)}</b><span class="stock">${escape(p.delivery)}</span></p>
</li>`;

const cards = list => `<ul class="cards">\n${list.map(card).join('\n')}\n</ul>`;

const bySku = (...skus) => cards(skus.map(sku => products.find(p => p.sku === sku)));

const groupSections = () => groups.map(([id, name, text]) =>
  `<section class="group" id="${id}" aria-labelledby="g-${id}"><div><h2 id="g-${id}">${name}</h2><p class="lead">${text}</p></div>
${cards(products.filter(p => p.group === id))}</section>`).join('\n');

const blocks = {
  bestsellers: () => bySku('NX-40', 'GK-63', 'LZ-60', 'MC-4'),
  servowochen: () => bySku('NX-40', 'NX-75', 'PG-60'),
  groups: groupSections,
};

function productValues(p) {
  const [, groupName] = groups.find(([id]) => id === p.group);
  const others = products.filter(o => o.group === p.group && o !== p)
    .concat(products.filter(o => o.group !== p.group)).slice(0, 4);
  return {
    sku: p.sku, name: escape(p.name), claim: escape(p.claim), text: escape(p.text), price: p.price,
    'price-text': money(p.price), delivery: escape(p.delivery), group: p.group, 'group-name': groupName,
    picture: drawing(p.drawing), others: cards(others),
    facts: p.facts.map(([k, v]) => `<tr><th scope="row">${escape(k)}</th><td>${escape(v)}</td></tr>`).join('\n'),
  };
}

/// The page at a path such as "/kasse/adresse" as complete HTML, or null when there is none.
/// `tracking` is {collector, key}, or null for a shop that has not pasted the snippet yet.
export function page(path, tracking) {
  let file = path === '/' ? '_start' : path.slice(1);
  let values = {};
  const product = /^\/produkte\/([\w-]+)$/.exec(path);
  if (product) {
    const found = products.find(p => p.slug === product[1]);
    if (!found) return null;
    file = '_produkt';
    values = productValues(found);
  } else if (path !== '/' && !/^[a-z0-9-]+(\/[a-z0-9-]+)?$/.test(file)) {
    return null;  // a name with an underscore is a template, not a page
  }
  if (!existsSync(join(site, 'pages', `${file}.html`))) return null;
  for (const name in blocks) values[name] = blocks[name]();
  return layout(file, values, tracking);
}

/// What the server answers with 404.
export const missingPage = tracking => layout('_404', {}, tracking);

function layout(file, values, tracking) {
  const source = read('pages', `${file}.html`);
  const head = /^<!--\n([\s\S]*?)\n-->\n/.exec(source);
  const fields = Object.fromEntries(head[1].split('\n').map(line => line.split(/: (.*)/s).slice(0, 2)));
  const shell = read('layout.html').replaceAll(`data-nav="${fields.nav}"`, `data-nav="${fields.nav}" aria-current="true"`);
  return fill(shell, {
    title: fill(fields.title, values),
    description: fill(fields.description, values),
    body: fields.page ? ` data-page="${fields.page}"` : '',
    snippet: tracking ? snippet(tracking) : '',
    content: fill(source.slice(head[0].length), values),
  });
}
