import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { Project } from '../api/types.ts';
import { Button, IconButton } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { TextField } from '../components/field.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import { putProject } from '../state/project.ts';
import { showToast } from '../state/toasts.ts';
import { useAction } from '../state/use-action.ts';
import { t } from '../strings.ts';
import {
  DIGITS,
  type LabelFault,
  MAX_LABEL_LENGTH,
  isSameList,
  labelFault,
  moveLabel,
} from './label-list.ts';

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

/** Adds, orders and removes labels; nothing is kept before it is saved. */
export function LabelsEditor({ project }: { project: Project }) {
  const [labels, setLabels] = useState<readonly string[]>(project.labels);
  const [text, setText] = useState('');
  const [fault, setFault] = useState<LabelFault | null>(null);
  const action = useAction();

  const add = (event: Event) => {
    event.preventDefault();
    const found = labelFault(labels, text);
    setFault(found);
    if (found !== null) return;
    setLabels([...labels, text.trim()]);
    setText('');
  };
  const save = () =>
    action.run(async () => {
      const changed = await api.updateProject(project.id, { labels: [...labels] });
      putProject(changed);
      setLabels(changed.labels);
      showToast(t.settings.labelsSaved);
    });

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
                onClick={() => setLabels(moveLabel(labels, index, -1))}
              />
              <IconButton
                icon="arrowDown"
                label={t.settings.moveDown(label)}
                isDisabled={index === labels.length - 1}
                onClick={() => setLabels(moveLabel(labels, index, 1))}
              />
              <IconButton
                icon="close"
                label={t.settings.removeLabel(label)}
                onClick={() => setLabels(labels.filter((one) => one !== label))}
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
      {action.problem && <ErrorState problem={action.problem} />}
      <div>
        <Button
          isDisabled={isSameList(labels, project.labels)}
          isBusy={action.isBusy}
          testId="labels-save"
          onClick={() => void save()}
        >
          {t.settings.saveLabels}
        </Button>
      </div>
    </div>
  );
}
