// Triggers of elements that come into sight, also of those that are added later.

import { state, guarded } from '../state.js';
import { imports } from '../engine.js';

export default () => {
  const kVisible = 11, kPercent = 4;
  const watch = ([trigger, selector, percent, milliseconds, once]) => {
    const waiting = new Map();  // element → timer
    let over = new Set();       // elements that are done, or all of them: null
    const stop = (node) => {
      clearTimeout(waiting.get(node));
      waiting.delete(node);
    };
    const tell = (node, ratio) => {
      if (!over || over.has(node)) return;
      const facts = [];
      facts[kPercent] = Math.round(100 * ratio);
      imports.occur(kVisible, node, facts, trigger);
      if (once === 0) over = null;
      if (once === 1) over.add(node);
    };
    const observer = new IntersectionObserver(guarded((entries) => {
      for (const { target, intersectionRatio: ratio, isIntersecting } of entries) {
        if (!isIntersecting || 100 * ratio < percent - 0.5) stop(target);
        else if (!waiting.has(target)) waiting.set(target, setTimeout(guarded(() => tell(target, ratio)), milliseconds));
      }
    }), { threshold: [0, percent / 100] });
    const look = () => document.querySelectorAll(selector).forEach((node) => observer.observe(node));
    let due = 0;
    new MutationObserver(() => {
      due = due || setTimeout(guarded(() => {
        due = 0;
        look();
      }), 200);
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['class', 'id', 'style', 'hidden'] });
    state.beginnings.push(() => {
      observer.disconnect();
      for (const node of [...waiting.keys()]) stop(node);
      over = new Set();
      look();
    });
  };
  state.config.tags.visible.forEach((one) => guarded(watch)(one));
};
