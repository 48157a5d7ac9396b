// Copies a text and says so beside itself.
import { useState } from 'preact/hooks';
import { useSpeech } from '../language.tsx';

export function CopyButton({ text, name, class: className }: { text: string; name: string; class: string }) {
  const { words } = useSpeech();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <>
      <button class={className} type="button" onClick={copy}>{name}</button>
      <span class="small soft" role="status">{copied ? words.states.copied : ''}</span>
    </>
  );
}
