// IAB Transparency & Consent Framework 2.2 and 2.3: `__tcfapi` of this page, or of a page around it by messages to the
// locator frame. Only `tcloaded` and `useractioncomplete` are decisions; purpose 1 by consent, never by legitimate
// interest. Where GDPR does not apply there is nothing to decide, and the site's policy goes on.
// Source: github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework, "CMP API v2".

import { state, listen, guarded } from '../state.js';
import { commands } from '../track.js';

export default () => {
  const vendorId = state.config.tcf_vendor;
  const callId = 'etappe' + Math.random();
  const onData = guarded((data, success) => {
    const { eventStatus, gdprApplies, purpose, vendor, publisher, cmpId, cmpVersion } = data || {};
    if (!success || gdprApplies !== true || !/^(tcloaded|useractioncomplete)$/.test(eventStatus)) return;
    const disclosed = vendor.disclosedVendors;
    const named = !vendorId || (vendor.consents[vendorId] && (!disclosed || disclosed[vendorId]));
    const agreed = (id) => {
      const { [vendorId]: restriction = 1 } = (publisher.restrictions || {})[id] || {};
      return purpose.consents[id] === true && restriction === 1;
    };
    const has = (...ids) => !!(named && agreed(1) && ids.some(agreed));
    commands.consent({ analytics: has(8, 9), marketing: has(7) }, { source: 'tcf', version: `${cmpId}.${cmpVersion}` });
  });
  /** The frame with the locator: this page's or one around it. */
  const locate = () => {
    for (let frame = window; ; frame = frame.parent) {
      try {
        if (frame.frames.__tcfapiLocator) return frame;
      } catch {
        // another origin's frame without it
      }
      if (frame === window.top) return;
    }
  };
  let looks = 0;
  const look = guarded(() => {
    if (window.__tcfapi) return window.__tcfapi('addEventListener', 2, onData);
    const frame = locate();
    // The stub stands in the head of a page; a tag manager may bring it late.
    if (!frame) return ++looks < 60 && setTimeout(look, 500);
    listen(window, 'message', ({ data }) => {
      const { __tcfapiReturn: answer } = (typeof data === 'string' && /__tcfapiReturn/.test(data) ? JSON.parse(data) : data) || {};
      if (answer && answer.callId === callId) onData(answer.returnValue, answer.success);
    });
    frame.postMessage({ __tcfapiCall: { command: 'addEventListener', version: 2, callId } }, '*');
  });
  look();
};
