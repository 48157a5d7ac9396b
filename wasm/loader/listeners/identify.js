// etappe('identify', id[, traits]): who the visitor is for the site, by a name that the site has for them. What leaves
// the device is a hash; the collector keeps a keyed one of that. A site switches this on: it is personal data.

import { state } from '../state.js';
import { commands, track } from '../track.js';
import { type } from '../engine.js';

export default () => {
  commands.identify = (id, traits) => {
    // As the collector does it for senders of plain ids: ASCII only, so that no table of letters decides who is who.
    let known = String(id).replace(/^[\t-\r ]+|[\t-\r ]+$/g, '');
    if (/@/.test(known)) known = known.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    // Without https there is no cryptography in the page, and nobody is identified.
    if (!known || !crypto.subtle) {
      ++state.lost;
      return;
    }
    crypto.subtle.digest('SHA-256', new TextEncoder().encode(state.config.id + ':' + known)).then((hash) => {
      const person = Array.from(new Uint8Array(hash), (byte) => (byte + 256).toString(16).slice(1)).join('');
      track(type.identify, { person, props: traits });
    });
  };
};
