// Tiles from a report's totals: the figure, its change and what it was before.
import type { Row } from '../api/rows.ts';
import { kNone, type Figure, type Formats } from '../format.ts';
import { toNumber } from '../money.ts';
import type { Tile } from './tile_strip.tsx';

const kMissing: Figure = { number: kNone, unit: '', unitFirst: false };

export function countTile(id: string, name: string, totals: Row, formats: Formats): Tile {
  const now = totals.number(id);
  const before = totals.number(`${id}_previous`);
  return {
    id, name,
    figure: now === null ? kMissing : { number: formats.bigCount(now), unit: '', unitFirst: false },
    change: relative(now, before, formats),
    before: before === null ? null : formats.bigCount(before),
  };
}

export function moneyTile(id: string, name: string, totals: Row, currency: string, formats: Formats): Tile {
  const now = asNumber(totals.money(id));
  const before = asNumber(totals.money(`${id}_previous`));
  return {
    id, name,
    figure: now === null ? kMissing : formats.moneyFigure(now, currency),
    change: relative(now, before, formats),
    before: before === null ? null : formats.money(before, currency),
  };
}

/** Rates change in percentage points. */
export function rateTile(id: string, name: string, totals: Row, formats: Formats): Tile {
  const now = totals.number(id);
  const before = totals.number(`${id}_previous`);
  const difference = now === null || before === null ? null : Number((now - before).toFixed(4));
  return {
    id, name,
    figure: now === null ? kMissing : formats.percentFigure(now, 2),
    change: difference === null ? null : { difference, text: formats.points(difference) },
    before: before === null ? null : formats.percent(before, 2),
  };
}

function relative(now: number | null, before: number | null, formats: Formats): Tile['change'] {
  if (now === null || before === null || before === 0) return null;
  const ratio = now / before - 1;
  return { difference: Number(ratio.toFixed(3)), text: formats.change(ratio) };
}

function asNumber(micros: bigint | null): number | null {
  return micros === null ? null : toNumber(micros);
}
