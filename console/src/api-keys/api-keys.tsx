import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { ApiKey, MadeApiKey } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Table } from '../components/table.tsx';
import { formatAgo, formatTime } from '../format.ts';
import { showToast } from '../state/toasts.ts';
import { usePages } from '../state/use-pages.ts';
import { t } from '../strings.ts';
import { ApiKeyForm } from './api-key-form.tsx';
import { stateOf } from './api-key-state.ts';

function StateChip({ apiKey }: { apiKey: ApiKey }) {
  const { expiresAt } = apiKey;
  if (expiresAt === null) return <Chip tone="info">{t.apiKeys.forever}</Chip>;
  if (stateOf(apiKey) === 'expired')
    return <Chip icon="skipped">{t.settings.expired(formatAgo(expiresAt))}</Chip>;
  return (
    <Chip tone="info" icon="clock">
      {t.apiKeys.worksUntil(formatTime(expiresAt))}
    </Chip>
  );
}

/** A person's API keys: make, list, revoke. */
export function ApiKeys() {
  const pages = usePages<ApiKey>('api-keys', api.apiKeys);
  const [leaving, setLeaving] = useState<ApiKey | null>(null);
  const [madeId, setMadeId] = useState<string | null>(null);
  /** The form shows the key it has made; another form shows none. */
  const [formNumber, setFormNumber] = useState(0);
  const put = (made: MadeApiKey) => {
    setMadeId(made.id);
    pages.update((items) => [made, ...items]);
  };
  const revoke = async ({ id }: ApiKey) => {
    await api.revokeApiKey(id);
    pages.update((items) => items.filter((item) => item.id !== id));
    if (id === madeId) setFormNumber((number) => number + 1);
    setLeaving(null);
    showToast(t.apiKeys.revoked);
  };

  return (
    <div class="stack">
      <ApiKeyForm key={formNumber} onMade={put} />
      {!pages.items && pages.isLoading && <Skeleton />}
      {pages.problem && <ErrorState problem={pages.problem} onRetry={pages.reload} />}
      {pages.items && pages.items.length > 0 && (
        <Table
          caption={t.apiKeys.title}
          rows={pages.items}
          rowKey={({ id }) => id}
          testId="api-keys-table"
          columns={[
            {
              header: t.apiKeys.name,
              cell: ({ name, prefix }) => (
                <span>
                  {name} <span class="mono muted">{prefix}…</span>
                </span>
              ),
            },
            {
              header: t.apiKeys.may,
              cell: ({ scopes }) => t.apiKeys.scopes(scopes),
              showsLabel: true,
            },
            { header: t.settings.state, cell: (apiKey) => <StateChip apiKey={apiKey} /> },
            {
              header: t.account.lastSeen,
              cell: ({ lastUsedAt }) => (lastUsedAt === null ? t.apiKeys.neverUsed : formatAgo(lastUsedAt)),
              showsLabel: true,
            },
            {
              header: t.account.action,
              isTight: true,
              isEnd: true,
              cell: (apiKey) => (
                <Button testId="api-key-revoke" onClick={() => setLeaving(apiKey)}>
                  {t.apiKeys.revoke}
                </Button>
              ),
            },
          ]}
        />
      )}
      <LoadMore pages={pages} />
      {leaving && (
        <ConfirmDialog
          title={t.apiKeys.revokeTitle(leaving.name)}
          body={t.apiKeys.revokeBody}
          confirm={t.apiKeys.revoke}
          onClose={() => setLeaving(null)}
          onConfirm={() => revoke(leaving)}
        />
      )}
    </div>
  );
}
