// What happens before the engine is there waits for it, in order and with its own time. Under the policy `queue` the
// engine itself waits for a grant.

import { state } from './state.js';

/** What fits the four batches that can be under way at once. */
const kQueue = 250;

/** Runs `task(time)` with the time of now: at once, or in order when the engine is there. For what must not be lost. */
export function inOrder(task) {
  const now = Date.now();
  if (state.queue) state.queue.push(() => task(now));
  else task(now);
}

/** The same for what happens on a page, which may be more than there is room for. */
export function whenReady(task) {
  if (!state.queue || (!state.denied && state.queue.length < kQueue)) inOrder(task);
  else ++state.lost;
}
