import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Opens a <dialog> as modal for as long as it is mounted. The element itself makes the rest of the page
 * inert; focus goes to `[data-autofocus]` when there is one, and back to where it was afterwards.
 */
export function useModal(onClose: () => void) {
  const ref = useRef<HTMLDialogElement>(null);
  const pressedOutside = useRef(false);

  // Before the next key press: who types right after the shortcut must type into the dialog.
  useLayoutEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    const first = dialog?.querySelector('[data-autofocus], .dialog-body input, .dialog-body textarea');
    if (first instanceof HTMLElement) first.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      // What was deleted may have held the button that asked; the keyboard then goes on from the content.
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) document.querySelector('main')?.focus();
      });
    };
  }, []);

  return {
    ref,
    onCancel: (event: Event) => {
      event.preventDefault();
      onClose();
    },
    // A drag that starts inside, such as selecting text, must not close when it ends outside.
    onPointerDown: (event: PointerEvent) => {
      pressedOutside.current = event.target === ref.current;
    },
    onClick: (event: MouseEvent) => {
      if (pressedOutside.current && event.target === ref.current) onClose();
    },
    onKeyDown: (event: KeyboardEvent) => {
      // Tab would otherwise leave the page for the browser's own bar.
      if (event.key === 'Tab' && ref.current) wrapFocus(event, ref.current);
    },
  };
}

function wrapFocus(event: KeyboardEvent, dialog: HTMLElement): void {
  const stops = [...dialog.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(
    (element): element is HTMLElement => element instanceof HTMLElement && element.tabIndex >= 0,
  );
  const from = event.shiftKey ? stops[0] : stops.at(-1);
  const to = event.shiftKey ? stops.at(-1) : stops[0];
  if (document.activeElement === from && to) {
    event.preventDefault();
    to.focus();
  }
}
