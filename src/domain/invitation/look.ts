import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import type { MemberRole } from '../../db/schema/project.ts';
import { AppError } from '../../errors/app-error.ts';
import { requireUser } from '../account/require-user.ts';
import { hashToken } from '../account/session-token.ts';

interface InvitationOffer {
  projectName: string;
  role: MemberRole;
  /** The name of whoever made it. */
  invitedBy: string;
  isMember: boolean;
}

/** What an invitation offers. Errors: `not_found`, also when withdrawn; `invitation_used`, `invitation_expired`. */
export async function lookAtInvitation(ctx: RequestContext, token: string): Promise<InvitationOffer> {
  requireUser(ctx);
  const tokenHash = await hashToken(token);
  const [offer] = await read<InvitationOffer>(ctx, {
    // Whoever made the link sends it to somebody who has seen nothing of this database yet.
    from: 'primary',
    query: sql`select app.look_at_invitation(decode(${tokenHash}, 'hex'))`,
  });
  if (!offer) throw new AppError('not_found', '');
  return offer;
}
