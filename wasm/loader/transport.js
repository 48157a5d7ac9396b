// Batches on their way: POST as text/plain, which needs no preflight, so that it also arrives from a page that
// is being left. With credentials under a grant only.

import { state, say } from './state.js';
import { place } from './device.js';

/** `done(status, retryAfterSeconds)` is called once, later; status 0 is "no answer". */
export function send(bytes, done) {
  const fresh = state.fresh;
  const url = state.base + '/v1/events' + (fresh ? '?id=new' + place('&') : place('?'));
  const body = new Blob([bytes], { type: 'text/plain' });
  say('send', bytes.length);
  // A beacon brings cookies along.
  const beacon = () => setTimeout(done, 0, state.granted && navigator.sendBeacon(url, body) ? 204 : 0, 0);
  try {
    // A browser without keepalive would cancel the request together with the page.
    if (state.leaving && !('keepalive' in Request.prototype)) return beacon();
    fetch(url, { method: 'POST', body, keepalive: true, credentials: state.granted ? 'include' : 'omit' }).then((answer) => {
      if (answer.ok) {
        ++state.taken;
        if (fresh) state.fresh = false;
      }
      done(answer.status, Number(answer.headers.get('Retry-After')) || 0);
    }, () => done(0, 0));
  } catch {
    // The page has put something else in place of fetch.
    beacon();
  }
}
