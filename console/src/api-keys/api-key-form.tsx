import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { fieldMessage } from '../api/problem.ts';
import type { ApiKeyScope, MadeApiKey } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { TextField } from '../components/field.tsx';
import { Select } from '../components/select.tsx';
import { ShownOnce } from '../components/shown-once.tsx';
import { useAction } from '../state/use-action.ts';
import { t } from '../strings.ts';
import { parseRequests } from './api-key-state.ts';

const RIGHTS = { read: ['read'], write: ['read', 'write'] } as const satisfies Record<
  string,
  readonly ApiKeyScope[]
>;
const MAYS = ['read', 'write'] as const;
const LIVES = ['30', '90', '365', 'never'] as const;

/** Makes an API key, which is shown here and never again. */
export function ApiKeyForm({ onMade }: { onMade: (made: MadeApiKey) => void }) {
  const [name, setName] = useState('');
  const [may, setMay] = useState<(typeof MAYS)[number]>('read');
  const [life, setLife] = useState<(typeof LIVES)[number]>('90');
  const [requests, setRequests] = useState('');
  const [isChecked, setChecked] = useState(false);
  const [token, setToken] = useState<string | null>(null);
  const action = useAction();
  const requestsPerMinute = parseRequests(requests);
  const faults = {
    name: name.trim() === '' ? t.signIn.required : null,
    requests: Number.isNaN(requestsPerMinute) ? t.apiKeys.noNumber : null,
  };

  const submit = (event: Event) => {
    event.preventDefault();
    setChecked(true);
    if (faults.name !== null || faults.requests !== null) return;
    void action.run(async () => {
      setToken(null);
      const made = await api.createApiKey({
        name: name.trim(),
        scopes: RIGHTS[may],
        expiresInDays: life === 'never' ? null : Number(life),
        requestsPerMinute,
      });
      setToken(made.token);
      setName('');
      setRequests('');
      setChecked(false);
      onMade(made);
    });
  };

  return (
    <div class="stack">
      <form class="form" onSubmit={submit} noValidate>
        <TextField
          label={t.apiKeys.name}
          hint={t.apiKeys.nameHint}
          autoComplete="off"
          maxLength={100}
          value={name}
          onValue={setName}
          testId="api-key-name"
          error={isChecked ? faults.name : fieldMessage(action.problem, 'name')}
        />
        <Select
          label={t.apiKeys.may}
          value={may}
          choices={MAYS.map((value) => ({ value, label: t.apiKeys.mays[value] }))}
          onValue={setMay}
        />
        <Select
          label={t.apiKeys.life}
          value={life}
          choices={LIVES.map((value) => ({
            value,
            label: value === 'never' ? t.apiKeys.forever : t.settings.days(Number(value)),
          }))}
          onValue={setLife}
        />
        <TextField
          label={t.apiKeys.requests}
          hint={t.apiKeys.requestsHint}
          isOptional
          inputMode="numeric"
          autoComplete="off"
          value={requests}
          onValue={setRequests}
          error={isChecked ? faults.requests : fieldMessage(action.problem, 'requestsPerMinute')}
        />
        {action.problem && action.problem.errors.length === 0 && <ErrorState problem={action.problem} />}
        <Button type="submit" icon="plus" isBusy={action.isBusy} testId="api-key-make">
          {t.apiKeys.make}
        </Button>
      </form>
      {token !== null && (
        <ShownOnce
          text={token}
          note={t.apiKeys.once}
          copyLabel={t.apiKeys.copy}
          copied={t.apiKeys.copied}
          testId="api-key-token"
        />
      )}
    </div>
  );
}
