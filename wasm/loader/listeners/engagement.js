// How long a page was really looked at (visible and focused), and how far down. Told when the page is hidden or left,
// loses the focus, or gives way to another one.

import { state, listen } from '../state.js';
import { track } from '../track.js';
import { type } from '../engine.js';

export default () => {
  const worthABlur = 3000;
  let since = 0;      // when attention began, 0 while there is none
  let attention = 0;  // milliseconds not told yet
  let bottom = 0;     // lowest point seen, pixels
  let told = 0;       // percent
  let page = false;
  const look = () => {
    bottom = Math.max(bottom, scrollY + innerHeight);
  };
  const pause = (now) => {
    if (since) attention += Math.max(0, now - since);
    since = 0;
  };
  const onAttention = () => {
    const now = Date.now();
    pause(now);
    if (document.visibilityState === 'visible' && document.hasFocus()) since = now;
  };
  const tell = (now) => {
    onAttention();
    if (!page) return;
    const scroll = Math.min(100, Math.round(100 * bottom / document.documentElement.scrollHeight)) || 0;
    if (attention < 1000 && scroll <= told) return;
    const engagement = attention;
    attention = 0;
    told = Math.max(told, scroll);
    track(type.engagement, { engagement, scroll: told });
  };
  listen(window, 'scroll', look);
  listen(window, 'focus', onAttention);
  listen(window, 'blur', () => {
    onAttention();
    if (attention >= worthABlur) tell();
  });
  listen(document, 'visibilitychange', onAttention);
  state.endings.push(tell);
  state.beginnings.push(() => {
    page = true;
    attention = told = bottom = 0;
    look();
    onAttention();
  });
};
