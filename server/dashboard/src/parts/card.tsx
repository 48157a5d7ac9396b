// A bordered section with a heading, actions at its right and a caption under it.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface CardProps {
  title: string;
  actions?: ComponentChildren;
  caption?: string;
  children: ComponentChildren;
}

export function Card({ title, actions, caption, children }: CardProps) {
  const id = useId();
  return (
    <section class="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {actions && <span class="acts">{actions}</span>}
        {caption && <p>{caption}</p>}
      </header>
      {children}
    </section>
  );
}
