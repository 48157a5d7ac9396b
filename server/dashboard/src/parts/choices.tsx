// One of a few: a radio group whose arrow keys move and choose, by the ARIA pattern.
import { useRef } from 'preact/hooks';

export interface Choice<T extends string> { id: T; name: string }
interface ChoicesProps<T extends string> {
  label: string;
  class: 'seg' | 'list';
  options: Choice<T>[];
  chosen: T | null;
  choose(id: T): void;
}

export function Choices<T extends string>({ label, class: className, options, chosen, choose }: ChoicesProps<T>) {
  const group = useRef<HTMLDivElement>(null);
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...(group.current?.querySelectorAll<HTMLButtonElement>('button') ?? [])];
    const focused = buttons.findIndex((button) => button === document.activeElement);
    const next = (Math.max(focused, 0) + step + buttons.length) % buttons.length;
    buttons[next]?.focus();
    const option = options[next];
    if (option && className === 'seg') choose(option.id);
  };
  return (
    <div class={className} role="radiogroup" aria-label={label} ref={group} onKeyDown={keys}>
      {options.map((option, index) => (
        <button
          key={option.id} type="button" role="radio" aria-checked={option.id === chosen}
          tabIndex={option.id === chosen || (chosen === null && index === 0) ? 0 : -1}
          onClick={() => choose(option.id)}
        >
          {option.name}
        </button>
      ))}
    </div>
  );
}
