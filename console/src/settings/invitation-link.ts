import { pathTo } from '../routing/match.ts';

/** The address of an invitation: under the origin that other devices reach, or else the one of this page. */
export function invitationLink(token: string, sharedOrigin: string | null, ownOrigin: string): string {
  return (sharedOrigin ?? ownOrigin) + pathTo.join(token);
}

/** Whether a link can be followed on this machine only. */
export function isOfThisMachine(link: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$|\.localhost$/.test(new URL(link).hostname);
}
