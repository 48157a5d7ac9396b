// The writing half of loader/embed.js: bytes as the inside of a JavaScript string literal in a UTF-8 file.

const kUnwritable = new Set([0, 10, 13, 34, 92]);  // NUL, LF, CR, the quote, the backslash

/** One character a byte; its code modulo 256 is the byte. The result needs no escapes between double quotes. */
export function embed(bytes) {
  return Array.from(bytes, (byte) => String.fromCharCode(kUnwritable.has(byte) ? byte + 256 : byte)).join('');
}
