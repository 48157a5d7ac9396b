// What stands in place of figures: not there yet, not there at all, or not to be had.
import type { Failure } from '../api/client.ts';
import { useSpeech } from '../language.tsx';
import { isAway } from '../load.ts';
import { CopyButton } from './copy_button.tsx';
import { Icon } from './icon.tsx';

/** Grey blocks of the final size. Nothing is drawn in the first 150 ms, so a quick answer does not flicker. */
export function Skeleton({ visible, shape }: { visible: boolean; shape: 'overview' | 'page' }) {
  const { words } = useSpeech();
  const block = (name: string) => <div class={visible ? `block ${name}` : `block hidden ${name}`} />;
  return (
    <div class="skeleton" role="status" aria-label={words.states.loading}>
      {shape === 'overview' && block('strip')}
      {shape === 'overview' ? <div class="row c84">{block('tall')}{block('tall')}</div> : block('tall')}
      {shape === 'overview' ? <div class="row c75">{block('taller')}{block('taller')}</div> : block('taller')}
    </div>
  );
}

export function SlowNote({ cancel }: { cancel(): void }) {
  const { words } = useSpeech();
  return (
    <p class="notice" role="status">
      {words.states.slow}
      <button class="btn" type="button" onClick={cancel}>{words.states.cancel}</button>
    </p>
  );
}

/** Collecting goes on while reports are away. The page keeps trying by itself. */
export function AwayBanner({ failure }: { failure: Failure }) {
  const { words } = useSpeech();
  return (
    <p class="notice warn" role="status">
      <Icon name="warning" />
      {failure.status === 'offline' ? words.states.offline : words.states.away}
    </p>
  );
}

interface FailureCardProps { page: string; failure: Failure; at: Date; zone: string; retry(): void }

export function FailureCard({ page, failure, at, zone, retry }: FailureCardProps) {
  const { words, formats } = useSpeech();
  if (isAway(failure)) return null;
  const id = `${failure.reason} ${at.toISOString()}`;
  return (
    <section class="card state" role="alert">
      <Icon name="warning" />
      <div>
        <h2>{words.states.failed(page)}</h2>
        <p>{failure.status === 403 ? words.states.forbidden : (words.states.reasons[failure.reason] ?? words.states.reason)}</p>
        <p class="small muted">
          {formats.dateTime(at, zone)} · {words.states.errorId} <code>{id}</code>
        </p>
        <p class="buttons">
          {failure.status !== 403 && <button class="btn primary" type="button" onClick={retry}>{words.states.retry}</button>}
          <CopyButton class="btn" name={words.states.copy} text={id} />
        </p>
      </div>
    </section>
  );
}
