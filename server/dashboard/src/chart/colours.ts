// Colours for the canvas, read from the custom properties when a chart is drawn, and a call when the theme changes.
import type { Colours } from './option.ts';

export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (token: string): string => style.getPropertyValue(token).trim();
  return { of, font: style.getPropertyValue('--font').trim(), hatch: hatchOf(of('--line')) };
}

/** Calls back after the system's or the person's theme changed; returns the way to stop. */
export function onThemeChange(changed: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  media.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    media.removeEventListener('change', changed);
  };
}

function hatchOf(colour: string): HTMLCanvasElement {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const pen = tile.getContext('2d');
  if (pen) {
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    for (const offset of [-4, 0, 4]) {
      pen.moveTo(offset, 8);
      pen.lineTo(offset + 8, 0);
    }
    pen.stroke();
  }
  return tile;
}
