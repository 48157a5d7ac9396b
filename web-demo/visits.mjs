// Invents visits to the demo shop: who comes when, from where, what they look at, and who orders.
// Pure and seeded: the same end gives the same visits. It knows the shop's addresses and prices and the shape of an
// event; it sends nothing. The proportions (channels, drop-off, conversion rates) are those of a mid-sized industrial
// supplier as the interface's mock shows it; nothing here is measured.

import {products} from './render.mjs';

const shop = 'https://www.nordwerk.example';
const dayMs = 86_400_000;

/** Mulberry32 with the few draws that visits need. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    chance: p => next() < p,
    below: n => Math.floor(next() * n),
    of: list => list[Math.floor(next() * list.length)],
    /** Draws by weight from [[weight, value], …]. */
    weighted(pairs) {
      let left = next() * pairs.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of pairs) if ((left -= weight) < 0) return value;
      return pairs[pairs.length - 1][1];
    },
    around: (median, spread) => median * Math.exp(spread * normal()),
    hex(digits) {
      let text = '';
      while (text.length < digits) text += Math.floor(next() * 65536).toString(16).padStart(4, '0');
      return text.slice(0, digits);
    },
    token(length) {
      const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
      return Array.from({length}, () => letters[Math.floor(next() * letters.length)]).join('');
    },
  };
}

const uuid = random => {
  const h = random.hex(32);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${'89ab'[parseInt(h[16], 16) & 3]}${h.slice(17, 20)}-${h.slice(20)}`;
};

// ---- where people come from -------------------------------------------------------------------------------------
// Each entry makes a landing address and the referrer that a browser would report with it. `first` and `later` are
// shares of first and of returning visits; `rate` is the share of its sessions that end in a conversion.

const query = values => new URLSearchParams(values).toString();
const anyProduct = random => '/produkte/' + random.of(products).slug;
const entryPage = random => random.weighted([[30, '/'], [22, '/produkte'], [27, anyProduct(random)], [9, '/lieferzeiten'], [8, '/e-book'], [4, '/kontakt']]);

const googleAds = [['servomotor-suche', '21690114532'], ['marke', '21690114871'], ['getriebemotor-suche', '21704455190']];
const publishers = [[6, ['45628', 'maschinen-vergleich']], [3, ['78888', 'konstrukteur-blog']], [1, ['101248', 'bauteil-gutscheine']]];
const searchEngines = [[86, 'https://www.google.com/'], [7, 'https://www.bing.com/'], [4, 'https://duckduckgo.com/'], [3, 'https://www.ecosia.org/']];
const referrers = [[5, 'https://www.maschinen-forum.example/'], [3, 'https://www.automation-heute.example/artikel/umruesten-lohnt'],
  [3, 'https://verband-antrieb.example/mitglieder'], [2, 'https://sps-stammtisch.example/t/servoregler']];

const channels = {
  'Paid Search': {first: 33, later: 14, rate: 0.0171, arrive(random) {
    if (random.chance(0.14)) {
      return ['/lp/antriebe-konfigurieren?' + query({utm_source: 'bing', utm_medium: 'cpc', utm_campaign: 'servomotor-suche', msclkid: random.hex(32)}), 'https://www.bing.com/'];
    }
    const [campaign, id] = random.of(googleAds);
    const page = random.chance(0.72) ? '/lp/antriebe-konfigurieren' : anyProduct(random);
    const tagged = random.chance(0.7) ? {utm_source: 'google', utm_medium: 'cpc', utm_campaign: campaign} : {};
    return [page + '?' + query({...tagged, gad_source: '1', gad_campaignid: id, gclid: 'Cj0KCQiA' + random.token(48)}), 'https://www.google.com/'];
  }},
  'Organic Search': {first: 31.3, later: 12, rate: 0.0111, arrive: random => [entryPage(random), random.weighted(searchEngines)]},
  Direct: {first: 7.5, later: 45, rate: 0.0416, arrive: random => [random.chance(0.45) ? '/' : entryPage(random), '']},
  Email: {first: 4.5, later: 15, rate: 0.0392, arrive(random, when) {
    const issue = when.toISOString().slice(0, 7);
    return random.chance(0.8)
      ? ['/lp/newsletter-november?' + query({utm_source: 'newsletter', utm_medium: 'email', utm_campaign: 'newsletter-' + issue}), '']
      : [anyProduct(random) + '?' + query({utm_source: 'crm', utm_medium: 'email', utm_campaign: 'angebot-nachfassen'}), ''];
  }},
  Referral: {first: 8, later: 2, rate: 0.0093, arrive: random => [entryPage(random), random.weighted(referrers)]},
  Affiliates: {first: 3.9, later: 10, rate: 0.0679, arrive(random, when) {
    const [id, name] = random.weighted(publishers);
    const click = `1001_${Math.floor(when.getTime() / 1000) - 1}_${random.hex(32)}`;
    const bought = random.chance(0.2) ? {gclid: 'Cj0KCQiA' + random.token(48)} : {};  // the partner bought the click as an ad
    const page = random.chance(0.7) ? '/lp/servo-wochen' : anyProduct(random);
    return [page + '?' + query({awc: click, sv1: 'affiliate', sv_campaign_id: id, ...bought}), `https://www.${name}.example/`];
  }},
  Display: {first: 5.4, later: 0, rate: 0.0013, arrive: random =>
    ['/lp/servo-wochen?' + query({utm_source: 'dv360', utm_medium: 'display', utm_campaign: 'umruesten-herbst', dclid: 'CM' + random.token(30)}), 'https://www.automation-heute.example/']},
  Social: {first: 4, later: 1, rate: 0.0066, arrive: random => [entryPage(random), random.weighted([[7, 'https://www.linkedin.com/'], [2, 'https://www.xing.com/'], [1, 'https://www.facebook.com/']])]},
  'AI Assistant': {first: 2.4, later: 1, rate: 0.0162, arrive(random) {
    const page = entryPage(random);
    return random.chance(0.6) ? [page + '?utm_source=chatgpt.com', 'https://chatgpt.com/'] : [page, random.of(['https://www.perplexity.ai/', 'https://copilot.microsoft.com/'])];
  }},
};

