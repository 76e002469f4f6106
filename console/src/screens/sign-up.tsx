import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { fieldMessage } from '../api/problem.ts';
import { Button } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { TextField } from '../components/field.tsx';
import { pathTo } from '../routing/match.ts';
import { place } from '../routing/navigation.ts';
import { enter } from '../state/session.ts';
import { useAction } from '../state/use-action.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { AuthFrame } from './auth-frame.tsx';
import { MIN_PASSWORD_LENGTH } from './password-rule.ts';

/** A new account. */
export function SignUpScreen() {
  useTitle(t.signUp.title);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [isChecked, setChecked] = useState(false);
  const action = useAction();

  const faults = {
    name: name.trim() === '' ? t.signIn.required : null,
    email: /^\S+@\S+$/.test(email) ? null : t.signUp.badEmail,
    password: password.length < MIN_PASSWORD_LENGTH ? t.signUp.shortPassword : null,
  };
  const errorOf = (field: keyof typeof faults) =>
    (isChecked ? faults[field] : null) ?? fieldMessage(action.problem, field);
  const isTaken = action.problem?.code === 'email_taken';
  const isField = action.problem !== null && action.problem.errors.length > 0;

  const submit = (event: Event) => {
    event.preventDefault();
    setChecked(true);
    if (Object.values(faults).some((fault) => fault !== null)) return;
    void action.run(async () =>
      enter((await api.signUp({ email: email.trim(), password, name: name.trim() })).user),
    );
  };

  const isJoining = new URLSearchParams(place.value.search).get('return') === pathTo.join();

  return (
    <AuthFrame
      title={t.signUp.title}
      {...(isJoining && { intro: t.join.signUpFirst })}
      footer={
        <>
          {t.signUp.other} <a href={pathTo.signIn() + place.value.search}>{t.signUp.otherLink}</a>
        </>
      }
    >
      <form class="form" onSubmit={submit} noValidate data-testid="sign-up-form">
        <TextField
          label={t.signUp.name}
          autoComplete="name"
          maxLength={100}
          value={name}
          onValue={setName}
          error={errorOf('name')}
          testId="sign-up-name"
        />
        <TextField
          label={t.signIn.email}
          type="email"
          inputMode="email"
          autoComplete="email"
          value={email}
          onValue={setEmail}
          error={isTaken ? t.signUp.emailTaken : errorOf('email')}
          testId="sign-up-email"
        />
        <TextField
          label={t.signIn.password}
          type="password"
          autoComplete="new-password"
          hint={t.signUp.passwordHint}
          value={password}
          onValue={setPassword}
          error={errorOf('password')}
          testId="sign-up-password"
        />
        {action.problem && !isTaken && !isField && <ErrorState problem={action.problem} />}
        <Button type="submit" variant="primary" isBusy={action.isBusy} testId="sign-up-submit">
          {t.signUp.submit}
        </Button>
      </form>
    </AuthFrame>
  );
}
