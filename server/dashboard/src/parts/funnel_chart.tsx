// A funnel as left-aligned bars from a common zero, with who leaves between them. All of it is text, so it needs
// no second form for people who do not see it.
import type { FunnelTable } from '../api/client.ts';
import { rowsOf, totalsOf, type Row } from '../api/rows.ts';
import { useSpeech } from '../language.tsx';
import { Icon } from './icon.tsx';

/** Fewer visitors than this at a step are too few to call its drop-off the largest. */
const kFewestVisitors = 10;

export function FunnelChart({ table }: { table: FunnelTable }) {
  const { formats } = useSpeech();
  const rows = rowsOf(table);
  const largest = largestDrop(rows);
  return (
    <ol class="funnel">
      {rows.map((row, index) => {
        const fromFirst = row.number('rate_from_first');
        return [
          <li key={`step-${index}`}>
            <span class="st"><i>{index + 1}</i>{row.text('step')}</span>
            <span class="n">
              {formats.count(row.number('visitors') ?? 0)}
              <small>{fromFirst === null ? '–' : formats.percent(fromFirst, 1)}</small>
            </span>
            <span class="track"><b style={{ width: `${(fromFirst ?? 0) * 100}%` }} /></span>
          </li>,
          index < rows.length - 1 && <Drop key={`drop-${index}`} row={row} isLargest={index === largest} />,
        ];
      })}
    </ol>
  );
}

function Drop({ row, isLargest }: { row: Row; isLargest: boolean }) {
  const { words, formats } = useSpeech();
  const rate = row.number('drop_off_rate');
  const time = row.number('median_seconds_to_next');
  return (
    <li class="drop">
      <Icon name="down" />
      <b>{rate === null ? '–' : words.funnel.leave(formats.percent(rate, 1))}</b>
      <span class="hide-s">{words.funnel.visitors(formats.count(row.number('drop_off') ?? 0))}</span>
      <span class="only-narrow">{formats.count(row.number('drop_off') ?? 0)}</span>
      {isLargest && <span class="tag warn">{words.funnel.largest}</span>}
      {time !== null && <span class="tm">{formats.duration(time)}</span>}
    </li>
  );
}

function largestDrop(rows: Row[]): number | null {
  let found: number | null = null;
  rows.slice(0, -1).forEach((row, index) => {
    const rate = row.number('drop_off_rate') ?? 0;
    if ((row.number('visitors') ?? 0) < kFewestVisitors || rate === 0) return;
    if (found === null || rate > (rows[found]?.number('drop_off_rate') ?? 0)) found = index;
  });
  return found;
}

/** The result in words, under the bars. */
export function FunnelSum({ table }: { table: FunnelTable }) {
  const { words, formats } = useSpeech();
  const totals = totalsOf(table.totals);
  const rate = totals.number('completion_rate');
  const before = totals.number('completion_rate_previous');
  const median = totals.number('median_seconds');
  if (rate === null) return <div class="box"><p>{words.funnel.nobody}</p></div>;
  const count = (column: string): string => formats.count(totals.number(column) ?? 0);
  return (
    <div class="box">
      <p>
        <b>{words.funnel.total(formats.percent(rate, 1))}{before !== null && words.funnel.totalBefore(formats.percent(before, 1))}.</b>{' '}
        {words.funnel.completed(count('completed'), totals.number('completed') ?? 0, count('visitors'))}
        {median !== null && ` ${words.funnel.median(formats.duration(median))}`}
      </p>
    </div>
  );
}
