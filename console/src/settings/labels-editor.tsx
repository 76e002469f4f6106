import { useState } from 'preact/hooks';
import type { Project } from '../api/types.ts';
import { Button, IconButton } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { TextField } from '../components/field.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import { t } from '../strings.ts';
import { DIGITS, type LabelFault, MAX_LABEL_LENGTH, labelFault, moveLabel } from './label-list.ts';
import { useLabels } from './use-labels.ts';

function LabelName({ label, index }: { label: string; index: number }) {
  return (
    <span class="label-name">
      <span class="label-digit">{index < DIGITS && <KeyCap name={String(index + 1)} />}</span>
      {label}
    </span>
  );
}

/** The labels of a project in their order, for whoever may not change them. */
export function LabelsText({ labels }: { labels: readonly string[] }) {
  if (labels.length === 0) return <p class="muted">{t.settings.noLabels}</p>;
  return (
    <ol class="label-list">
      {labels.map((label, index) => (
        <li key={label} class="label-row">
          <LabelName label={label} index={index} />
        </li>
      ))}
    </ol>
  );
}

/** Adds, orders and removes labels; each change is saved at once and can be undone. */
export function LabelsEditor({ project }: { project: Project }) {
  const { labels, problem, save } = useLabels(project);
  const [text, setText] = useState('');
  const [fault, setFault] = useState<LabelFault | null>(null);
  const move = (index: number, step: 1 | -1) =>
    save(moveLabel(labels, index, step), t.settings.labelMoved(labels[index] ?? ''));

  const add = (event: Event) => {
    event.preventDefault();
    const found = labelFault(labels, text);
    setFault(found);
    if (found !== null) return;
    const label = text.trim();
    save([...labels, label], t.settings.labelAdded(label));
    setText('');
  };

  return (
    <div class="stack">
      {labels.length === 0 && <p class="muted">{t.settings.noLabels}</p>}
      <ol class="label-list">
        {labels.map((label, index) => (
          <li key={label} class="label-row" data-testid="label-row">
            <LabelName label={label} index={index} />
            <span class="row">
              <IconButton
                icon="arrowUp"
                label={t.settings.moveUp(label)}
                isDisabled={index === 0}
                onClick={() => move(index, -1)}
              />
              <IconButton
                icon="arrowDown"
                label={t.settings.moveDown(label)}
                isDisabled={index === labels.length - 1}
                onClick={() => move(index, 1)}
              />
              <IconButton
                icon="close"
                label={t.settings.removeLabel(label)}
                onClick={() =>
                  save(
                    labels.filter((one) => one !== label),
                    t.settings.labelRemoved(label),
                  )
                }
              />
            </span>
          </li>
        ))}
      </ol>
      <form class="form" onSubmit={add} noValidate>
        <TextField
          label={t.settings.newLabel}
          autoComplete="off"
          maxLength={MAX_LABEL_LENGTH}
          value={text}
          onValue={(value) => {
            setText(value);
            setFault(null);
          }}
          error={fault && t.settings.labelFaults[fault]}
          testId="label-text"
        />
        <Button type="submit" icon="plus" testId="label-add">
          {t.settings.addLabel}
        </Button>
      </form>
      {problem && <ErrorState problem={problem} />}
    </div>
  );
}
