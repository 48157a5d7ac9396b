// The module travels inside this file as text: one character a byte, in the file's UTF-8 mostly one byte too.
// A character's code modulo 256 is the byte; embed() moves the five that a string literal cannot hold (NUL, LF,
// CR, the quote, the backslash) 256 further up, so that nothing needs an escape.

/** The bytes of an embedded text. */
export function extract(text) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}
