import { t } from '../strings.ts';

interface DeadEnd {
  title: string;
  body: string;
}

/** What to say of an invitation that leads nowhere, by the code of the problem; null for problems of other kinds. */
export function deadEndOf(code: string): DeadEnd | null {
  switch (code) {
    case 'not_found':
    case 'invalid_request':
      return t.join.unknown;
    case 'invitation_used':
      return t.join.used;
    case 'invitation_expired':
      return t.join.expired;
    default:
      return null;
  }
}
