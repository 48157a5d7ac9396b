// Google Consent Mode 2: gtag('consent', 'update', {…}) in the data layer, past and to come. A `default` is what a site
// assumes, no visitor's decision: it neither grants nor takes back. analytics_storage is analytics; ad_storage and
// ad_user_data together are marketing. Source: developers.google.com/tag-platform/security/guides/consent

import { commands } from '../track.js';
import { follow } from '../data_layer.js';

export default () => {
  const known = { __proto__: null };
  const onMessage = (message) => {
    if (!message || message[0] !== 'consent' || message[1] !== 'update' || Array.isArray(message)) return;
    Object.assign(known, message[2]);
    const stateOf = (...signals) => (signals.some((name) => known[name] === 'denied') ? false :
      signals.every((name) => known[name] === 'granted') || undefined);
    commands.consent({ analytics: stateOf('analytics_storage'), marketing: stateOf('ad_storage', 'ad_user_data') }, { source: 'consent_mode' });
  };
  follow(onMessage).forEach(onMessage);
};
