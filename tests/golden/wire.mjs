// The wire format, spelled from docs/wire-format.md alone: descriptions in, bytes and the expected reading out.
// Deliberately not a translation of core/codec: it builds lists of bytes and knows no memory limits.

const utf8 = new TextEncoder();

const kTypes = ['', 'view', 'click', 'impression', 'step', 'conversion', 'event', 'identify', 'consent', 'engagement',
  'error', 'tag'];
const kConsent = { undetermined: 0, denied: 1, granted: 2 };
const kPropKinds = ['text', 'number', 'boolean'];
/** Field numbers of an event's texts, in the order in which a reading lists them. */
const kTexts = { url: 5, referrer: 6, title: 7, visitor: 8, session: 9, name: 10, value: 11, currency: 12, order_id: 14,
  funnel: 16, step: 17, tag: 22, person: 24 };

export const hex = (text) => [...Buffer.from(text.replaceAll('-', ''), 'hex')];

function varint(value) {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

function zigzag(value) {
  const n = BigInt(value);
  return varint(n >= 0n ? 2n * n : -2n * n - 1n);
}

const sized = (bytes) => [...varint(bytes.length), ...bytes];
const key = (number, kind) => varint(BigInt(number) * 4n + BigInt(kind));
const kWrite = {
  varint: (number, value) => [...key(number, 0), ...varint(value)],
  signed: (number, value) => [...key(number, 0), ...zigzag(value)],
  bytes: (number, value) => [...key(number, 1), ...sized(Array.isArray(value) ? value : [...utf8.encode(value)])],
  hex: (number, value) => [...key(number, 1), ...sized(hex(value))],
  reference: (number, value) => [...key(number, 2), ...varint(value)],
  sixteen: (number, value) => [...key(number, 3), ...hex(value)],
};

/** A text in place, or {"ref": 3} into the table. */
const text = (number, value) =>
  typeof value === 'string' ? kWrite.bytes(number, value) : kWrite.reference(number, value.ref);

/** Fields by number, for what names cannot say: [[99, "varint", 5], …]. */
const rawFields = (fields = []) => fields.flatMap(([number, kind, value]) => kWrite[kind](number, value));

const given = (value, write) => (value === undefined ? [] : write(value));

function eventBytes(event) {
  const item = (item) => [
    ...given(item.id, (id) => text(1, id)),
    ...given(item.name, (name) => text(2, name)),
    ...given(item.price, (price) => text(3, price)),
    ...given(item.quantity, (quantity) => kWrite.varint(4, quantity)),
    ...rawFields(item.fields),
  ];
  const prop = (prop) => [
    ...given(prop.key, (name) => text(1, name)),
    ...given(prop.value, (value) => text(2, value)),
    ...given(prop.kind, (kind) => kWrite.varint(3, kPropKinds.indexOf(kind))),
    ...rawFields(prop.fields),
  ];
  const consent = ({ analytics = 'undetermined', marketing = 'undetermined' }) =>
    kWrite.varint(19, kConsent[analytics] + 4 * kConsent[marketing]);
  return [
    ...rawFields(event.fields_first),
    ...given(event.type, (type) => kWrite.varint(1, kTypes.indexOf(type))),
    ...given(event.seq, (seq) => kWrite.varint(2, seq)),
    ...given(event.id, (id) => kWrite.sixteen(3, id)),
    ...given(event.time, (time) => kWrite.signed(4, time)),
    ...Object.entries(kTexts).flatMap(([name, number]) => given(event[name], (value) => text(number, value))),
    ...given(event.quantity, (quantity) => kWrite.varint(13, quantity)),
    ...(event.items ?? []).flatMap((one) => kWrite.bytes(15, item(one))),
    ...(event.props ?? []).flatMap((one) => kWrite.bytes(18, prop(one))),
    ...given(event.consent, consent),
    ...given(event.engagement, (ms) => kWrite.varint(20, ms)),
    ...given(event.weight, (weight) => kWrite.varint(21, weight === 'micro' ? 1 : 0)),
    ...given(event.scroll, (percent) => kWrite.varint(23, percent)),
    ...rawFields(event.fields),
  ];
}

export function batchBytes(batch) {
  const events = batch.events ?? [];
  const header = [
    ...given(batch.site, (site) => kWrite.bytes(1, site)),
    ...given(batch.instance, (id) => kWrite.sixteen(2, id)),
    ...given(batch.base, (base) => kWrite.varint(3, base)),
    ...given(batch.sent, (sent) => kWrite.signed(4, sent)),
    ...given(batch.batch, (id) => kWrite.sixteen(5, id)),
    ...given(batch.container, (version) => kWrite.varint(6, version)),
    ...(batch.events_declared === null ? [] : kWrite.varint(7, batch.events_declared ?? events.length)),
    ...rawFields(batch.fields),
  ];
  const strings = batch.strings ?? [];
  return [0xe7, 0x01, ...sized(header), ...varint(strings.length), ...strings.flatMap((s) => sized([...utf8.encode(s)])),
    ...events.flatMap((event) => sized(eventBytes(event)))];
}

/** Printable ASCII as it is, every other byte as \xNN. */
export function shown(value) {
  let out = '"';
  for (const byte of utf8.encode(value)) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    out += plain ? String.fromCharCode(byte) : '\\x' + byte.toString(16).padStart(2, '0');
  }
  return out + '"';
}

