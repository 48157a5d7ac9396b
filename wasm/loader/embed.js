// The module travels inside this file as text: one character a byte, in the file's UTF-8 mostly one byte too.
// A character's code modulo 256 is the byte; embed() moves the five that a string literal cannot hold (NUL, LF,
// CR, the quote, the backslash) 256 further up, so that nothing needs an escape.

/** Bytes from here on are as they are, so that the small letters of names are. */
export const kTurned = 96;

/**
 * How far the module's bytes below kTurned are to be turned on in their circle: NUL, LF, CR and the quote are frequent
 * in WebAssembly, and would be two bytes each. `node wasm/size.mjs --turns` compares them all.
 */
export const kModuleTurn = 56;

/** The bytes of an embedded text, which embed() has turned back by `turn`. */
export function extract(text, turn = 0) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) {
    const code = text.charCodeAt(i) & 255;
    bytes[i] = code < kTurned ? (code + turn) % kTurned : code;
  }
  return bytes;
}
