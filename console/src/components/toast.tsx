import { t } from '../strings.ts';
import { dismissToast, visibleToasts } from '../state/toasts.ts';
import type { Toast } from '../state/toasts.ts';
import { Button, IconButton } from './button.tsx';
import { Icon } from './icon.tsx';
import './toast.css';

/** One note, with Undo when the action can be taken back. */
export function ToastNote({ toast }: { toast: Toast }) {
  const { id, kind, text, undo, action } = toast;
  const choice = undo ? { label: t.undo, run: undo } : action;
  return (
    <div class={`toast toast-${kind}${action ? ' toast-choice' : ''}`}>
      <Icon name={kind === 'done' ? 'check' : 'error'} />
      <span class="toast-text">{text}</span>
      {choice && (
        <Button
          variant="quiet"
          onClick={() => {
            choice.run();
            dismissToast(id);
          }}
        >
          {choice.label}
        </Button>
      )}
      <IconButton icon="close" label={t.close} side="above" onClick={() => dismissToast(id)} />
    </div>
  );
}

/** The live region of all notes; always present, so that a screen reader announces what enters it. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {visibleToasts.value.map((toast) => (
        <ToastNote key={toast.id} toast={toast} />
      ))}
    </div>
  );
}
