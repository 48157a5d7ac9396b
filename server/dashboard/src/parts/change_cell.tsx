// A relative change in a table; a dash with its reason where there is nothing to compare.
import { useSpeech } from '../language.tsx';
import { Delta } from './delta.tsx';

export function ChangeCell({ ratio, compared }: { ratio: number | null; compared: boolean }) {
  const { words, formats } = useSpeech();
  if (ratio === null) {
    const reason = compared ? words.table.tooFew : words.table.noComparison;
    return <span class="muted" title={reason}>–<span class="vh">{reason}</span></span>;
  }
  return <Delta difference={Number(ratio.toFixed(3))} text={formats.change(ratio)} />;
}
