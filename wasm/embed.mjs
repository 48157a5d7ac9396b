// The writing half of loader/embed.js: bytes as the inside of a JavaScript string literal in a UTF-8 file.

import { kTurn, kTurned } from './loader/embed.js';

const kUnwritable = new Set([0, 10, 13, 34, 92]);  // NUL, LF, CR, the quote, the backslash

/** One character a byte, for extract() to read. The result needs no escapes between double quotes. */
export function embed(bytes, turn = kTurn) {
  return Array.from(bytes, (byte) => (byte < kTurned ? (byte + kTurned - turn) % kTurned : byte))
    .map((code) => String.fromCharCode(kUnwritable.has(code) ? code + 256 : code)).join('');
}
