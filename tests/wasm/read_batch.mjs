// Reads a batch, written from docs/wire-format.md alone: what the module sends is judged by the page that says what
// it ought to send, not by the code that wrote it.

const kFields = { 1: 'type', 2: 'seq', 3: 'id', 4: 'time', 5: 'url', 6: 'referrer', 7: 'title', 8: 'visitor', 9: 'session',
  10: 'name', 11: 'value', 12: 'currency', 13: 'quantity', 14: 'order_id', 15: 'items', 16: 'funnel', 17: 'step',
  18: 'props', 19: 'consent', 20: 'engagement', 21: 'weight', 22: 'tag', 23: 'scroll',
  24: 'person' };
const kHeader = { 1: 'site', 2: 'instance', 3: 'base', 4: 'sent', 5: 'batch', 6: 'container' };
const kItem = { 1: 'id', 2: 'name', 3: 'price', 4: 'quantity' };
const kProp = { 1: 'key', 2: 'value', 3: 'kind' };
const kTypes = ['', 'view', 'click', 'impression', 'step', 'conversion', 'event', 'identify', 'consent', 'engagement', 'error', 'tag'];

const kStates = ['undetermined', 'denied', 'granted', 'undetermined'];
const kSigned = (value) => (value >> 1n) ^ -(value & 1n);
const kUtf8 = new TextDecoder('utf-8', { fatal: true });

class Cursor {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  take(length) {
    if (this.at + length > this.bytes.length) throw new Error('truncated');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  varint() {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.take(1)[0];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new Error('bad varint');
  }
  counted() {
    return this.take(Number(this.varint()));
  }
  get done() {
    return this.at === this.bytes.length;
  }
}

function readFields(bytes, names, strings, lists = []) {
  const cursor = new Cursor(bytes);
  const out = {};
  while (!cursor.done) {
    const key = Number(cursor.varint());
    const name = names[key >> 2] ?? `field ${key >> 2}`;
    let value;
    switch (key & 3) {
      case 0: value = cursor.varint(); break;
      case 1: value = cursor.counted(); break;
      case 2: value = strings[Number(cursor.varint())]; break;
      default: value = Buffer.from(cursor.take(16)).toString('hex');
    }
    if (value === undefined) throw new Error('bad reference');
    if (lists.includes(name)) (out[name] ??= []).push(value);
    else out[name] = value instanceof Uint8Array ? kUtf8.decode(value) : value;
  }
  return out;
}

/** {header, events} with plain numbers, names for types and consent, times in milliseconds since 1970. */
export function readBatch(bytes) {
  const cursor = new Cursor(bytes);
  if (cursor.take(1)[0] !== 0xE7 || cursor.take(1)[0] !== 1) throw new Error('not a batch of version 1');
  const header = readFields(cursor.counted(), kHeader, []);
  header.base = Number(header.base);
  header.sent = header.base + Number(kSigned(header.sent ?? 0n));
  header.container = Number(header.container ?? 0n);
  const strings = [];
  for (let count = Number(cursor.varint()); count > 0; --count) strings.push(kUtf8.decode(cursor.counted()));
  const events = [];
  while (!cursor.done) {
    const event = readFields(cursor.counted(), kFields, strings, ['items', 'props']);
    event.type = kTypes[Number(event.type)];
    event.time = header.base + Number(kSigned(event.time));
    for (const name of ['seq', 'quantity', 'engagement', 'weight', 'scroll']) {
      if (name in event) event[name] = Number(event[name]);
    }
    const bits = Number(event.consent ?? 0n);
    event.consent = { analytics: kStates[bits & 3], marketing: kStates[(bits >> 2) & 3] };
    event.items = (event.items ?? []).map((item) => readFields(item, kItem, strings));
    event.items.forEach((item) => { item.quantity = Number(item.quantity ?? 1n); });
    event.props = Object.fromEntries((event.props ?? []).map((prop) => {
      const { key, value = '', kind = 0n } = readFields(prop, kProp, strings);
      return [key, kind === 1n ? Number(value) : kind === 2n ? value === 'true' : value];
    }));
    events.push(event);
  }
  return { header, events };
}
