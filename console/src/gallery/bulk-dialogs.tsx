import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Combobox } from '../components/combobox.tsx';
import { Dialog } from '../components/dialog.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import { currentProject } from '../state/project.ts';
import { t } from '../strings.ts';

/** Labels beyond these have no key. */
const KEYED_LABELS = 9;
const MAX_TAG_LENGTH = 40;

interface LabelDialogProps {
  onClose: () => void;
  onChoose: (label: string | null) => void;
}

/** The labels of the project with their keys, and the way to none. */
export function LabelDialog({ onClose, onChoose }: LabelDialogProps) {
  const labels = currentProject.value?.project?.labels ?? [];
  return (
    <Dialog title={t.bulk.labelTitle} onClose={onClose} testId="label-dialog">
      {labels.length === 0 && <p class="muted">{t.bulk.noLabels}</p>}
      <ul class="label-choices">
        {labels.map((label, index) => (
          <li key={label}>
            <button type="button" class="label-choice" onClick={() => onChoose(label)}>
              <span>{label}</span>
              {index < KEYED_LABELS && <KeyCap name={String(index + 1)} />}
            </button>
          </li>
        ))}
        <li>
          <button type="button" class="label-choice muted" onClick={() => onChoose(null)}>
            {t.bulk.noLabel}
          </button>
        </li>
      </ul>
    </Dialog>
  );
}

interface TagDialogProps {
  title: string;
  choices: readonly string[];
  submit: string;
  onClose: () => void;
  onChoose: (tag: string) => void;
}

/** Asks for one tag; the known ones are suggested. */
export function TagDialog({ title, choices, submit, onClose, onChoose }: TagDialogProps) {
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  return (
    <Dialog title={title} onClose={onClose} testId="tag-dialog">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          const tag = text.trim().toLowerCase();
          if (tag === '' || tag.length > MAX_TAG_LENGTH) setWrong(true);
          else onChoose(tag);
        }}
      >
        <Combobox
          label={t.bulk.tag}
          hint={t.bulk.tagHint}
          error={isWrong ? t.bulk.badTag : null}
          choices={choices}
          value={text}
          onValue={(value) => {
            setText(value);
            setWrong(false);
          }}
        />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button variant="primary" type="submit">
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
