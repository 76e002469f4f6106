import { api } from '../api/endpoints.ts';
import type { Session } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Table } from '../components/table.tsx';
import { formatAgo } from '../format.ts';
import { showToast } from '../state/toasts.ts';
import { useAction } from '../state/use-action.ts';
import { usePages } from '../state/use-pages.ts';
import { t } from '../strings.ts';
import { describeBrowser } from './describe-browser.ts';

/** Where this person is signed in, with a way to end each session. */
export function SessionsTable() {
  const pages = usePages<Session>('sessions', api.sessions);
  const action = useAction();
  const revoke = (session: Session) =>
    action.run(async () => {
      await api.revokeSession(session.id);
      pages.update((items) => items.filter(({ id }) => id !== session.id));
      showToast(t.account.revoked);
    });

  if (!pages.items) {
    return pages.problem ? <ErrorState problem={pages.problem} onRetry={pages.reload} /> : <Skeleton />;
  }
  return (
    <div class="stack">
      <Table
        caption={t.account.sessions}
        rows={pages.items}
        rowKey={({ id }) => id}
        columns={[
          {
            header: t.account.device,
            cell: ({ kind, userAgent }) => (
              <span class="row">
                <span title={userAgent ?? undefined}>{describeBrowser(userAgent) ?? t.unknown}</span>
                {kind === 'program' && <Chip>{t.account.program}</Chip>}
              </span>
            ),
          },
          {
            header: t.account.lastSeen,
            cell: ({ lastSeenAt }) => formatAgo(lastSeenAt),
            showsLabel: true,
          },
          {
            header: t.account.action,
            isTight: true,
            isEnd: true,
            cell: (session) =>
              session.current ? (
                <Chip tone="keep" icon="check">
                  {t.account.current}
                </Chip>
              ) : (
                <Button onClick={() => void revoke(session)}>{t.account.revoke}</Button>
              ),
          },
        ]}
      />
      {action.problem && <ErrorState problem={action.problem} />}
      <LoadMore pages={pages} />
    </div>
  );
}
