// Compiled containers, spelled from docs/container-format.md alone: the author's form in, bytes and what the
// container does in a fixed set of happenings out. Deliberately not a translation of server/container or core/rules.

import { shown } from './wire.mjs';

const utf8 = new TextEncoder();
const u8 = (value) => [value & 255];
const u16 = (value) => [value & 255, (value >> 8) & 255];
const u32 = (value) => [...u16(value & 0xffff), ...u16(value >>> 16)];

const kVariableTypes = ['constant', 'url', 'query', 'data_layer', 'event_property'];
const kParts = ['host', 'path', 'query', 'fragment', 'full'];
const kOperators = ['equals', 'contains', 'starts_with', 'ends_with'];
const kOccasions = ['page_view', 'event'];
const kRepeats = ['every_time', 'once_per_page', 'once_per_session'];
const kParameters = { 'etappe-conversion': ['value', 'currency', 'quantity', 'order_id'],
  'etappe-step': ['funnel', 'step', 'no third', 'no fourth'] };
const parametersOf = (tag) => kParameters[tag.template];

function operatorOf(text) {
  const [, not, name, ignore] = /^(not_)?(.*?)(_ignore_case)?$/.exec(text);
  return { name, not: not !== undefined, ignore: ignore !== undefined };
}

const textOf = (variable) =>
  ({ constant: variable.value, url: '', query: variable.parameter, data_layer: variable.path,
    event_property: variable.key })[variable.type];

export function containerBytes(author) {
  const byName = (list, name) => list.find((one) => one.name === name);

  const triggers = [...new Set(author.tags.flatMap((tag) => [...tag.triggers, ...(tag.exceptions ?? [])]))]
    .map((name) => byName(author.triggers, name));
  const variables = [];
  const numberOf = (variable) => {
    const record = JSON.stringify([kVariableTypes.indexOf(variable.type),
      variable.type === 'url' ? kParts.indexOf(variable.part) : 0, textOf(variable)]);
    if (!variables.includes(record)) variables.push(record);
    return variables.indexOf(record);
  };
  const named = (name) => numberOf(byName(author.variables, name));
  const parameter = (value) => {
    if (value === undefined) return 0xffff;
    return typeof value === 'string' ? numberOf({ type: 'constant', value }) : named(value.variable);
  };
  const conditions = triggers.flatMap((trigger) => trigger.conditions ?? []);
  conditions.forEach((condition) => named(condition.variable));
  author.tags.forEach((tag) => parametersOf(tag).forEach((key) => parameter(tag.parameters[key])));

  const texts = [];
  const offsets = new Map();
  const text = (value) => {
    const bytes = [...utf8.encode(value)];
    if (!offsets.has(value)) {
      offsets.set(value, texts.length);
      texts.push(...bytes);
    }
    return [...u16(offsets.get(value)), ...u16(bytes.length)];
  };

  const tables = [
    ...variables.flatMap((record) => {
      const [type, part, value] = JSON.parse(record);
      return [...u8(type), ...u8(part), ...text(value)];
    }),
    ...triggers.flatMap((trigger) => [...u8(kOccasions.indexOf(trigger.on)), 0, ...text(trigger.event ?? ''),
      ...u16((trigger.conditions ?? []).length)]),
    ...conditions.flatMap((condition) => {
      const { name, not, ignore } = operatorOf(condition.operator);
      return [...u16(named(condition.variable)), kOperators.indexOf(name), (not ? 1 : 0) + (ignore ? 2 : 0),
        ...text(condition.value)];
    }),
    ...author.tags.flatMap((tag) => {
      const isStep = tag.template === 'etappe-step';
      const usual = isStep || tag.parameters.order_id !== undefined ? 'every_time' : 'once_per_session';
      const consent = tag.consent ?? ['analytics'];
      return [...text(tag.name), ...text(isStep ? '' : tag.parameters.conversion),
        ...parametersOf(tag).flatMap((key) => u16(parameter(tag.parameters[key]))),
        tag.parameters.weight === 'micro' ? 1 : 0, kRepeats.indexOf(tag.repeat ?? usual),
        (consent.includes('analytics') ? 1 : 0) + (consent.includes('marketing') ? 2 : 0), isStep ? 1 : 0,
        ...u16(tag.triggers.length), ...u16((tag.exceptions ?? []).length)];
    }),
  ];
  const entries = author.tags.flatMap((tag) => [...tag.triggers, ...(tag.exceptions ?? [])])
    .map((name) => triggers.findIndex((trigger) => trigger.name === name));
  const body = [...tables, ...entries.flatMap(u16)];
  return [0xe7, 0xc7, 1, 0, ...u32(author.version), ...u16(variables.length), ...u16(triggers.length),
    ...u16(conditions.length), ...u16(author.tags.length), ...u16(entries.length), ...u16(texts.length), ...body,
    ...texts];
}

