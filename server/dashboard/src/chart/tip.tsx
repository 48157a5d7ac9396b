// The tooltip of a time chart: all series at one time, the comparison and the change. Read aloud when it changes.
import { useSpeech } from '../language.tsx';
import { Dot } from '../parts/dot.tsx';
import type { Bucket } from './buckets.ts';
import type { TimeSeries } from './series.ts';

interface TipProps {
  series: TimeSeries;
  at: number | null;
  x: number;
  top: number;
  height: number;
  width: number;
  placeY(value: number): number;
}

export function Tip({ series, at, x, top, height, width, placeY }: TipProps) {
  const { words, formats } = useSpeech();
  const bucket = at === null ? undefined : series.buckets[at];
  const title = (each: Bucket): string => (each.from === each.to ? formats.weekdayDate(each.from) : formats.range(each.from, each.to));
  const value = (values: (number | null)[]): string => {
    const found = at === null ? null : values[at];
    return found === null || found === undefined ? '–' : series.show(found);
  };
  const first = series.lines[0];
  const now = at === null ? null : (first?.values[at] ?? null);
  const before = at === null ? null : (series.comparison?.[at] ?? null);
  const beforeBucket = at === null ? undefined : series.comparisonBuckets?.[at];
  const side = x > width / 2 ? { right: `${width - x + 12}px` } : { left: `${x + 12}px` };
  return (
    <>
      {at !== null && (
        <>
          <span class="cursor" style={{ left: `${x}px`, top: `${top}px`, height: `${height}px` }} />
          {series.lines.map((line) => {
            const y = line.values[at];
            return y === null || y === undefined ? null : (
              <span key={line.id} class="cursor-point" style={{ left: `${x}px`, top: `${placeY(y)}px`, '--c': `var(${line.token})` }} />
            );
          })}
        </>
      )}
      <div class={bucket ? 'tip' : 'tip vh'} aria-live="polite" style={bucket ? side : {}}>
        {bucket && (
          <>
            <b>{title(bucket)}</b>
            {series.lines.map((line) => (
              <p key={line.id}>
                {series.lines.length > 1 && <Dot mark={line} />}
                <span>{line.name}</span> <strong>{value(line.values)}</strong>
              </p>
            ))}
            {beforeBucket && (
              <p class="muted"><span>{title(beforeBucket)}</span> <strong>{value(series.comparison ?? [])}</strong></p>
            )}
            {now !== null && before !== null && before > 0 && !bucket.partial && (
              <p class="muted"><span>{words.chart.change}</span> <strong>{formats.change(now / before - 1)}</strong></p>
            )}
          </>
        )}
      </div>
    </>
  );
}
