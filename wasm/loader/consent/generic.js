// Any other banner, by a list of mappings in the site's settings (docs/consent.md, "The generic adapter"): where it
// says that something was decided, and where the decision then stands.

import { state, listen } from '../state.js';
import { commands } from '../track.js';
import { follow } from '../data_layer.js';
import { read } from '../device.js';

export default () => {
  const { generic = [] } = state.config;
  /** "path" or "path~pattern": from what was said (detail, message, cookie), else from the page's own variables. */
  const valueAt = (place, said) => {
    const [path, pattern] = place.split('~');
    const [first] = path.split('.');
    let value = first in said ? said : window;
    for (const name of path.split('.')) value = value === undefined || value === null ? undefined : value[name];
    if (value === undefined || value === null) return;
    return pattern === undefined ? value === true || value === 'true' : new RegExp(pattern).test(value);
  };
  const tell = (mapping, said) => {
    if (mapping.decided && !valueAt(mapping.decided, said)) return;
    const stateOf = (place) => (place ? valueAt(place, said) : undefined);
    commands.consent({ analytics: stateOf(mapping.analytics), marketing: stateOf(mapping.marketing) }, { source: 'generic' });
  };
  const by = (kind) => generic.filter((mapping) => mapping[kind]);
  for (const mapping of by('event')) {
    for (const target of [window, document]) {
      listen(target, mapping.event, (event) => event.target === target && tell(mapping, { __proto__: null, detail: event.detail }));
    }
    // It may have been decided before this script came.
    if (mapping.decided) tell(mapping, { __proto__: null });
  }
  const messages = by('data_layer');
  if (messages.length) {
    const onMessage = (message) => messages.forEach((mapping) =>
      message && message.event === mapping.data_layer && tell(mapping, { __proto__: null, message }));
    follow(onMessage).forEach(onMessage);
  }
  for (const mapping of by('cookie')) {
    let seen;
    const look = () => {
      const text = read(mapping.cookie);
      if (text && text !== seen) tell(mapping, { __proto__: null, cookie: decodeURIComponent(seen = text) });
    };
    look();
    // A banner writes its cookie when it is clicked, or soon after.
    listen(document, 'click', () => [0, 300, 1500].forEach((wait) => setTimeout(look, wait)));
  }
};