// What every reader lets happen, in this order: each address, each occasion, each consent. The data layer answers
// with the path it is asked for, an event's properties with their key.
const kUrls = ['https://shop.example/danke/?order=A%2D1&art=Angebot+neu#teil',
  'https://shop.example:8443/Kasse/%C3%9Cbersicht.PDF', 'kein Verweis'];
const kHappenings = ['page_view', 'event purchase', 'event lead'];
const kConsents = [[], ['analytics'], ['analytics', 'marketing']];

function addressParts(url) {
  const match = /^https?:\/\/(?:[^/?#@]*@)?([^/?#:]+)(?::\d*)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/i.exec(url);
  const [, host = '', path = '', query = '', fragment = ''] = match ?? [];
  return { host, path, query, fragment, full: url };
}

function valueOf(variable, url) {
  const parts = addressParts(url);
  switch (variable.type) {
    case 'constant': return variable.value;
    case 'url': return parts[variable.part];
    case 'query': {
      const pair = parts.query.split('&').map((piece) => piece.split('='))
        .find(([name]) => decodeURIComponent(name) === variable.parameter);
      return pair ? decodeURIComponent((pair[1] ?? '').replaceAll('+', ' ')) : '';
    }
    default: return textOf(variable);
  }
}

function holds(condition, author, url) {
  const { name, not, ignore } = operatorOf(condition.operator);
  const fold = (text) => (ignore ? text.replace(/[A-ZÀ-ÖØ-Þ]/g, (letter) => letter.toLowerCase()) : text);
  const text = fold(valueOf(author.variables.find((one) => one.name === condition.variable), url));
  const value = fold(condition.value);
  const found = { equals: text === value, contains: text.includes(value), starts_with: text.startsWith(value),
    ends_with: text.endsWith(value) }[name];
  return found !== not;
}

export function containerReading(author) {
  const used = new Set(author.tags.flatMap((tag) => [...tag.triggers, ...(tag.exceptions ?? [])]));
  const order = [...used].flatMap((name) => author.triggers.find((one) => one.name === name).conditions ?? [])
    .map((condition) => condition.variable)
    .concat(author.tags.flatMap((tag) => parametersOf(tag).map((key) => tag.parameters[key]?.variable)))
    .map((name) => author.variables?.find((one) => one.name === name))
    .filter((variable) => variable?.type === 'data_layer');
  const lines = ['container', `version ${author.version}`, `tags ${author.tags.length}`,
    ...new Set(order.map((variable) => `path ${shown(variable.path)}`))];
  for (const url of kUrls) {
    for (const happening of kHappenings) {
      const [on, event] = happening.split(' ');
      const off = (name) => {
        const trigger = author.triggers.find((one) => one.name === name);
        return trigger.on === on && (on !== 'event' || trigger.event === event) &&
          (trigger.conditions ?? []).every((condition) => holds(condition, author, url));
      };
      for (const consent of kConsents) {
        lines.push(`run ${kUrls.indexOf(url)} ${kHappenings.indexOf(happening)} ${consent.length}`);
        for (const tag of author.tags) {
          if (!tag.triggers.some(off)) continue;
          if ((tag.exceptions ?? []).some(off)) {
            lines.push(`held ${shown(tag.name)} exception`);
            continue;
          }
          const missing = ['analytics', 'marketing'].find((purpose) =>
            (tag.consent ?? ['analytics']).includes(purpose) && !consent.includes(purpose));
          if (missing) {
            lines.push(`held ${shown(tag.name)} ${missing}`);
            continue;
          }
          const resolved = parametersOf(tag).map((key) => {
            const value = tag.parameters[key];
            if (value === undefined) return '';
            return typeof value === 'string' ? value
              : valueOf(author.variables.find((one) => one.name === value.variable), url);
          });
          if (tag.template === 'etappe-step') {
            lines.push(`step ${[tag.name, ...resolved.slice(0, 2)].map(shown).join(' ')}`);
            continue;
          }
          const usual = tag.parameters.order_id === undefined ? 'once_per_session' : 'every_time';
          lines.push(`fired ${shown(tag.name)} ${shown(tag.parameters.conversion)} ` +
            `${resolved.map(shown).join(' ')} ${tag.parameters.weight ?? 'primary'} ${tag.repeat ?? usual}`);
        }
      }
    }
  }
  return lines;
}
