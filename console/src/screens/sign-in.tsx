import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { problemOf } from '../api/problem.ts';
import { Button } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { TextField } from '../components/field.tsx';
import { ProgressLine } from '../components/progress.tsx';
import { linkToken, pathTo } from '../routing/match.ts';
import { place } from '../routing/navigation.ts';
import { enter } from '../state/session.ts';
import { useAction } from '../state/use-action.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { AuthFrame } from './auth-frame.tsx';

/** Takes the one-time token out of the address at once, so that it is in no history and no screenshot. */
function takeLinkToken(): string | null {
  const token = linkToken(location.hash);
  if (token !== null) history.replaceState(null, '', location.pathname + location.search);
  return token;
}

/** E-mail and password, or the one-time link of the first start. */
export function SignInScreen() {
  useTitle(t.signIn.title);
  const [firstToken] = useState(takeLinkToken);
  const [isOpeningLink, setOpeningLink] = useState(firstToken !== null);
  const [isLinkUsed, setLinkUsed] = useState(false);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [isChecked, setChecked] = useState(false);
  const action = useAction();

  const openLink = (token: string | null) => {
    if (token === null) return;
    setOpeningLink(true);
    setLinkUsed(false);
    void action.run(async () => {
      try {
        enter((await api.signInByLink(token)).user);
      } catch (error) {
        setOpeningLink(false);
        if (problemOf(error).code !== 'invalid_credentials') throw error;
        setLinkUsed(true);
      }
    });
  };
  useEffect(() => {
    openLink(firstToken);
    // A link opened in a tab that is here already changes the fragment only and loads nothing.
    const onHashChange = () => openLink(takeLinkToken());
    window.addEventListener('hashchange', onHashChange);
    return () => window.removeEventListener('hashchange', onHashChange);
  }, []);

  const submit = (event: Event) => {
    event.preventDefault();
    setChecked(true);
    if (email === '' || password === '') return;
    setLinkUsed(false);
    void action.run(async () => enter((await api.signIn({ email, password })).user));
  };

  const wanted = new URLSearchParams(place.value.search).get('return');
  const why = wanted === pathTo.join() ? t.join.signInFirst : t.signIn.ended;
  const isWrong = action.problem?.code === 'invalid_credentials';
  const missing = (value: string) => (isChecked && value === '' ? t.signIn.required : null);

  return (
    <AuthFrame
      title={t.signIn.title}
      intro={t.signIn.intro}
      footer={
        <>
          {t.signIn.other} <a href={pathTo.signUp() + place.value.search}>{t.signIn.otherLink}</a>
        </>
      }
    >
      {isOpeningLink ? (
        <div class="stack-tight" role="status">
          <p>{t.signIn.linkBusy}</p>
          <ProgressLine label={t.signIn.linkBusy} value={null} />
        </div>
      ) : (
        <form class="form" onSubmit={submit} noValidate data-testid="sign-in-form">
          {isLinkUsed && <p role="alert">{t.signIn.linkUsed}</p>}
          {!isLinkUsed && wanted !== null && <p role="status">{why}</p>}
          <TextField
            label={t.signIn.email}
            type="email"
            inputMode="email"
            autoComplete="email"
            value={email}
            onValue={setEmail}
            error={missing(email)}
            testId="sign-in-email"
          />
          <TextField
            label={t.signIn.password}
            type="password"
            autoComplete="current-password"
            value={password}
            onValue={setPassword}
            error={missing(password) ?? (isWrong ? t.signIn.wrong : null)}
            testId="sign-in-password"
          />
          {action.problem && !isWrong && <ErrorState problem={action.problem} />}
          <Button type="submit" variant="primary" isBusy={action.isBusy} testId="sign-in-submit">
            {t.signIn.submit}
          </Button>
        </form>
      )}
    </AuthFrame>
  );
}
