// A change with arrow and sign; the colour says better or worse and is never alone.

interface DeltaProps { difference: number; text: string }

export function Delta({ difference, text }: DeltaProps) {
  if (difference === 0) return <span class="delta flat">{text}</span>;
  const rose = difference > 0;
  return (
    <span class={rose ? 'delta up' : 'delta down'}>
      <svg viewBox="0 0 11 9" aria-hidden="true"><path d={rose ? 'M5.5 0 11 9H0z' : 'M0 0h11L5.5 9z'} /></svg>
      {text}
    </span>
  );
}
