// Triggers of time: since the view, and of attention (visible and focused).

import { state, guarded, listen } from '../state.js';
import { imports } from '../engine.js';

export default () => {
  const kTimer = 12, kEngaged = 13, kCount = 2, kMilliseconds = 3, kAttention = 5;
  const tags = state.config.tags;
  const { timer = [], engaged = [] } = tags;
  let timers = [];
  let since = 0;      // when attention began, 0 while there is none
  let attention = 0;  // milliseconds before that
  let left = [];      // [trigger, threshold]
  let due = 0;
  const follow = () => {
    clearTimeout(due);
    const now = Date.now();
    if (since) attention += Math.max(0, now - since);
    since = document.visibilityState === 'visible' && document.hasFocus() ? now : 0;
    left = left.filter(([trigger, threshold]) => {
      if (attention < threshold) return true;
      const facts = [];
      facts[kAttention] = threshold;
      imports.occur(kEngaged, null, facts, trigger);
      return false;
    });
    const next = Math.min(...left.map(([, threshold]) => threshold)) - attention;
    if (since && next < Infinity) due = setTimeout(guarded(follow), next);
  };
  if (engaged.length) {
    for (const name of ['focus', 'blur']) listen(window, name, follow);
    listen(document, 'visibilitychange', follow);
  }
  state.beginnings.push(() => {
    timers.forEach(clearInterval);
    timers = timer.map(([trigger, milliseconds, limit]) => {
      let count = 0;
      const id = setInterval(guarded(() => {
        const facts = [];
        facts[kCount] = ++count;
        facts[kMilliseconds] = milliseconds;
        if (count === limit) clearInterval(id);
        imports.occur(kTimer, null, facts, trigger);
      }), milliseconds);
      return id;
    });
    attention = since = 0;
    left = engaged.flatMap(([trigger, thresholds]) => thresholds.map((threshold) => [trigger, threshold]));
    if (left.length) follow();
  });
};
