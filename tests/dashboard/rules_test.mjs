// The dashboard's rules without a browser: formats, days and periods, money, addresses, findings, chart arithmetic.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModule } from './load_module.mjs';

const { makeFormats } = await loadModule('format.ts');
const { spanOf, parsePeriod, periodText } = await loadModule('period.ts');
const { parseDay, todayIn } = await loadModule('day.ts');
const { parseMoney, roundColumn } = await loadModule('money.ts');
const { parseView, viewAddress, onPage } = await loadModule('route.ts');
const { findings } = await loadModule('findings.ts');
const { pageAddress } = await loadModule('live.ts');
const { scaleFor } = await loadModule('chart/scale.ts');
const { bucketsOf, bucketSize, sumInto } = await loadModule('chart/buckets.ts');
const { moveApart } = await loadModule('chart/end_labels.tsx');
const { de } = await loadModule('words/de.ts');
const { en } = await loadModule('words/en.ts');

const german = makeFormats('de');
const english = makeFormats('en');
const noon = new Date('2026-11-22T13:32:05Z');

// The table of UI.md §8, row by row. \u00a0 is the no-break space, \u2212 the minus.
for (const [what, form, expectedGerman, expectedEnglish] of [
  ['a count', (f) => f.count(18832), '18.832', '18,832'],
  ['a count in a tile below a million', (f) => f.bigCount(999999), '999.999', '999,999'],
  ['a count in a tile from a million on', (f) => f.bigCount(1240000), '1,24\u00a0Mio.', '1.24\u00a0m'],
  ['zero', (f) => f.count(0), '0', '0'],
  ['a percentage', (f) => f.percent(0.0229, 2), '2,29\u00a0%', '2.29%'],
  ['a rise', (f) => f.change(0.062), '+6,2\u00a0%', '+6.2%'],
  ['a fall', (f) => f.change(-0.043), '\u22124,3\u00a0%', '\u22124.3%'],
  ['a change that rounds to nothing', (f) => f.change(-0.0001), '0,0\u00a0%', '0.0%'],
  ['a change of a rate', (f) => f.points(0.0007), '+0,07\u00a0PP', '+0.07\u00a0pp'],
  ['money from a thousand on', (f) => f.money(359886.4, 'EUR'), '359.886\u00a0€', '€359,886'],
  ['money below a thousand', (f) => f.money(80.11, 'EUR'), '80,11\u00a0€', '€80.11'],
  ['money owed', (f) => f.money(-80.11, 'EUR'), '\u221280,11\u00a0€', '\u2212€80.11'],
  ['no money', (f) => f.money(0, 'EUR'), '0\u00a0€', '€0'],
  ['the top of a money axis', (f) => f.moneyTick(750, true, 'EUR'), '750\u00a0€', '€750'],
  ['a step of a money axis', (f) => f.moneyTick(2.5, false, 'EUR'), '2,50', '2.50'],
  ['the top of a rate axis', (f) => f.percentTick(0.0075, true), '0,75\u00a0%', '0.75%'],
  ['another currency', (f) => f.money(129.9, 'CHF'), '129,90\u00a0CHF', 'CHF\u00a0129.90'],
  ['a day', (f) => f.date('2026-11-22'), '22.11.2026', '22 Nov 2026'],
  ['a range', (f) => f.range('2026-10-26', '2026-11-22'), '26.10.–22.11.2026', '26 Oct – 22 Nov 2026'],
  ['a range over a new year', (f) => f.range('2025-12-28', '2026-01-03'), '28.12.2025–3.1.2026', '28 Dec 2025 – 3 Jan 2026'],
  ['a range of one day', (f) => f.range('2026-11-22', '2026-11-22'), '22.11.2026', '22 Nov 2026'],
  ['a day on an axis', (f) => f.axisDay('2026-11-02'), '2. Nov.', '2 Nov'],
  ['a time of day in the site\'s zone', (f) => f.time(noon, 'Europe/Berlin'), '14:32', '14:32'],
  ['a duration under a minute', (f) => f.duration(59.4), '59\u00a0Sek.', '59\u00a0s'],
  ['a duration in minutes', (f) => f.duration(380), '6\u00a0Min. 20\u00a0Sek.', '6\u00a0min 20\u00a0s'],
  ['a duration in hours', (f) => f.duration(7500), '2\u00a0Std. 05\u00a0Min.', '2\u00a0h 05\u00a0min'],
  ['a duration in days', (f) => f.duration(3 * 86400), '3\u00a0Tage', '3\u00a0days'],
]) {
  test(`${what} reads ${expectedGerman} in German and ${expectedEnglish} in English`, () => {
    assert.equal(form(german), expectedGerman);
    assert.equal(form(english), expectedEnglish);
  });
}

test('midnight is 00:00 and not 24:00', () => {
  assert.equal(english.time(new Date('2026-11-21T23:00:00Z'), 'Europe/Berlin'), '00:00');
});

