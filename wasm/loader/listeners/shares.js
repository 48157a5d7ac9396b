// The page is shared: by the browser's own sheet, or by a link to one of the services that take an address.

import { state, guarded } from '../state.js';
import { track } from '../track.js';
import { type } from '../engine.js';

export default () => {
  const services = /(^|\.)(facebook\.com\/(sharer|dialog\/share)|(twitter|x)\.com\/(share|intent)|linkedin\.com\/(share|sharing)|wa\.me\/\?|api\.whatsapp\.com\/send|t\.me\/share|pinterest\.\w+\/pin\/create|reddit\.com\/submit|xing\.com\/(spi|app\/user)|bsky\.app\/intent|threads\.net\/intent|mastodon\.social\/share)/;
  state.clicks.push((target, found) => {
    const link = target.closest('a[href]');
    const match = link && (!found || found.name === 'outbound') && services.exec(link.host + link.pathname + link.search);
    return match ? { name: 'share', props: { method: link.hostname } } : undefined;
  });
  const { share } = navigator;
  if (!share) return;
  navigator.share = function (...args) {
    const shared = share.apply(this, args);
    // Only what the visitor went through with.
    shared.then(guarded(() => track(type.click, { name: 'share', props: { method: 'browser' } })), () => {});
    return shared;
  };
};
