// Triggers of the page's own errors.

import { state, listen } from '../state.js';
import { imports } from '../engine.js';

export default () => {
  const kError = 14, kMessage = 6, kSource = 7, kLine = 8;
  let left = 20;
  const tell = (message, source, line) => {
    if (left-- <= 0) return;
    const facts = [];
    facts[kMessage] = message;
    facts[kSource] = source;
    facts[kLine] = line;
    imports.occur(kError, null, facts);
  };
  listen(window, 'error', ({ message, filename, lineno }) => message && tell(message, filename, lineno));
  listen(window, 'unhandledrejection', ({ reason }) => tell(reason && reason.message || String(reason), '', ''));
};