for (const [preset, from, to] of [
  ['today', '2026-11-22', '2026-11-22'], ['yesterday', '2026-11-21', '2026-11-21'], ['7d', '2026-11-16', '2026-11-22'],
  ['28d', '2026-10-26', '2026-11-22'], ['90d', '2026-08-25', '2026-11-22'], ['this-month', '2026-11-01', '2026-11-22'],
  ['last-month', '2026-10-01', '2026-10-31'], ['this-quarter', '2026-10-01', '2026-11-22'], ['last-quarter', '2026-07-01', '2026-09-30'],
  ['this-year', '2026-01-01', '2026-11-22'], ['last-year', '2025-01-01', '2025-12-31'],
]) {
  test(`${preset} on 22 November 2026 is ${from} to ${to}`, () => {
    assert.deepEqual(spanOf({ kind: 'preset', preset }, '2026-11-22'), { from, to });
  });
}

test('last month in January is December of the year before', () => {
  assert.deepEqual(spanOf({ kind: 'preset', preset: 'last-month' }, '2027-01-05'), { from: '2026-12-01', to: '2026-12-31' });
});

test('today is the day of the site\'s zone, not of the browser\'s', () => {
  assert.equal(todayIn('Europe/Berlin', new Date('2026-11-22T23:30:00Z')), '2026-11-23');
  assert.equal(todayIn('America/New_York', new Date('2026-11-22T23:30:00Z')), '2026-11-22');
});

for (const text of ['2026-02-30', '2026-13-01', '26-11-22', '', 'yesterday', '2026-11-22T00:00']) {
  test(`"${text}" is no day`, () => assert.equal(parseDay(text), null));
}

for (const text of ['28d', 'last-quarter', '2026-10-26..2026-11-22', '2026-11-22..2026-11-22']) {
  test(`the period ${text} survives its way through an address`, () => assert.equal(periodText(parsePeriod(text)), text));
}
for (const text of ['29d', '2026-11-22..2026-11-21', '2026-11-22', '..', '2026-02-30..2026-03-01']) {
  test(`"${text}" is no period`, () => assert.equal(parsePeriod(text), null));
}

for (const [text, micros] of [['129.90', 129900000n], ['0', 0n], ['-1.5', -1500000n], ['9007199254740993.000001', 9007199254740993000001n]]) {
  test(`the money ${text} is read exactly`, () => assert.equal(parseMoney(text), micros));
}
for (const text of ['', '1,5', '1e3', '1.0000001', ' 1', '.5', 'NaN']) {
  test(`"${text}" is no money`, () => assert.equal(parseMoney(text), null));
}

for (const [column, places, rounded] of [
  [['1.4', '1.4', '1.4'], 0, [2, 1, 1]],
  [['0.333333', '0.333333', '0.333334'], 2, [0.33, 0.33, 0.34]],
  [['-1.5', '3.2'], 0, [-1, 3]],
  [[], 0, []],
  [['10.00', '20.00'], 2, [10, 20]],
]) {
  test(`the column ${column.join(' + ') || '(empty)'} rounds to parts that add up to its rounded total`, () => {
    assert.deepEqual(roundColumn(column.map(parseMoney), places), rounded);
  });
}

test('an address with everything set reads back as the same view', () => {
  const view = {
    page: 'channels', site: 's7', period: { kind: 'days', from: '2026-10-01', to: '2026-10-31' }, compare: 'none', tile: 'conversions',
    sort: { column: 'value', descending: true }, funnel: 'inquiry', pick: 'Paid Search & "more"', table: true,
  };
  assert.deepEqual(parseView(viewAddress(view).slice(1)), view);
});
test('the start page has a bare address', () => assert.equal(viewAddress(parseView('')), '/'));
test('an address that makes no sense becomes the start page', () => {
  assert.equal(viewAddress(parseView('?page=attribution&period=never&compare=year')), '/');
});
test('another page keeps site, period and comparison and drops what belongs to one page', () => {
  const view = parseView('?site=a&period=7d&compare=none&tile=visitors&sort=-rate&pick=Direct&as=table&page=channels');
  assert.equal(viewAddress(onPage(view, 'conversions')), '/?site=a&page=conversions&period=7d&compare=none');
});

const rowOf = (cells) => ({ text: (name) => String(cells[name] ?? ''), number: (name) => cells[name] ?? null, money: () => null });
const channel = (name, conversions, before, sessions = 500) =>
  rowOf({ channel: name, conversions, conversions_previous: before, sessions });
const found = (rows, totals) => findings(rows, rowOf({ sessions: 10000, ...totals })).map((each) => `${each.kind} ${each.channel}`);

