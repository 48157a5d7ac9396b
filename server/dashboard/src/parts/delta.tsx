// A change with arrow and sign; the colour says better or worse and is never alone.

interface DeltaProps { difference: number; text: string }

export function Delta({ difference, text }: DeltaProps) {
  if (difference === 0) return <span class="delta flat">{text}</span>;
  const rose = difference > 0;
  return <span class={rose ? 'delta up' : 'delta down'}>{rose ? '▲' : '▼'} {text}</span>;
}
