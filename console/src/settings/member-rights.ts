import type { Member, Role } from '../api/types.ts';

interface MemberRights {
  canChangeRole: boolean;
  canRemove: boolean;
  canLeave: boolean;
  /** Without another owner they can neither leave nor step down. */
  isLastOwner: boolean;
}

/** What the reader may do to a member. `members` are those known; there may be more unless `isComplete`. */
export function rightsOver(
  member: Member,
  reader: { userId: string; role: Role },
  members: readonly Member[],
  isComplete: boolean,
): MemberRights {
  const isSelf = member.userId === reader.userId;
  const owners = members.filter(({ role }) => role === 'owner').length;
  const isLastOwner = member.role === 'owner' && isComplete && owners === 1;
  const isOwner = reader.role === 'owner';
  return {
    canChangeRole: isOwner && !isLastOwner,
    canRemove: isOwner && !isSelf,
    canLeave: isSelf && !isLastOwner,
    isLastOwner,
  };
}
