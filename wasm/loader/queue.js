// What happens before the engine is there waits for it, in order and with its own time.

import { state } from './state.js';

const kQueue = 500;

/** Runs `task(time)` with the time of now: at once, or in order when the engine is there. */
export function whenReady(task) {
  const now = Date.now();
  if (!state.queue) task(now);
  else if (state.queue.length < kQueue) state.queue.push(() => task(now));
  else ++state.lost;
}
