// Elements that were really seen: data-etappe-view="banner-7", half of it (or of the screen, if it is larger than that)
// for a second without interruption, once per page. Source: IAB/MRC "Viewable Ad Impression Measurement Guidelines".

import { state, listen, guarded } from '../state.js';
import { track, declaredProps } from '../track.js';
import { type } from '../engine.js';

export default () => {
  const { percent = 50, milliseconds = 1000 } = state.config.impression || {};
  const waiting = new Map();  // element → timer
  const seen = new Set();     // ids of this page
  const stop = (element) => {
    clearTimeout(waiting.get(element));
    waiting.delete(element);
  };
  const observer = new IntersectionObserver(guarded((entries) => {
    for (const { target, intersectionRect: part, boundingClientRect: whole, rootBounds: screen } of entries) {
      const area = (rect) => rect.width * rect.height;
      const most = Math.min(area(whole), screen ? area(screen) : Infinity);
      const visible = most > 0 && area(part) * 100 >= most * percent - 1 && document.visibilityState === 'visible';
      if (!visible) stop(target);
      else if (!waiting.has(target)) {
        waiting.set(target, setTimeout(guarded(() => {
          const id = target.dataset.etappeView;
          observer.unobserve(target);
          if (seen.has(id)) return;
          seen.add(id);
          track(type.impression, { name: id, props: declaredProps(target) });
        }), milliseconds));
      }
    }
  }), { threshold: Array.from({ length: 21 }, (_, step) => step / 20) });
  const look = () => {
    for (const element of document.querySelectorAll('[data-etappe-view]')) {
      if (!seen.has(element.dataset.etappeView)) observer.observe(element);
    }
  };
  const again = () => {
    observer.disconnect();
    for (const element of [...waiting.keys()]) stop(element);
    if (document.visibilityState === 'visible') look();
  };
  let due = 0;
  new MutationObserver(() => {
    due = due || setTimeout(guarded(() => {
      due = 0;
      look();
    }), 200);
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-etappe-view'] });
  listen(document, 'visibilitychange', again);
  state.beginnings.push(() => {
    seen.clear();
    again();
  });
};
