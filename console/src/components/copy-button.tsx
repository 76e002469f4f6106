import { t } from '../strings.ts';
import { showToast } from '../state/toasts.ts';
import { IconButton } from './button.tsx';

interface CopyButtonProps {
  text: string;
  label: string;
  done: string;
}

/** Puts a text on the clipboard. The clipboard is refused on plain http; the note then says what to do. */
export function CopyButton({ text, label, done }: CopyButtonProps) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      showToast(done);
    } catch {
      showToast(t.copyFailed, { kind: 'error' });
    }
  };
  return <IconButton icon="copy" label={label} onClick={() => void copy()} />;
}
