// What changed: fixed rules over one report. A finding holds figures; words/ turns it into a sentence.
// A rule speaks only where the data carry it: it names no cause and stays silent below its thresholds.
import type { Row } from './api/rows.ts';

export type Finding =
  | { kind: 'more' | 'less'; channel: string; conversions: number; change: number; difference: number; of: number | null }
  | { kind: 'without-conversion'; channel: string; sessions: number; previous: number | null };

/** Fewer conversions than this in both periods are too few for a comparison; the report draws the same line. */
export const kFewestConversions = 10;
/** A channel without conversions is worth a sentence from this many sessions on, and from this share of all. */
const kFewestSessions = 100;
const kSmallestShare = 0.02;
const kMostFindings = 3;

/**
 * At most three findings: the channel that gained most conversions, the one that lost most, and the one with most
 * sessions and no conversion. `of` is the gain or loss of the whole site, set where it points the same way and is
 * not smaller.
 */
export function findings(channels: Row[], totals: Row): Finding[] {
  const moves = channels.flatMap(moveOf);
  const site = difference(totals);
  const gain = moves.filter((move) => move.difference > 0).sort((a, b) => b.difference - a.difference)[0];
  const loss = moves.filter((move) => move.difference < 0).sort((a, b) => a.difference - b.difference)[0];
  const found: Finding[] = [];
  if (gain) found.push({ kind: 'more', ...gain, of: site !== null && site >= gain.difference ? site : null });
  if (loss) found.push({ kind: 'less', ...loss, of: site !== null && site <= loss.difference ? site : null });
  const silent = withoutConversion(channels, totals.number('sessions') ?? 0);
  if (silent) found.push(silent);
  return found.slice(0, kMostFindings);
}

interface Move { channel: string; conversions: number; change: number; difference: number }

function moveOf(row: Row): Move[] {
  const conversions = row.number('conversions') ?? 0;
  const previous = row.number('conversions_previous');
  if (previous === null || previous === 0 || conversions === previous) return [];
  if (Math.max(conversions, previous) < kFewestConversions) return [];
  const moved = conversions - previous;
  return [{ channel: row.text('channel'), conversions, change: moved / previous, difference: moved }];
}

function difference(totals: Row): number | null {
  const now = totals.number('conversions');
  const before = totals.number('conversions_previous');
  return now === null || before === null ? null : now - before;
}

function withoutConversion(channels: Row[], allSessions: number): Finding | null {
  const row = channels
    .filter((each) => each.number('conversions') === 0)
    .sort((a, b) => (b.number('sessions') ?? 0) - (a.number('sessions') ?? 0))[0];
  const sessions = row?.number('sessions') ?? 0;
  if (!row || sessions < kFewestSessions || sessions < allSessions * kSmallestShare) return null;
  return { kind: 'without-conversion', channel: row.text('channel'), sessions, previous: row.number('conversions_previous') };
}
