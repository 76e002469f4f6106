import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../strings.ts';
import { IconButton } from './button.tsx';
import { useModal } from './use-modal.ts';
import './dialog.css';

export interface ModalProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  testId?: string;
}

/** What a dialog and a sheet share: the title, the way out, and the focus that stays inside. */
export function ModalFrame({
  kind,
  title,
  onClose,
  children,
  testId,
}: ModalProps & { kind: 'dialog' | 'sheet' }) {
  const titleId = useId();
  const modal = useModal(onClose);
  return (
    <dialog class={kind} aria-labelledby={titleId} data-testid={testId} {...modal}>
      <div class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <IconButton icon="close" label={t.close} onClick={onClose} />
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
