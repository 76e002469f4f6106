import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { fieldMessage } from '../api/problem.ts';
import type { User } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { TextField } from '../components/field.tsx';
import { replaceUser } from '../state/session.ts';
import { showToast } from '../state/toasts.ts';
import { useAction } from '../state/use-action.ts';
import { t } from '../strings.ts';
import { MIN_PASSWORD_LENGTH } from './password-rule.ts';

/** Changes the name that teammates see. */
export function NameForm({ user }: { user: User }) {
  const [name, setName] = useState(user.name);
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === '' || wanted === user.name) return;
    void action.run(async () => {
      replaceUser(await api.rename(wanted));
      showToast(t.account.nameSaved);
    });
  };
  const missing = name.trim() === '' ? t.signIn.required : null;
  return (
    <form class="form" onSubmit={submit} noValidate>
      <TextField
        label={t.account.name}
        autoComplete="name"
        maxLength={100}
        value={name}
        onValue={setName}
        error={missing ?? fieldMessage(action.problem, 'name')}
      />
      {action.problem && action.problem.errors.length === 0 && <ErrorState problem={action.problem} />}
      <Button type="submit" isBusy={action.isBusy}>
        {t.save}
      </Button>
    </form>
  );
}

/** Changes the password; the service signs out the other sessions. */
export function PasswordForm() {
  const [current, setCurrent] = useState('');
  const [wanted, setWanted] = useState('');
  const [isChecked, setChecked] = useState(false);
  const action = useAction();
  const isWrong = action.problem?.code === 'invalid_credentials';
  const faults = {
    current: current === '' ? t.signIn.required : null,
    wanted: wanted.length < MIN_PASSWORD_LENGTH ? t.signUp.shortPassword : null,
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setChecked(true);
    if (faults.current !== null || faults.wanted !== null) return;
    void action.run(async () => {
      await api.changePassword({ currentPassword: current, newPassword: wanted });
      setCurrent('');
      setWanted('');
      setChecked(false);
      showToast(t.account.passwordChanged);
    });
  };
  return (
    <form class="form" onSubmit={submit} noValidate>
      <TextField
        label={t.account.currentPassword}
        type="password"
        autoComplete="current-password"
        value={current}
        onValue={setCurrent}
        error={isWrong ? t.account.wrongPassword : isChecked ? faults.current : null}
      />
      <TextField
        label={t.account.newPassword}
        type="password"
        autoComplete="new-password"
        hint={`${t.signUp.passwordHint} ${t.account.passwordHint}`}
        value={wanted}
        onValue={setWanted}
        error={isChecked ? faults.wanted : fieldMessage(action.problem, 'newPassword')}
      />
      {action.problem && !isWrong && <ErrorState problem={action.problem} />}
      <Button type="submit" isBusy={action.isBusy}>
        {t.account.changePassword}
      </Button>
    </form>
  );
}
