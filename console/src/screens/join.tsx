import { api } from '../api/endpoints.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { deadEndOf } from '../join/dead-end.ts';
import { pathTo } from '../routing/match.ts';
import { navigate } from '../routing/navigation.ts';
import { forgetJoinToken, joinToken } from '../state/join-token.ts';
import { session } from '../state/session.ts';
import { showToast } from '../state/toasts.ts';
import { useAction } from '../state/use-action.ts';
import { useResource } from '../state/use-resource.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import './screens.css';

function DeadEnd({ title, body }: { title: string; body: string }) {
  return (
    <div class="page page-narrow" data-testid="join-dead-end">
      <h1>{title}</h1>
      <EmptyState text={body}>
        <ButtonLink href={pathTo.projects()}>{t.notFound.action}</ButtonLink>
      </EmptyState>
    </div>
  );
}

function Offer({ token }: { token: string }) {
  const offer = useResource(token, (signal) => api.lookAtInvitation(token, signal));
  const action = useAction();
  const state = session.value;

  const problem = action.problem ?? offer.problem;
  const deadEnd = problem && deadEndOf(problem.code);
  if (deadEnd) return <DeadEnd {...deadEnd} />;
  if (!offer.data) {
    return offer.problem ? <ErrorState problem={offer.problem} onRetry={offer.reload} /> : <Skeleton />;
  }
  const { projectName, role, invitedBy, isMember } = offer.data;
  const accept = () =>
    action.run(async () => {
      const joined = await api.acceptInvitation(token);
      navigate(pathTo.images(joined.projectId), { replace: true });
      forgetJoinToken();
      showToast(t.join.joined(projectName, t.projects.role[joined.role]));
    });
  return (
    <div class="page page-narrow">
      <h1>{t.join.heading(projectName)}</h1>
      <div class="stack-tight">
        <p>{t.join.invites(invitedBy, t.projects.role[role])}</p>
        <p class="muted">{t.settings.roleHints[role]}</p>
        {isMember && <p>{t.join.isMember}</p>}
        {state.status === 'signedIn' && (
          <p class="muted">{t.join.joinAs(state.user.name, state.user.email)}</p>
        )}
      </div>
      {action.problem && <ErrorState problem={action.problem} />}
      <div>
        <Button variant="primary" isBusy={action.isBusy} testId="join-accept" onClick={() => void accept()}>
          {isMember ? t.join.open : t.join.accept}
        </Button>
      </div>
    </div>
  );
}

/** An invitation: which project, as what, by whom, and one button. */
export function JoinScreen() {
  useTitle(t.join.title);
  const token = joinToken.value;
  return token === null ? <DeadEnd {...t.join.none} /> : <Offer key={token} token={token} />;
}
