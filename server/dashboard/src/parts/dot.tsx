// The square that carries a channel's colour; hollow where two channels share a hue.
import type { Mark } from '../channels.ts';

export function Dot({ mark }: { mark: Mark }) {
  return <span class={mark.hollow ? 'dot hollow' : 'dot'} style={{ '--c': `var(${mark.token})` }} aria-hidden="true" />;
}
