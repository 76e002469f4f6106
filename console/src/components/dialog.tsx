import { ModalFrame, type ModalProps } from './modal-frame.tsx';

/** A modal question or form. Mounted means open; Escape and a press outside close it. */
export function Dialog(props: ModalProps) {
  return <ModalFrame kind="dialog" {...props} />;
}
