import { ApiKeys } from '../api-keys/api-keys.tsx';
import { Button } from '../components/button.tsx';
import { Select } from '../components/select.tsx';
import { session } from '../state/session.ts';
import { signOutWithToast } from '../state/sign-out.ts';
import { THEMES, chooseTheme, theme } from '../state/theme.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { NameForm, PasswordForm } from './account-forms.tsx';
import { SessionsTable } from './account-sessions.tsx';
import './screens.css';

/** The person's own settings. */
export function AccountScreen() {
  useTitle(t.account.title);
  const state = session.value;
  if (state.status !== 'signedIn') return null;
  return (
    <div class="page">
      <div class="page-head">
        <h1>{t.account.title}</h1>
        <Button onClick={() => void signOutWithToast()}>{t.signIn.signOut}</Button>
      </div>
      <section class="section">
        <h2>{t.account.profile}</h2>
        <p>
          <span class="muted">{t.account.email}</span> {state.user.email}
        </p>
        <NameForm user={state.user} />
      </section>
      <section class="section">
        <h2>{t.account.looks}</h2>
        <div class="form">
          <Select
            label={t.theme.label}
            value={theme.value}
            choices={THEMES.map((value) => ({ value, label: t.theme[value] }))}
            onValue={chooseTheme}
          />
        </div>
      </section>
      <section class="section">
        <h2>{t.account.password}</h2>
        <PasswordForm />
      </section>
      <section class="section">
        <div>
          <h2>{t.account.sessions}</h2>
          <p class="muted">{t.account.sessionsHint}</p>
        </div>
        <SessionsTable />
      </section>
      <section class="section">
        <div>
          <h2>{t.apiKeys.title}</h2>
          <p class="muted">{t.apiKeys.hint}</p>
        </div>
        <ApiKeys />
      </section>
    </div>
  );
}
