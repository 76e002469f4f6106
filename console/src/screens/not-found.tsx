import { ButtonLink } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { pathTo } from '../routing/match.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import './screens.css';

interface MissingProps {
  title: string;
  body: string;
  /** The way on. */
  action: string;
  href: string;
}

/** Something that is not there, and where to go instead. */
export function Missing({ title, body, action, href }: MissingProps) {
  useTitle(t.notFound.crumb);
  return (
    <div class="page">
      <h1>{title}</h1>
      <EmptyState text={body}>
        <ButtonLink href={href} variant="primary">
          {action}
        </ButtonLink>
      </EmptyState>
    </div>
  );
}

/** An address that leads nowhere. */
export function NotFoundScreen() {
  const { title, body, action } = t.notFound;
  return <Missing title={title} body={body} action={action} href={pathTo.projects()} />;
}
