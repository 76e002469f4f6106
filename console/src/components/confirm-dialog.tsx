import { useAction } from '../state/use-action.ts';
import { t } from '../strings.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorState } from './error-state.tsx';

interface ConfirmDialogProps {
  title: string;
  body: string;
  confirm: string;
  onClose: () => void;
  /** A failure is explained in the dialog, which then stays. */
  onConfirm: () => Promise<void>;
}

/** A question before something that cannot be taken back; the safe answer has the focus. */
export function ConfirmDialog({ title, body, confirm, onClose, onConfirm }: ConfirmDialogProps) {
  const action = useAction();
  return (
    <Dialog title={title} onClose={onClose} testId="confirm-dialog">
      <p>{body}</p>
      {action.problem && <ErrorState problem={action.problem} />}
      <div class="dialog-actions">
        <Button onClick={onClose} isAutoFocused>
          {t.cancel}
        </Button>
        <Button
          variant="danger"
          isBusy={action.isBusy}
          testId="confirm"
          onClick={() => void action.run(onConfirm)}
        >
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
