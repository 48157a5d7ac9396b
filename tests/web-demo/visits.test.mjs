// The invented history: the same each time, inside the collector's limits, and shaped like visits of people.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {dayOf, visitsUntil} from '../../web-demo/visits.mjs';

const end = new Date('2026-11-22T13:32:00Z');
const visits = visitsUntil(end);
const events = visits.flat();

test('the same end gives the same visits, another seed others', () => {
  const text = options => JSON.stringify(visitsUntil(end, {weeks: 1, ...options}));
  const once = text();
  assert.ok(once === text());
  assert.ok(once !== text({seed: 2}));
});

test('it covers eight whole weeks in Berlin and nothing after the end', () => {
  const days = new Set(events.map(e => dayOf(Date.parse(e.ts))));
  assert.equal(days.size, 56);
  assert.ok(events.every(e => e.ts <= end.toISOString()));
});

test('a day in Berlin begins at its own midnight, in summer and in winter', () => {
  assert.equal(dayOf(Date.parse('2026-10-24T21:59:59Z')) + 1, dayOf(Date.parse('2026-10-24T22:00:00Z')));
  assert.equal(dayOf(Date.parse('2026-11-01T22:59:59Z')) + 1, dayOf(Date.parse('2026-11-01T23:00:00Z')));
});

test('an event id is used once and an order number too', () => {
  assert.equal(new Set(events.map(e => e.id)).size, events.length);
  const orders = events.filter(e => e.order_id).map(e => e.order_id);
  assert.ok(orders.length > 400);
  assert.equal(new Set(orders).size, orders.length);
});

test('a visit is one session of one visitor, in order, beginning with a page view', () => {
  const sound = (event, i, visit) => event.session === visit[0].session && event.visitor === visit[0].visitor && (i === 0 || event.ts >= visit[i - 1].ts);
  assert.deepEqual(visits.filter(visit => visit[0].t !== 'view' || !visit.every(sound)), []);
});

test('an order is preceded by a product page, the cart and every step of the checkout', () => {
  for (const visit of visits.filter(v => v.some(e => e.name === 'Bestellung'))) {
    const order = visit.findIndex(e => e.name === 'Bestellung');
    const steps = visit.slice(0, order).filter(e => e.t === 'step').map(e => e.step);
    assert.ok(visit.slice(0, order).some(e => e.url.includes('/produkte/')));
    for (const step of ['cart', 'address', 'payment', 'review']) assert.ok(steps.includes(step), step);
    const sum = visit[order].items.reduce((cents, item) => cents + Math.round(Number(item.price) * 100) * item.quantity, 0);
    assert.equal(visit[order].value, (sum / 100).toFixed(2));
  }
});

test('weekdays are busy and weekends quiet', () => {
  const perDay = new Map();
  for (const [first] of visits) perDay.set(dayOf(Date.parse(first.ts)), (perDay.get(dayOf(Date.parse(first.ts))) ?? 0) + 1);
  for (const [day, count] of perDay) {
    const weekend = [0, 6].includes(new Date(day * 86_400_000).getUTCDay());
    assert.ok(weekend ? count < 400 : count > 500, `${new Date(day * 86_400_000).toISOString()}: ${count}`);
  }
});
