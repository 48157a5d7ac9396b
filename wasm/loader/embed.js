// The module and a site's container travel inside this file as text: one character a byte, in the file's UTF-8 mostly
// one byte too. A character's code modulo 256 is the byte, turned back when it is small; the five that a string
// literal cannot hold (NUL, LF, CR, the quote, the backslash) stand 256 further up, so that nothing needs an escape.
// The writing half is wasm/embed.mjs, and embedded() in server/admin/tracker_file.cpp.

/** Bytes from here on are as they are, so that the small letters of names are. */
export const kTurned = 96;

/**
 * How far the bytes below kTurned are turned on in their circle when they are read: NUL, LF, CR and the quote are
 * frequent in WebAssembly, and would be two bytes each. `node wasm/size.mjs --turns` compares them all.
 */
export const kTurn = 56;

export function extract(text) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) {
    const code = text.charCodeAt(i) & 255;
    bytes[i] = code < kTurned ? (code + kTurn) % kTurned : code;
  }
  return bytes;
}