// ---- when they come ---------------------------------------------------------------------------------------------

const weekday = [0.275, 1, 1.04, 1.02, 1, 0.87, 0.27];  // Sunday first
const hours = {
  work: [1, 1, 1, 1, 1, 3, 12, 38, 72, 96, 100, 88, 60, 78, 92, 84, 62, 36, 18, 14, 12, 9, 5, 2],
  rest: [3, 2, 1, 1, 1, 2, 4, 9, 20, 34, 44, 46, 40, 40, 44, 46, 46, 44, 42, 44, 46, 38, 24, 10],
};

const berlin = new Intl.DateTimeFormat('en-CA', {timeZone: 'Europe/Berlin', hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit'});

/** Milliseconds that clocks in Berlin are ahead of UTC at noon of a day counted from 1970. */
function offsetOf(day) {
  const noon = day * dayMs + dayMs / 2;
  const part = Object.fromEntries(berlin.formatToParts(noon).map(({type, value}) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - noon;
}

/** The day, counted from 1970, that calendars in Berlin show at a moment. */
export const dayOf = time => Math.floor((time + offsetOf(Math.floor(time / dayMs))) / dayMs);

function momentOn(day, random) {
  const curve = weekday[new Date(day * dayMs).getUTCDay()] > 0.5 ? hours.work : hours.rest;
  const hour = random.weighted(curve.map((weight, h) => [weight, h]));
  return new Date(day * dayMs - offsetOf(day) + (hour * 3600 + random.below(3600)) * 1000 + random.below(1000));
}

/** First visits of a day: weekdays, a slow rise towards the end, some noise. */
function journeysOn(day, lastDay, random) {
  const rise = 1.035 - 0.06 * ((lastDay - day) / 28);
  return Math.round(592 * weekday[new Date(day * dayMs).getUTCDay()] * rise * random.around(1, 0.045));
}

/** Affiliates gain while the Servo-Wochen run (the last 19 days); the newsletter leaves on the 12th. */
function sharesOn(day, lastDay, kind) {
  const date = new Date(day * dayMs).getUTCDate();
  return Object.entries(channels).map(([name, channel]) => {
    let share = channel[kind];
    if (name === 'Affiliates' && day > lastDay - 20) share *= 1.5;
    if (name === 'Email') share *= date === 12 ? 4 : date === 13 ? 2 : 0.8;
    return [share, name];
  });
}

// ---- what they do -----------------------------------------------------------------------------------------------

const titles = {
  '/': 'Antriebstechnik aus Hamburg', '/produkte': 'Produkte', '/lieferzeiten': 'Lieferzeiten', '/e-book': 'E-Book: Antriebe auslegen',
  '/kontakt': 'Kontakt', '/rueckruf': 'Rückruf vereinbaren', '/newsletter': 'Newsletter', '/warenkorb': 'Warenkorb',
  '/kasse/adresse': 'Kasse: Adresse', '/kasse/zahlung': 'Kasse: Zahlung', '/kasse/pruefen': 'Kasse: Prüfen',
  '/danke-bestellung': 'Vielen Dank für Ihre Bestellung', '/danke-kontakt': 'Vielen Dank für Ihre Anfrage', '/danke-rueckruf': 'Wir rufen Sie an',
  '/newsletter-bestaetigt': 'Sie sind dabei', '/lp/servo-wochen': 'Servo-Wochen', '/lp/antriebe-konfigurieren': 'Antrieb in einer Minute finden',
  '/lp/newsletter-november': 'Umrüsten statt neu bauen', ...Object.fromEntries(products.map(p => ['/produkte/' + p.slug, p.name])),
};

/** One visit in the making: a clock, the page it is on, and the events so far. */
class Visit {
  constructor(random, identity, start, [landing, referrer]) {
    this.random = random;
    this.identity = identity;
    this.time = start.getTime();
    this.url = '';
    this.referrer = referrer;
    this.events = [];
    this.open(landing);
  }

  wait(seconds, spread = 0.8) {
    this.time += Math.min(1500, Math.max(1, this.random.around(seconds, spread))) * 1000;
    this.time = Math.round(this.time);
  }

  add(type, fields) {
    this.events.push({id: uuid(this.random), t: type, ts: new Date(this.time).toISOString(), ...this.identity, url: this.url, ...fields});
  }

  open(path) {
    const from = this.url || this.referrer;
    this.url = shop + path;
    const title = titles[path.split('?')[0]] + ' · Nordwerk Antriebe';
    this.add('view', from ? {referrer: from.split('?')[0], title} : {title});
  }

  go(path, seconds = 35) {
    this.wait(seconds);
    this.open(path);
  }

  click(name, props) {
    this.add('click', props ? {name, props} : {name});
  }

  step(funnel, step) {
    this.add('step', {funnel, step});
  }

  convert(name, weight, fields = {}) {
    this.add('conversion', {name, weight, tag: name, ...fields});
  }
}

const productViewed = visit => visit.events.some(e => e.t === 'view' && e.url.startsWith(shop + '/produkte/'));

function look(visit, pages) {
  const {random} = visit;
  for (let i = 0; i < pages; ++i) {
    if (visit.url.includes('/lp/antriebe-konfigurieren') && random.chance(0.5)) {
      visit.wait(15);
      visit.add('event', {name: 'konfigurator', props: {bewegung: random.of(['drehen', 'fahren']), last: random.of(['leicht', 'schwer'])}});
    }
    visit.go(random.weighted([[17, anyProduct(random)], [26, '/produkte'], [16, '/lieferzeiten'], [16, '/'], [9, '/e-book'], [9, '/kontakt'], [7, '/rueckruf']]));
  }
  if (visit.url.endsWith('/kontakt') && random.chance(0.22)) {
    visit.wait(40);
    visit.step('contact', 'start');
  }
}

/** Puts one or two articles into the cart; returns the lines. */
function fillCart(visit) {
  const {random} = visit;
  const lines = [];
  const count = random.weighted([[76, 1], [20, 2], [4, 3]]);
  for (let i = 0; i < count; ++i) {
    const product = random.of(products.filter(p => !lines.some(l => l.id === p.sku)));
    visit.go('/produkte/' + product.slug, 40);
    visit.wait(110, 0.5);
    visit.click('in-den-warenkorb', {sku: product.sku});
    visit.step('checkout', 'cart');
    const most = Number(product.price) < 700 ? 2 : 1;
    lines.push({id: product.sku, name: product.name, price: product.price, quantity: 1 + random.below(most)});
  }
  visit.go('/warenkorb', 60);
  return lines;
}

const checkoutPages = [['/kasse/adresse', 'address', 320], ['/kasse/zahlung', 'payment', 95], ['/kasse/pruefen', 'review', 50]];

function checkOut(visit, steps) {
  for (const [path, step, seconds] of checkoutPages.slice(0, steps)) {
    visit.go(path, seconds);
    visit.step('checkout', step);
  }
}

const cents = price => Math.round(Number(price) * 100);

function order(visit, number) {
  const lines = fillCart(visit);
  checkOut(visit, 3);
  visit.wait(40, 0.5);
  visit.click('bestellung-absenden');
  visit.open('/danke-bestellung');
  const total = lines.reduce((sum, line) => sum + cents(line.price) * line.quantity, 0);
  visit.convert('Bestellung', 'primary', {
    value: (total / 100).toFixed(2), currency: 'EUR', quantity: lines.reduce((sum, l) => sum + l.quantity, 0),
    order_id: number, items: lines,
  });
  visit.step('checkout', 'sent');
}

function lead(visit, page, funnel, name, value) {
  visit.go(page, 45);
  visit.wait(25);
  visit.step(funnel, 'start');
  visit.wait(110, 0.5);
  visit.step(funnel, 'sent');
  visit.open({contact: '/danke-kontakt', callback: '/danke-rueckruf', newsletter: '/newsletter-bestaetigt'}[funnel]);
  visit.convert(name, value ? 'primary' : 'micro', value ? {value, currency: 'EUR'} : {});
}

function converted(visit, number) {
  look(visit, visit.random.below(3));
  const kind = visit.random.weighted([[58, 'order'], [28, 'contact'], [14, 'callback']]);
  if (kind === 'order') order(visit, number);
  else if (kind === 'contact') lead(visit, '/kontakt', 'contact', 'Kontaktanfrage', '220.00');
  else lead(visit, '/rueckruf', 'callback', 'Rückruf', '120.00');
}

function unconverted(visit) {
  const {random} = visit;
  if (random.chance(0.4)) return;  // left after one page
  look(visit, 1 + Math.floor(random.around(2.2, 0.7)));
  if (productViewed(visit) && random.chance(0.3)) {
    fillCart(visit);
    if (random.chance(0.28)) checkOut(visit, random.weighted([[60, 1], [27, 2], [13, 3]]));
  }
  if (random.chance(0.035)) {
    if (!visit.url.endsWith('/e-book')) visit.go('/e-book');
    visit.wait(30);
    visit.click('e-book-herunterladen');
    visit.convert('E-Book', 'micro');
  } else if (random.chance(0.012)) {
    lead(visit, '/newsletter', 'newsletter', 'Newsletter', '');
  }
}

/** One person: a first visit and perhaps later ones, each from a channel of its own. */
function* journey(random, {firstDay, index, lastDay}) {
  const visitor = random.hex(32);
  const marketing = random.chance(0.72);
  let day = firstDay;
  for (let visitNumber = 0; ; ++visitNumber) {
    const name = random.weighted(sharesOn(day, lastDay, visitNumber === 0 ? 'first' : 'later'));
    const start = momentOn(day, random);
    const identity = {visitor, session: random.hex(32), consent: {analytics: true, marketing}};
    const visit = new Visit(random, identity, start, channels[name].arrive(random, start));
    const orderNumber = `NW-${firstDay - 20_000}${String(index).padStart(3, '0')}${visitNumber}`;
    if (random.chance(channels[name].rate)) converted(visit, orderNumber);
    else unconverted(visit);
    yield visit.events;
    if (!random.chance(visitNumber === 0 ? 0.31 : 0.25) || visitNumber === 5) return;
    day += 1 + Math.floor(random.around(3, 0.9));
    if (weekday[new Date(day * dayMs).getUTCDay()] < 0.5 && random.chance(0.85)) day += 2 + random.below(3);
  }
}

/**
 * The visits of `weeks` weeks up to `end` (a Date), each an array of events in order, sorted by their beginning.
 * Nothing lies after `end`. People whose first visit was before the first day are part of it from their later visits on.
 */
export function visitsUntil(end, {weeks = 8, seed = 1987} = {}) {
  const lastDay = dayOf(end.getTime());
  const firstDay = lastDay - weeks * 7 + 1;
  const from = new Date(firstDay * dayMs - offsetOf(firstDay)).toISOString();
  const until = end.toISOString();
  const visits = [];
  for (let day = firstDay - 21; day <= lastDay; ++day) {
    const count = journeysOn(day, lastDay, randomFrom(seed * 31 + day));
    for (let index = 0; index < count; ++index) {
      const random = randomFrom((seed * 1_000_003) ^ (day * 4096 + index));
      for (const events of journey(random, {firstDay: day, index, lastDay})) {
        const kept = events.filter(e => e.ts <= until);
        if (kept.length > 0 && events[0].ts >= from) visits.push(kept);
      }
    }
  }
  return visits.sort((a, b) => (a[0].ts < b[0].ts ? -1 : 1));
}
