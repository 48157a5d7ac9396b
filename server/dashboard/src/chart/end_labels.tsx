// Names at the ends of the lines, moved apart where they would touch. Hidden from assistive technology: the
// chart's sentence and its table name the lines.
import { Dot } from '../parts/dot.tsx';
import type { Line, TimeSeries } from './series.ts';

const kLineHeight = 18;

interface EndLabelsProps { series: TimeSeries; left: number; height: number; placeY(value: number): number }

export function EndLabels({ series, left, height, placeY }: EndLabelsProps) {
  const wanted = series.lines
    .map((line) => ({ line, y: placeY(lastValue(line, series)) }))
    .sort((a, b) => a.y - b.y);
  const places = moveApart(wanted.map(({ y }) => y), kLineHeight, height);
  return (
    <div class="end-labels" aria-hidden="true" style={{ left: `${left}px` }}>
      {wanted.map(({ line }, index) => (
        <span key={line.id} style={{ top: `${(places[index] ?? 0) - kLineHeight / 2}px` }}>
          <Dot mark={line} />
          {line.name}
        </span>
      ))}
    </div>
  );
}

/** The last value of whole buckets: where the line ends. */
function lastValue(line: Line, series: TimeSeries): number {
  for (let index = line.values.length - 1; index >= 0; index -= 1) {
    const value = line.values[index];
    if (value !== null && value !== undefined && !series.buckets[index]?.partial) return value;
  }
  return 0;
}

/** Sorted places, at least `gap` apart and not below `bottom`, each as near to its wish as that allows. */
export function moveApart(wishes: number[], gap: number, bottom: number): number[] {
  const places = [...wishes];
  for (let index = 1; index < places.length; index += 1) {
    places[index] = Math.max(places[index] ?? 0, (places[index - 1] ?? 0) + gap);
  }
  let floor = bottom;
  for (let index = places.length - 1; index >= 0; index -= 1) {
    places[index] = Math.min(places[index] ?? 0, floor);
    floor = (places[index] ?? 0) - gap;
  }
  return places;
}
