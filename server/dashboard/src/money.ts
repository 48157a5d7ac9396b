// Money as the API sends it: exact decimal text. Held in millionths as a bigint, so that sums and rounding are exact.

export type Micros = bigint;
const kScale = 1_000_000n;

/** "129.90" → 129900000n. Null when the text is no decimal number with at most six places. */
export function parseMoney(text: string): Micros | null {
  const match = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) return null;
  const [, sign, whole = '0', fraction = ''] = match;
  const micros = BigInt(whole) * kScale + BigInt(fraction.padEnd(6, '0'));
  return sign ? -micros : micros;
}

/** For charts, ratios and display; exact up to nine thousand million units. */
export function toNumber(micros: Micros): number {
  return Number(micros) / Number(kScale);
}

/**
 * Rounds a column so that it adds up to its rounded total (largest remainder): what a person can check with a pencil.
 * `places` is 0 or 2. The result is in units, not millionths.
 */
export function roundColumn(column: Micros[], places: 0 | 2): number[] {
  const unit = places === 0 ? kScale : kScale / 100n;
  const floors = column.map((value) => floorDivide(value, unit));
  const total = column.reduce((sum, value) => sum + value, 0n);
  const target = floorDivide(total * 2n + unit, unit * 2n);  // half up
  let missing = Number(target - floors.reduce((sum, value) => sum + value, 0n));
  const byRemainder = column
    .map((value, index) => ({ index, remainder: value - (floors[index] ?? 0n) * unit }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder < b.remainder ? 1 : -1));
  for (const { index } of byRemainder) {
    if (missing <= 0) break;
    floors[index] = (floors[index] ?? 0n) + 1n;
    missing -= 1;
  }
  return floors.map((value) => Number(value) / (places === 0 ? 1 : 100));
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
