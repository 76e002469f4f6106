import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { pathTo } from '../routing/match.ts';
import { navigate } from '../routing/navigation.ts';
import { DetailsForm, DetailsText } from '../settings/details-form.tsx';
import { Invitations } from '../settings/invitations.tsx';
import { LabelsEditor, LabelsText } from '../settings/labels-editor.tsx';
import { MembersList } from '../settings/members-list.tsx';
import '../settings/settings.css';
import { canEditProject, currentProject } from '../state/project.ts';
import { restoreWithToast } from '../state/restore-project.ts';
import { session } from '../state/session.ts';
import { showToast } from '../state/toasts.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { DeleteProjectDialog } from './project-dialogs.tsx';
import './screens.css';

function Section({ title, hint, children }: { title: string; hint?: string; children: ComponentChildren }) {
  return (
    <section class="section">
      <div>
        <h2>{title}</h2>
        {hint && <p class="muted">{hint}</p>}
      </div>
      {children}
    </section>
  );
}

/** What a project is, who is in it, and its end. Who may not change something reads it. */
export function SettingsScreen({ projectId }: { projectId: string }) {
  useTitle(t.settings.title);
  const [isDeleting, setDeleting] = useState(false);
  const project = currentProject.value?.project;
  const state = session.value;
  if (!project || project.id !== projectId || state.status !== 'signedIn') return <Skeleton />;
  const isOwner = project.role === 'owner';
  const canEdit = canEditProject.value;

  return (
    <div class="page">
      <div class="page-head">
        <h1>{t.settings.title}</h1>
        {!isOwner && <p class="muted">{t.settings.yourRole(t.projects.role[project.role])}</p>}
      </div>
      <Section title={t.settings.details}>
        {canEdit ? <DetailsForm project={project} /> : <DetailsText project={project} />}
      </Section>
      <Section title={t.settings.labels} hint={t.settings.labelsHint}>
        {canEdit ? <LabelsEditor project={project} /> : <LabelsText labels={project.labels} />}
      </Section>
      <Section title={t.settings.members} hint={isOwner ? t.settings.membersHint : t.settings.askOwner}>
        <MembersList project={project} user={state.user} />
      </Section>
      {isOwner && (
        <Section title={t.settings.invitations} hint={t.settings.invitationsHint}>
          <Invitations projectId={projectId} />
        </Section>
      )}
      {isOwner && (
        <Section title={t.settings.bin} hint={t.settings.binHint}>
          <div>
            <Button variant="danger" icon="trash" testId="settings-delete" onClick={() => setDeleting(true)}>
              {t.projects.delete}
            </Button>
          </div>
        </Section>
      )}
      {isDeleting && (
        <DeleteProjectDialog
          project={project}
          onClose={() => setDeleting(false)}
          onDone={() => {
            navigate(pathTo.projects());
            showToast(t.projects.deleted(project.name), {
              undo: () => void restoreWithToast(project),
              about: [project.id],
            });
          }}
        />
      )}
    </div>
  );
}
