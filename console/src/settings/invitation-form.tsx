import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { ROLES, type MadeInvitation, type Role } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Select } from '../components/select.tsx';
import { ShownOnce } from '../components/shown-once.tsx';
import { config } from '../state/config.ts';
import { useAction } from '../state/use-action.ts';
import { t } from '../strings.ts';
import { invitationLink, isOfThisMachine } from './invitation-link.ts';

const DAYS = ['1', '7', '30'] as const;

interface InvitationFormProps {
  projectId: string;
  onMade: (made: MadeInvitation) => void;
}

/** Makes a link with a role; the link is shown here and never again. */
export function InvitationForm({ projectId, onMade }: InvitationFormProps) {
  const [role, setRole] = useState<Role>('reviewer');
  const [days, setDays] = useState<(typeof DAYS)[number]>('7');
  const [link, setLink] = useState<string | null>(null);
  const action = useAction();

  const submit = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      setLink(null);
      const made = await api.createInvitation(projectId, { role, expiresInDays: Number(days) });
      setLink(invitationLink(made.token, config.value?.sharedOrigin ?? null, location.origin));
      onMade(made);
    });
  };

  return (
    <div class="stack">
      <form class="form" onSubmit={submit} noValidate>
        <Select
          label={t.settings.role}
          hint={t.settings.roleHints[role]}
          value={role}
          choices={ROLES.map((value) => ({ value, label: t.projects.role[value] }))}
          onValue={setRole}
        />
        <Select
          label={t.settings.goodFor}
          value={days}
          choices={DAYS.map((value) => ({ value, label: t.settings.days(Number(value)) }))}
          onValue={setDays}
        />
        {action.problem && <ErrorState problem={action.problem} />}
        <Button type="submit" icon="plus" isBusy={action.isBusy} testId="invitation-make">
          {t.settings.makeLink}
        </Button>
      </form>
      {link !== null && (
        <ShownOnce
          text={link}
          note={t.settings.linkOnce}
          copyLabel={t.settings.copyLink}
          copied={t.settings.linkCopied}
          testId="invitation-link"
        >
          {isOfThisMachine(link) && <p class="muted">{t.settings.linkOfThisMachine}</p>}
        </ShownOnce>
      )}
    </div>
  );
}
