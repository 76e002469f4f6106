import { ModalFrame, type ModalProps } from './modal-frame.tsx';
import './sheet.css';

/** A modal panel: from the right on wide screens, from the bottom on narrow ones. Mounted means open. */
export function Sheet(props: ModalProps) {
  return <ModalFrame kind="sheet" {...props} />;
}
