// The site's own people: a browser that has once opened a page with #etappe-staff=on is not counted, until one with
// #etappe-staff=off. Kept in localStorage; nothing is read there unless the site has switched this on.

import { state } from '../state.js';
import { commands } from '../track.js';

export default () => {
  const key = 'etappe_staff_' + state.config.site;
  const [, wish] = /[#&]etappe-staff=(on|off)/.exec(location.hash) || [];
  if (wish === 'on') localStorage.setItem(key, '1');
  if (wish === 'off') localStorage.removeItem(key);
  if (wish) setTimeout(alert, 0, wish === 'on' ? 'Etappe does not count this browser.' : 'Etappe counts this browser again.');
  if (!localStorage.getItem(key)) return;
  const { ready } = commands;
  for (const name of Object.keys(commands)) commands[name] = () => {};
  commands.ready = ready;
  // No engine ever starts, and nothing waits for one.
  state.engine = {};
  state.queue = [];
  state.granted = false;
  state.denied = true;
};
