import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { showToast } from '../state/toasts.ts';
import { t } from '../strings.ts';

const LIST_NAME = /\.(txt|list|csv|tsv|jsonl|ndjson)$/i;

function takeFile(file: File | undefined, onFile: (file: File) => void): void {
  if (!file) return;
  if (LIST_NAME.test(file.name) || file.type.startsWith('text/')) onFile(file);
  else showToast(t.newImport.notText, { kind: 'error' });
}

interface FileDropProps {
  onFile: (file: File) => void;
  children: ComponentChildren;
}

/** Takes a list file that is dropped on its content. */
export function FileDrop({ onFile, children }: FileDropProps) {
  const [isOver, setOver] = useState(false);
  return (
    <div
      class="drop"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        takeFile(event.dataTransfer?.files[0], onFile);
      }}
    >
      {children}
      {isOver && <div class="drop-over">{t.newImport.dropNow}</div>}
    </div>
  );
}

/** The same by a file dialog. */
export function FileChooser({ onFile }: { onFile: (file: File) => void }) {
  const id = useId();
  return (
    <span>
      <input
        id={id}
        class="file-input"
        type="file"
        accept=".txt,.list,.csv,.tsv,.jsonl,.ndjson,text/plain,text/csv"
        onChange={(event) => {
          const input = event.currentTarget;
          takeFile(input.files?.[0], onFile);
          // Choosing the same file again must be a change.
          input.value = '';
        }}
      />
      <label class="button" for={id}>
        <Icon name="imports" size={16} />
        {t.newImport.chooseFile}
      </label>
    </span>
  );
}
