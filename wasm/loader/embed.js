// The module travels inside this file as text: one character a byte, in the file's UTF-8 mostly one byte too.
// A character's code modulo 256 is the byte; embed() moves the five that a string literal cannot hold (NUL, LF,
// CR, the quote, the backslash) 256 further up, so that nothing needs an escape.

/**
 * What the module's bytes are XORed with: NUL, LF, CR and the quote are frequent in WebAssembly, and would be two bytes
 * each. With it the file is 380 bytes of brotli smaller.
 */
export const kModuleMask = 63;

/** The bytes of an embedded text; without `mask` they are as the text has them. */
export function extract(text, mask) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i) ^ mask;
  return bytes;
}
