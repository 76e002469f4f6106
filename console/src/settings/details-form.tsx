import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { fieldMessage } from '../api/problem.ts';
import type { Project } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { TextField } from '../components/field.tsx';
import { Select } from '../components/select.tsx';
import { putProject } from '../state/project.ts';
import { showToast } from '../state/toasts.ts';
import { useAction } from '../state/use-action.ts';
import { t } from '../strings.ts';

const MAX_NAME = 100;
const MAX_DESCRIPTION = 2_000;

const VISIBILITIES = ['private', 'public'] as const;

/** Name, description and visibility of a project. Only owners choose the last. */
export function DetailsForm({ project }: { project: Project }) {
  const [name, setName] = useState(project.name);
  const [description, setDescription] = useState(project.description ?? '');
  const [visibility, setVisibility] = useState(project.visibility);
  const action = useAction();
  const isOwner = project.role === 'owner';
  const isMissing = name.trim() === '';

  const submit = (event: Event) => {
    event.preventDefault();
    if (isMissing) return;
    void action.run(async () => {
      const changed = await api.updateProject(project.id, {
        name: name.trim(),
        description: description.trim(),
        ...(visibility !== project.visibility && { visibility }),
      });
      putProject(changed);
      showToast(t.settings.saved);
    });
  };

  return (
    <form class="form" onSubmit={submit} noValidate>
      <TextField
        label={t.projects.name}
        maxLength={MAX_NAME}
        value={name}
        onValue={setName}
        error={isMissing ? t.signIn.required : fieldMessage(action.problem, 'name')}
        testId="settings-name"
      />
      <TextField
        label={t.projects.description}
        isOptional
        maxLength={MAX_DESCRIPTION}
        value={description}
        onValue={setDescription}
        error={fieldMessage(action.problem, 'description')}
      />
      {isOwner ? (
        <Select
          label={t.settings.visibility}
          hint={t.settings.visibilityHint[visibility]}
          value={visibility}
          choices={VISIBILITIES.map((value) => ({ value, label: t.settings.visibilities[value] }))}
          onValue={setVisibility}
        />
      ) : (
        <VisibilityText project={project} />
      )}
      {action.problem && action.problem.errors.length === 0 && <ErrorState problem={action.problem} />}
      <Button type="submit" isBusy={action.isBusy} testId="settings-save">
        {t.save}
      </Button>
    </form>
  );
}

function VisibilityText({ project: { visibility } }: { project: Project }) {
  return (
    <p>
      <span class="muted">{t.settings.visibility}</span> {t.settings.visibilities[visibility]}.{' '}
      {t.settings.visibilityHint[visibility]}
    </p>
  );
}

/** The same facts for whoever may not change them. */
export function DetailsText({ project }: { project: Project }) {
  return (
    <div class="stack-tight">
      <p>
        <span class="muted">{t.projects.name}</span> {project.name}
      </p>
      {project.description && (
        <p>
          <span class="muted">{t.projects.description}</span> {project.description}
        </p>
      )}
      <VisibilityText project={project} />
    </div>
  );
}
