// Triggers of clicks: on anything, and on links.

import { state, guarded, listen } from '../state.js';
import { imports } from '../engine.js';

export default () => {
  const kClick = 6, kLink = 7;
  const onClick = (event) => {
    if (event.button > 1) return;
    const target = event.composedPath()[0];
    if (!target.closest) return;
    const link = target.closest('a[href],area[href]');
    let told = false;
    const tell = guarded(() => {
      if (told) return;
      told = true;
      if (state.config.tags.on >> kClick & 1) imports.occur(kClick, target);
      if (link && state.config.tags.on >> kLink & 1) imports.occur(kLink, link, [], 256, event.defaultPrevented ? 1 : 0);
    });
    // When the page's own listeners have had their say, or, where one has stopped the event, behind them.
    window.addEventListener(event.type, tell, { once: true });
    setTimeout(tell);
  };
  listen(window, 'click', onClick);
  listen(window, 'auxclick', onClick);
};
