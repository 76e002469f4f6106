import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { fieldMessage } from '../api/problem.ts';
import type { Project } from '../api/types.ts';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { TextField } from '../components/field.tsx';
import { useAction } from '../state/use-action.ts';
import { t } from '../strings.ts';

const MAX_NAME = 100;
const MAX_DESCRIPTION = 2_000;

interface CreateProps {
  onClose: () => void;
  onDone: (project: Project) => void;
}

/** Asks for the name of a new project. */
export function CreateProjectDialog({ onClose, onDone }: CreateProps) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [isChecked, setChecked] = useState(false);
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    setChecked(true);
    const text = description.trim();
    if (name.trim() === '') return;
    void action.run(async () =>
      onDone(await api.createProject({ name: name.trim(), ...(text === '' ? {} : { description: text }) })),
    );
  };
  const missing = isChecked && name.trim() === '' ? t.signIn.required : null;
  return (
    <Dialog title={t.projects.createTitle} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        <TextField
          label={t.projects.name}
          maxLength={MAX_NAME}
          value={name}
          onValue={setName}
          error={missing ?? fieldMessage(action.problem, 'name')}
          testId="project-name"
        />
        <TextField
          label={t.projects.description}
          isOptional
          maxLength={MAX_DESCRIPTION}
          value={description}
          onValue={setDescription}
          error={fieldMessage(action.problem, 'description')}
        />
        {action.problem && action.problem.errors.length === 0 && <ErrorState problem={action.problem} />}
        <div class="dialog-actions">
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" variant="primary" isBusy={action.isBusy} testId="create-project">
            {t.projects.createSubmit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface RenameProps extends CreateProps {
  project: Project;
}

/** Asks for another name. */
export function RenameProjectDialog({ project, onClose, onDone }: RenameProps) {
  const [name, setName] = useState(project.name);
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === '') return;
    if (wanted === project.name) onClose();
    else void action.run(async () => onDone(await api.updateProject(project.id, { name: wanted })));
  };
  return (
    <Dialog title={t.projects.renameTitle} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        <TextField
          label={t.projects.name}
          hint={t.projects.nameHint}
          maxLength={MAX_NAME}
          value={name}
          onValue={setName}
          error={name.trim() === '' ? t.signIn.required : fieldMessage(action.problem, 'name')}
        />
        {action.problem && action.problem.errors.length === 0 && <ErrorState problem={action.problem} />}
        <div class="dialog-actions">
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" variant="primary" isBusy={action.isBusy}>
            {t.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface DeleteProps {
  project: Project;
  onClose: () => void;
  onDone: () => void;
}

/** Asks before a project goes to the bin with all its images. */
export function DeleteProjectDialog({ project, onClose, onDone }: DeleteProps) {
  return (
    <ConfirmDialog
      title={t.projects.deleteTitle(project.name)}
      body={t.projects.deleteBody(project.imageCount)}
      confirm={t.projects.deleteSubmit}
      onClose={onClose}
      onConfirm={async () => {
        await api.deleteProject(project.id);
        onDone();
      }}
    />
  );
}
