import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { Invitation, MadeInvitation } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Table } from '../components/table.tsx';
import { formatAgo, formatTime } from '../format.ts';
import { liveRoom } from '../live/live-room.ts';
import { showToast } from '../state/toasts.ts';
import { useAction } from '../state/use-action.ts';
import { usePages } from '../state/use-pages.ts';
import { t } from '../strings.ts';
import { InvitationForm } from './invitation-form.tsx';
import { stateOf } from './invitation-state.ts';

function StateChip({ invitation }: { invitation: Invitation }) {
  const { expiresAt, usedBy, usedAt } = invitation;
  switch (stateOf(invitation)) {
    case 'open':
      return (
        <Chip tone="info" icon="clock">
          {t.settings.openUntil(formatTime(expiresAt))}
        </Chip>
      );
    case 'used':
      return (
        <Chip tone="keep" icon="check">
          {t.settings.usedBy(usedBy?.name ?? t.unknown, formatAgo(usedAt ?? expiresAt))}
        </Chip>
      );
    case 'expired':
      return <Chip icon="skipped">{t.settings.expired(formatAgo(expiresAt))}</Chip>;
  }
}

/** The invitations of a project, for its owners: make, list, withdraw. */
export function Invitations({ projectId }: { projectId: string }) {
  const pages = usePages<Invitation>(projectId, (cursor, signal) =>
    api.invitations(projectId, cursor, signal),
  );
  // Somebody who joined has used one.
  useEffect(() => liveRoom.onRoomEvent('members.changed', pages.reload), [projectId]);
  const [madeId, setMadeId] = useState<string | null>(null);
  /** The form shows the link it has made; another form shows none. */
  const [formNumber, setFormNumber] = useState(0);
  const dropLink = () => {
    setMadeId(null);
    setFormNumber((number) => number + 1);
  };
  const isMadeOver =
    pages.items?.some((invitation) => invitation.id === madeId && stateOf(invitation) !== 'open') ?? false;
  useEffect(() => {
    if (isMadeOver) dropLink();
  }, [isMadeOver]);
  const action = useAction();
  const withdraw = (invitation: Invitation) =>
    action.run(async () => {
      await api.withdrawInvitation(projectId, invitation.id);
      pages.update((items) => items.filter(({ id }) => id !== invitation.id));
      if (invitation.id === madeId) dropLink();
      showToast(t.settings.withdrawn);
    });
  const put = (made: MadeInvitation) => {
    setMadeId(made.id);
    pages.update((items) => [made, ...items]);
  };

  return (
    <div class="stack">
      <InvitationForm key={formNumber} projectId={projectId} onMade={put} />
      {!pages.items && pages.isLoading && <Skeleton />}
      {pages.problem && <ErrorState problem={pages.problem} onRetry={pages.reload} />}
      {pages.items && pages.items.length > 0 && (
        <Table
          caption={t.settings.invitations}
          rows={pages.items}
          rowKey={({ id }) => id}
          testId="invitations-table"
          columns={[
            { header: t.settings.role, cell: ({ role }) => t.projects.role[role], isTight: true },
            { header: t.settings.state, cell: (invitation) => <StateChip invitation={invitation} /> },
            { header: t.settings.madeBy, cell: ({ createdBy }) => createdBy.name, showsLabel: true },
            {
              header: t.account.action,
              isTight: true,
              isEnd: true,
              cell: (invitation) =>
                stateOf(invitation) === 'open' && (
                  <Button testId="invitation-withdraw" onClick={() => void withdraw(invitation)}>
                    {t.settings.withdraw}
                  </Button>
                ),
            },
          ]}
        />
      )}
      {action.problem && <ErrorState problem={action.problem} />}
      <LoadMore pages={pages} />
    </div>
  );
}
