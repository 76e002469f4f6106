import { describe, expect, it } from 'vitest';
import type { Member, Role } from '../../../console/src/api/types.ts';
import { rightsOver } from '../../../console/src/settings/member-rights.ts';

function member(userId: string, role: Role): Member {
  return { userId, name: userId, email: `${userId}@test.example`, role };
}

const ADA = member('ada', 'owner');
const BEN = member('ben', 'editor');
const CY = member('cy', 'owner');

describe('an owner', () => {
  it('changes and removes others', () => {
    expect(rightsOver(BEN, ADA, [ADA, BEN], true)).toEqual({
      canChangeRole: true,
      canRemove: true,
      canLeave: false,
      isLastOwner: false,
    });
  });

  it('neither leaves nor steps down when nobody else is one', () => {
    expect(rightsOver(ADA, ADA, [ADA, BEN], true)).toEqual({
      canChangeRole: false,
      canRemove: false,
      canLeave: false,
      isLastOwner: true,
    });
  });

  it('leaves and steps down when somebody else is one, or may be among those not yet shown', () => {
    const free = { canChangeRole: true, canRemove: false, canLeave: true, isLastOwner: false };
    expect(rightsOver(ADA, ADA, [ADA, BEN, CY], true)).toEqual(free);
    expect(rightsOver(ADA, ADA, [ADA, BEN], false)).toEqual(free);
  });
});

describe.each(['viewer', 'reviewer', 'editor'] as const)('a %s', (role) => {
  const reader = member('dee', role);

  it('may only leave', () => {
    const members = [ADA, BEN, reader];
    const none = { canChangeRole: false, canRemove: false, canLeave: false };
    expect(rightsOver(reader, reader, members, true)).toMatchObject({ ...none, canLeave: true });
    expect(rightsOver(BEN, reader, members, true)).toMatchObject(none);
    expect(rightsOver(ADA, reader, members, true)).toMatchObject({ ...none, isLastOwner: true });
  });
});
