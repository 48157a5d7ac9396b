// Line icons on a 16 px grid, drawn in the text's colour. They never stand without a word or a label.
import type { JSX } from 'preact';

const kPaths = {
  overview: ['M2.5 7 8 2.5 13.5 7v6.5h-11z', 'M6.5 13.5v-4h3v4'],
  live: ['M8 8v.1', 'M5.3 10.7a3.8 3.8 0 0 1 0-5.4M10.7 5.3a3.8 3.8 0 0 1 0 5.4', 'M3.4 12.6a6.5 6.5 0 0 1 0-9.2M12.6 3.4a6.5 6.5 0 0 1 0 9.2'],
  channels: ['M2.5 13.5v-6M6.2 13.5v-11M9.8 13.5V9M13.5 13.5V5'],
  conversions: ['M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0z', 'm5.6 8.2 1.7 1.7 3.2-3.5'],
  funnels: ['M2.5 3.5h11M4.5 8h7M6.5 12.5h3'],
  consent: ['M3.5 2.5h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z', 'm5.2 8.2 2 2 3.8-4.4'],
  rights: ['M8 2.2 13 4v4c0 3-2.1 5-5 6-2.9-1-5-3-5-6V4z', 'M8 8.4a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM5.6 11.2a2.6 2.6 0 0 1 4.8 0'],
  down: ['m4.5 6.5 3.5 3.5 3.5-3.5'],
  right: ['m6.5 4.5 3.5 3.5-3.5 3.5'],
  info: ['M13.8 8a5.8 5.8 0 1 1-11.6 0 5.8 5.8 0 0 1 11.6 0z', 'M8 7.4v3.4M8 5.2v.1'],
  table: ['M3.5 3h9a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z', 'M2.5 6.5h11M2.5 9.8h11M6.5 6.5V13'],
  chart: ['M2.5 2.5v11h11', 'm4.5 10 3-3.5 2.5 2 3-4'],
  up: ['M3 11.5 7 7l2.5 2.5L13.5 4M10 4h3.5v3.5'],
  falling: ['M3 4.5 7 9l2.5-2.5L13.5 12M10 12h3.5V8.5'],
  warning: ['M8 2.5 14 13.3H2zM8 6.5v3M8 11.4v.1'],
  silent: ['M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0z', 'M5.5 8h5'],
  close: ['M4 4l8 8M12 4l-8 8'],
  check: ['m3.5 8.5 3 3 6-7'],
} as const;

export type IconName = keyof typeof kPaths;

export function Icon({ name, class: className }: { name: IconName; class?: string }): JSX.Element {
  return (
    <svg class={className ? `i ${className}` : 'i'} viewBox="0 0 16 16" aria-hidden="true">
      {kPaths[name].map((path) => <path key={path} d={path} />)}
    </svg>
  );
}

export function Logo() {
  return (
    <svg viewBox="0 0 26 16" aria-hidden="true">
      <path d="M3 13C9 13 8 4 13 4s4 7 10 7" fill="none" stroke="var(--accent)" stroke-width="2" stroke-linecap="round" />
      <circle cx="3" cy="13" r="2.6" fill="var(--accent)" />
      <circle cx="13" cy="4" r="2.6" fill="var(--surface)" stroke="var(--accent)" stroke-width="2" />
      <circle cx="23" cy="11" r="2.6" fill="var(--accent)" />
    </svg>
  );
}
