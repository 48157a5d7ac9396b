// The panel a row opens at the right; a whole page on a phone. Esc closes it, the address keeps it.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { Icon } from './icon.tsx';

interface SidePanelProps { title: ComponentChildren; close(): void; children: ComponentChildren }

export function SidePanel({ title, close, children }: SidePanelProps) {
  const { words } = useSpeech();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    if (element && !element.open) element.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const outside = (event: MouseEvent) => {
    if (event.target === dialog.current) close();
  };
  const cancel = (event: Event) => {
    event.preventDefault();
    close();
  };
  return (
    <dialog class="side" ref={dialog} aria-labelledby={id} onCancel={cancel} onClick={outside}>
      <div class="side-in">
        <header>
          <h2 id={id}>{title}</h2>
          <button class="btn icon quiet" type="button" aria-label={words.table.close} title={words.table.close} onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
