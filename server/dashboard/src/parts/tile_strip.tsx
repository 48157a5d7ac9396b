// One strip of figures; each tile is a tab that picks the series of the chart below.
import { useRef } from 'preact/hooks';
import type { Figure } from '../format.ts';
import { useSpeech } from '../language.tsx';
import { Delta } from './delta.tsx';

export interface Tile {
  id: string;
  name: string;
  figure: Figure;
  change: { difference: number; text: string } | null;
  before: string | null;
}
interface TileStripProps { tiles: Tile[]; chosen: string; controls: string; choose(id: string): void }

export function TileStrip({ tiles, chosen, controls, choose }: TileStripProps) {
  const { words } = useSpeech();
  const strip = useRef<HTMLDivElement>(null);
  const keys = (event: KeyboardEvent) => {
    const now = tiles.findIndex((tile) => tile.id === chosen);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tiles.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const index = (to + tiles.length) % tiles.length;
    const tile = tiles[index];
    if (tile) choose(tile.id);
    strip.current?.querySelectorAll<HTMLElement>('[role=tab]')[index]?.focus();
  };
  return (
    <div class="tiles" data-count={tiles.length} role="tablist" aria-label={words.measuresLabel} ref={strip} onKeyDown={keys}>
      {tiles.map((tile) => (
        <button
          key={tile.id} class="tile" role="tab" type="button" id={`tile-${tile.id}`} aria-controls={controls}
          aria-selected={tile.id === chosen} tabIndex={tile.id === chosen ? 0 : -1} onClick={() => choose(tile.id)}
        >
          <span class="l">{tile.name}</span>{' '}
          <FigureText figure={tile.figure} />{' '}
          <span class="than">
            {tile.change && <Delta difference={tile.change.difference} text={tile.change.text} />}{' '}
            <span class="before">{tile.before === null ? words.notCompared : words.before(tile.before)}</span>
          </span>
        </button>
      ))}
    </div>
  );
}

function FigureText({ figure }: { figure: Figure }) {
  const unit = figure.unit && <small>{figure.unit}</small>;
  return (
    <span class="v">
      {figure.unitFirst ? <>{unit}{figure.number}</> : <>{figure.number}{unit && <> {unit}</>}</>}
    </span>
  );
}
