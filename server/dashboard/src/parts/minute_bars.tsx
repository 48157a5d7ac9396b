// Events per minute of the last half hour, the running minute at the right; or the same as a table.
import { useSpeech } from '../language.tsx';
import { scaleFor } from '../chart/scale.ts';

const kWidth = 10;    // of a minute, in the drawing's own units
const kHeight = 100;

interface MinuteBarsProps { minutes: number[]; now: number; zone: string; table: boolean }

export function MinuteBars({ minutes, now, zone, table }: MinuteBarsProps) {
  const { words, formats } = useSpeech();
  const text = words.live;
  const timeOf = (index: number) => formats.time(new Date(now - (minutes.length - 1 - index) * 60_000), zone);
  const largest = Math.max(...minutes);
  const { max } = scaleFor(largest, 'whole');
  if (table) {
    return (
      <div class="scroll minutes-table" tabIndex={0} role="group" aria-label={text.perMinute}>
        <table>
          <caption class="vh">{text.perMinute}</caption>
          <thead><tr><th scope="col">{text.minute}</th><th scope="col">{text.events}</th></tr></thead>
          <tbody>
            {minutes.map((count, index) => <tr key={index}><th scope="row">{timeOf(index)}</th><td>{formats.count(count)}</td></tr>).reverse()}
          </tbody>
        </table>
      </div>
    );
  }
  const peak = minutes.lastIndexOf(largest);
  return (
    <div class="minutes">
      <svg
        viewBox={`0 0 ${minutes.length * kWidth} ${kHeight}`} preserveAspectRatio="none" role="img"
        aria-label={largest === 0 ? text.sentenceEmpty : text.sentence(formats.count(largest), timeOf(peak))}
      >
        {minutes.map((count, index) => (
          <rect
            key={index} x={index * kWidth + 1} width={kWidth - 2} y={kHeight - Math.max((count / max) * kHeight, count > 0 ? 2 : 0)}
            height={Math.max((count / max) * kHeight, count > 0 ? 2 : 0)} class={index === minutes.length - 1 ? 'running' : undefined}
          />
        ))}
      </svg>
      <p class="ticks" aria-hidden="true"><span>{timeOf(0)}</span><span>{timeOf(Math.floor(minutes.length / 2))}</span><span>{text.now}</span></p>
    </div>
  );
}