const nil = '0'.repeat(32);
const plainHex = (id) => id.replaceAll('-', '').toLowerCase();

/** The lines of one event whose id and time are known. */
function eventReading(event, id, time, lookUp = (value) => value) {
  const { analytics = 'undetermined', marketing = 'undetermined' } = event.consent ?? {};
  const lines = [`event ${event.type}`, `id ${plainHex(id)}`, `time ${time}`,
    `consent ${kConsent[analytics]} ${kConsent[marketing]}`];
  for (const name of Object.keys(kTexts)) {
    const value = lookUp(event[name] ?? '');
    if (value !== '') lines.push(`${name} ${shown(value)}`);
  }
  lines.push(`quantity ${event.quantity ?? 0}`, `engagement ${event.engagement ?? 0}`,
    `weight ${event.weight ?? 'primary'}`, `scroll ${event.scroll ?? 0}`);
  for (const item of event.items ?? []) {
    lines.push(`item ${shown(lookUp(item.id ?? ''))} ${shown(lookUp(item.name ?? ''))} ` +
      `${shown(lookUp(item.price ?? ''))} ${item.quantity ?? 1}`);
  }
  for (const prop of event.props ?? []) {
    lines.push(`prop ${prop.kind ?? 'text'} ${shown(lookUp(prop.key ?? ''))} ${shown(lookUp(prop.value ?? ''))}`);
  }
  return lines;
}

/** The lines that every reader prints for the batch; a refused event says so itself ("refused": reason). */
export function batchReading(batch) {
  const lookUp = (value) => (typeof value === 'object' ? batch.strings[value.ref] : value);
  const idOf = (event) => event.id ?? plainHex(batch.instance).slice(0, 24) + event.seq.toString(16).padStart(8, '0');
  return [
    'batch',
    `site ${shown(batch.site)}`,
    `instance ${plainHex(batch.instance ?? nil)}`,
    `batch ${plainHex(batch.batch ?? nil)}`,
    `base ${batch.base}`,
    `sent ${batch.base + (batch.sent ?? 0)}`,
    `container ${batch.container ?? 0}`,
    `events ${(batch.events ?? []).length}`,
    ...(batch.events ?? []).flatMap((event) => (event.refused !== undefined ? [`refused ${event.refused}`]
      : eventReading(event, idOf(event), batch.base + event.time, lookUp))),
  ];
}

// The envelope of docs/spool-format.md, part 2: the same event fields, with an explicit id and the whole time.

const kLinks = ['unlinked', 'linked', 'daily'];
const kNil = '00000000-0000-0000-0000-000000000000';

export function envelopeBytes(envelope) {
  return [0x01,
    ...given(envelope.received_at, (ms) => kWrite.signed(1, ms)),
    ...given(envelope.client_time, (ms) => kWrite.signed(2, ms)),
    ...given(envelope.site, (site) => kWrite.bytes(3, site)),
    ...given(envelope.link, (link) => kWrite.varint(4, kLinks.indexOf(link))),
    ...given(envelope.user_agent, (agent) => kWrite.bytes(5, agent)),
    ...given(envelope.page, (page) => kWrite.sixteen(7, page)),
    ...given(envelope.region, (region) => kWrite.bytes(8, region)),
    ...rawFields(envelope.fields),
    ...given(envelope.event, (event) => kWrite.bytes(6, eventBytes(event)))];
}

export function envelopeReading(envelope) {
  return ['envelope', `received_at ${envelope.received_at}`, `client_time ${envelope.client_time}`,
    `site ${shown(envelope.site)}`, `link ${envelope.link}`, `user_agent ${shown(envelope.user_agent ?? '')}`,
    `page ${(envelope.page ?? kNil).replaceAll('-', '')}`, `region ${shown(envelope.region ?? '')}`,
    ...eventReading(envelope.event, envelope.event.id, envelope.event.time)];
}
