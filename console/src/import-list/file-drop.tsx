import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { showToast } from '../state/toasts.ts';
import { t } from '../strings.ts';

const MAX_FILE_BYTES = 4_000_000;

function isTextFile(file: File): boolean {
  const isNamedSo = /\.(txt|csv|tsv|list)$/i.test(file.name);
  return (isNamedSo || file.type.startsWith('text/')) && file.size <= MAX_FILE_BYTES;
}

async function readTextFile(file: File | undefined, onText: (text: string) => void): Promise<void> {
  if (!file) return;
  if (isTextFile(file)) onText(await file.text());
  else showToast(t.newImport.notText, { kind: 'error' });
}

interface FileDropProps {
  onText: (text: string) => void;
  children: ComponentChildren;
}

/** Takes a text file that is dropped on its content. */
export function FileDrop({ onText, children }: FileDropProps) {
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
        void readTextFile(event.dataTransfer?.files[0], onText);
      }}
    >
      {children}
      {isOver && <div class="drop-over">{t.newImport.dropNow}</div>}
    </div>
  );
}

/** The same by a file dialog. */
export function FileChooser({ onText }: { onText: (text: string) => void }) {
  const id = useId();
  return (
    <span>
      <input
        id={id}
        class="file-input"
        type="file"
        accept=".txt,.csv,.tsv,text/plain,text/csv"
        onChange={(event) => {
          const input = event.currentTarget;
          void readTextFile(input.files?.[0], onText);
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