for (const [what, rows, totals, expected] of [
  ['the largest gain and the largest loss', [channel('Email', 55, 50), channel('Affiliates', 71, 51), channel('Paid Search', 89, 93), channel('Referral', 11, 12)],
    { conversions: 226, conversions_previous: 206 }, ['more Affiliates', 'less Paid Search']],
  ['nothing where both periods have fewer than ten', [channel('Email', 9, 1)], { conversions: 9, conversions_previous: 1 }, []],
  ['nothing where nothing moved', [channel('Email', 50, 50)], { conversions: 50, conversions_previous: 50 }, []],
  ['nothing about a channel that is new', [channel('Email', 50, 0)], { conversions: 50, conversions_previous: 0 }, []],
  ['nothing without a comparison', [channel('Email', 50, null)], { conversions: 50, conversions_previous: null }, []],
  ['a channel with many sessions and no conversion', [channel('Display', 0, 2, 742)], { conversions: 0, conversions_previous: 2 }, ['without-conversion Display']],
  ['nothing about a small channel without conversion', [channel('Display', 0, 2, 99)], { conversions: 0, conversions_previous: 2 }, []],
  ['nothing about a channel below two percent of sessions', [channel('Display', 0, 2, 199)], { conversions: 0, conversions_previous: 2 }, []],
]) {
  test(`findings name ${what}`, () => assert.deepEqual(found(rows, totals), expected));
}

test('a gain is set against the site\'s gain only where that is as large', () => {
  const rows = [channel('Affiliates', 71, 51)];
  const of = (totals) => findings(rows, rowOf({ sessions: 1000, ...totals }))[0].of;
  assert.equal(of({ conversions: 432, conversions_previous: 394 }), 38);
  assert.equal(of({ conversions: 400, conversions_previous: 394 }), null);
  assert.equal(of({ conversions: 380, conversions_previous: 394 }), null);
});

for (const [largest, unit, ticks] of [
  [971, 'whole', [0, 250, 500, 750, 1000]], [3, 'whole', [0, 1, 2, 3]], [0, 'whole', [0, 1]], [10, 'whole', [0, 5, 10]],
  [0.031, 'any', [0, 0.01, 0.02, 0.03, 0.04]], [1000, 'whole', [0, 250, 500, 750, 1000]],
]) {
  test(`an axis up to ${largest} has ticks ${ticks.join(', ')}`, () => {
    const rounded = scaleFor(largest, unit).ticks.map((tick) => Number(tick.toPrecision(6)));
    assert.deepEqual(rounded, ticks);
  });
}
for (let largest = 1; largest < 5000; largest += 7) {
  const { ticks, max } = scaleFor(largest, 'whole');
  assert.ok(max >= largest && ticks.length >= 2 && ticks.length <= 6 && ticks.every(Number.isInteger), `axis up to ${largest}: ${ticks}`);
}

for (const [from, to, size] of [
  ['2026-08-23', '2026-11-22', 'day'], ['2026-08-22', '2026-11-22', 'week'], ['2025-01-01', '2026-11-22', 'week'], ['2024-01-01', '2026-11-22', 'month'],
]) {
  test(`${from} to ${to} is drawn by ${size}`, () => assert.equal(bucketSize(from, to), size));
}
test('weeks start on Monday; cut and running ones are partial', () => {
  const weeks = bucketsOf('2026-11-05', '2026-11-22', 'week', '2026-11-22');
  assert.deepEqual(weeks, [
    { from: '2026-11-05', to: '2026-11-08', partial: true }, { from: '2026-11-09', to: '2026-11-15', partial: false },
    { from: '2026-11-16', to: '2026-11-22', partial: true },
  ]);
});
test('days nobody recorded stay a gap; a recorded day without anything is zero', () => {
  const days = bucketsOf('2026-11-01', '2026-11-03', 'day', null);
  assert.deepEqual(sumInto(days, new Map([['2026-11-01', null], ['2026-11-02', 0]])), [null, 0, null]);
});

for (const [wishes, places] of [[[10, 100], [10, 100]], [[10, 12, 14], [10, 28, 46]], [[90, 95, 99], [64, 82, 100]]]) {
  test(`labels that want ${wishes} stand at ${places}`, () => assert.deepEqual(moveApart(wishes, 18, 100), places));
}

for (const [typed, address] of [
  ['https://shop.example/a?b#c', 'https://shop.example/a?b#c'], [' shop.example/danke ', 'https://shop.example/danke'],
  ['localhost:8090', 'https://localhost:8090/'], ['HTTP://Shop.example', 'http://shop.example/'],
  ['', null], ['https://', null], ['ftp://shop.example/', null], ['javascript://shop.example/%0aalert(1)', null], ['shop example', null],
]) {
  test(`"${typed}" is ${address === null ? 'no address of a page' : `the page ${address}`}`, () => assert.equal(pageAddress(typed)?.href ?? null, address));
}

test('both languages have the same words, none of them empty', () => {
  const keys = (words, path) => Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'object' ? keys(value, `${path}${key}.`) : [`${path}${key}: ${typeof value === 'string' && value === '' ? 'empty' : typeof value}`]);
  assert.deepEqual(keys(en, ''), keys(de, ''));
  assert.ok(!keys(de, '').some((line) => line.endsWith('empty')));
});
test('no word that the house does not use', () => {
  const text = JSON.stringify([de, en], (_, value) => (typeof value === 'function' ? String(value) : value));
  for (const word of ['User', 'tracken', 'valide', 'einwilligungsfrei', 'KI empfiehlt']) assert.ok(!text.includes(word), word);
});
