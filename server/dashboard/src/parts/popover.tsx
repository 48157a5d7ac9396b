// A button and the panel it opens. Esc and a click outside close it; the focus goes back to the button.
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface PopoverProps {
  class: string;
  label: string | null;      // the button's name where its content is an icon
  panelLabel: string;
  button: ComponentChildren;
  align: 'left' | 'right';
  children(close: () => void): ComponentChildren;
}

export function Popover({ class: className, label, panelLabel, button, align, children }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    trigger.current?.focus();
  };

  // A layout effect: one that waits for the paint would take the focus back from a person who has closed the panel by then.
  useLayoutEffect(() => {
    if (!open) return;
    const wanted = panel.current?.querySelector<HTMLElement>('[aria-checked="true"], [aria-pressed="true"]');
    (wanted ?? panel.current?.querySelector<HTMLElement>('button, input, a') ?? panel.current)?.focus();
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    addEventListener('pointerdown', outside);
    addEventListener('focusin', outside);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('focusin', outside);
    };
  }, [open]);

  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && open) {
      event.stopPropagation();
      close();
    }
  };
  return (
    <div class="pop" ref={root} onKeyDown={keys}>
      <button
        class={className} type="button" ref={trigger} aria-haspopup="dialog" aria-expanded={open}
        aria-controls={open ? id : undefined} aria-label={label ?? undefined} title={label ?? undefined}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div class={`panel ${align}`} id={id} role="dialog" aria-label={panelLabel} ref={panel} tabIndex={-1}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
