// Triggers of how far down or across a page was seen: each threshold once per view.

import { state, guarded, listen } from '../state.js';
import { imports } from '../engine.js';

export default () => {
  const kScroll = 10, kPercent = 0, kPixels = 1;
  let left = [];  // [trigger, threshold, is percent, is horizontal]
  const look = () => {
    const root = document.documentElement;
    left = left.filter(([trigger, threshold, percent, across]) => {
      const seen = across ? scrollX + innerWidth : scrollY + innerHeight;
      const whole = across ? root.scrollWidth : root.scrollHeight;
      if ((percent ? 100 * seen / whole : seen) < threshold) return true;
      const facts = [];
      facts[percent ? kPercent : kPixels] = threshold;
      imports.occur(kScroll, null, facts, trigger);
      return false;
    });
  };
  let due = 0;
  listen(window, 'scroll', () => {
    due = due || setTimeout(guarded(() => {
      due = 0;
      look();
    }), 100);
  });
  state.endings.push(look);
  state.beginnings.push(() => {
    left = state.config.tags.scroll.flatMap(([trigger, percents, pixels, across]) =>
      [...percents.map((threshold) => [trigger, threshold, 1, across]), ...pixels.map((threshold) => [trigger, threshold, 0, across])]);
    setTimeout(guarded(look));
  });
};
