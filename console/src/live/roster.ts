import type { RoomFrame, RoomMember } from '../../../src/rooms/protocol.ts';

/** Who is in the room, as of a version of it. */
export interface Roster {
  version: number;
  members: readonly RoomMember[];
}

type RosterFrame = Extract<RoomFrame, { k: 'presence' | 'members' }>;

export const NOBODY: Roster = { version: -1, members: [] };

/** The roster after a frame. A change of another version is left out; the next whole list makes it good. */
export function applyRoster(roster: Roster, frame: RosterFrame): Roster {
  if (frame.k === 'members') return { version: frame.version, members: frame.members };
  if (frame.from !== roster.version) return roster;
  const changed = new Map(frame.changed.map((member) => [member.user, member]));
  const gone = new Set(frame.left);
  const kept = roster.members.filter(({ user }) => !gone.has(user) && !changed.has(user));
  return { version: frame.version, members: [...kept, ...changed.values()] };
}
