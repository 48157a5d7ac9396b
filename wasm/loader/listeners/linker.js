// One visit over several domains of the site: a link or form that leads to another of them carries the visit along
// for two minutes (docs/abi.md, "A link between domains"), and the page there goes on with it. Under a grant only;
// nothing is stored on the way.

import { state, listen } from '../state.js';
import { adopt, linkTo } from '../engine.js';
import { linkOf } from '../pages.js';
import { inOrder } from '../queue.js';
import { ownHost } from '../track.js';

export default () => {
  const { domains = [], link_domains = [] } = state.config;
  const arrival = linkOf(location.search);
  // Before the view, which is to be the linked visitor's.
  if (arrival) inOrder(() => adopt(arrival, [...domains, ...link_domains], state.arrived));
  const decorated = (address) => {
    const url = new URL(address, location.href);
    const { hostname } = url;
    const target = hostname !== location.hostname && /^http/.test(url.protocol) && ownHost(hostname, link_domains);
    const link = target && state.engine && linkTo(target);
    if (!link) return address;
    url.searchParams.delete('_et');
    return url.href.replace(/#|$/, (end) => (url.search ? '&' : '?') + '_et=' + link + end);
  };
  const onPress = (event) => {
    const target = event.composedPath()[0];
    const link = target.closest && target.closest('a[href]');
    if (link && link.href.split) {
      const href = decorated(link.href);
      if (href !== link.href) link.href = href;
    }
  };
  // The address is taken when the button is released; the menu and the middle button take it earlier.
  for (const name of ['mousedown', 'keydown', 'touchstart', 'click']) listen(document, name, onPress);
  listen(document, 'submit', ({ target }) => {
    const action = target.getAttribute('action');
    if (action && /^post$/i.test(target.getAttribute('method'))) target.setAttribute('action', decorated(action));
  });
};
