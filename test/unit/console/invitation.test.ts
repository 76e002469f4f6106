import { describe, expect, it } from 'vitest';
import { deadEndOf } from '../../../console/src/join/dead-end.ts';
import { joinTokenOf, matchRoute, pathTo, safeReturnPath } from '../../../console/src/routing/match.ts';
import { goneAt } from '../../../console/src/screens/gone-at.ts';
import { invitationLink, isOfThisMachine } from '../../../console/src/settings/invitation-link.ts';
import { stateOf } from '../../../console/src/settings/invitation-state.ts';
import { t } from '../../../console/src/strings.ts';

const TOKEN = 'mY8qDk0zVh3tJx5nRw7uBc9eFg2iKl4oPs6vZy1aQ_-';

describe('the link of an invitation', () => {
  it('carries its token in the fragment and comes back unchanged', () => {
    const url = new URL(pathTo.join(TOKEN), 'http://console.invalid');
    expect(matchRoute(url.pathname)).toEqual({ name: 'join' });
    expect(joinTokenOf(url.hash)).toBe(TOKEN);
    expect(url.search).toBe('');
  });

  it.each(['', '#', '#a b', '#link=abc', `#${'x'.repeat(201)}`, '#<script>'])(
    'has no token in %j',
    (hash) => {
      expect(joinTokenOf(hash)).toBeNull();
    },
  );

  it('is under the origin that other devices reach, if there is one', () => {
    const shared = 'https://192.168.1.7:8443';
    expect(invitationLink('abc', shared, 'http://127.0.0.1:8787')).toBe(`${shared}${pathTo.join('abc')}`);
    expect(invitationLink('abc', null, 'https://darkroom.example')).toBe(
      `https://darkroom.example${pathTo.join('abc')}`,
    );
  });

  it.each([
    ['http://127.0.0.1:8787', true],
    ['http://localhost:8787', true],
    ['http://darkroom.localhost:8787', true],
    ['http://[::1]:8787', true],
    ['https://192.168.1.7:8443', false],
    ['https://darkroom.example', false],
    ['https://127.0.0.1.example', false],
  ])('under %s is of one machine alone: %s', (origin, isAlone) => {
    expect(isOfThisMachine(invitationLink('abc', null, origin))).toBe(isAlone);
  });

  it('is where a sign-in leads back to, without its token in the address', () => {
    expect(safeReturnPath(pathTo.join())).toBe('/join');
    expect(pathTo.signIn(pathTo.join())).toBe('/sign-in?return=%2Fjoin');
  });
});

describe('an invitation', () => {
  const now = Date.UTC(2026, 10, 30);
  const at = (ms: number) => new Date(ms).toISOString();

  it('is open until the moment it ends', () => {
    expect(stateOf({ usedAt: null, expiresAt: at(now + 1) }, now)).toBe('open');
    expect(stateOf({ usedAt: null, expiresAt: at(now) }, now)).toBe('expired');
  });

  it('is used for ever, also past its end', () => {
    expect(stateOf({ usedAt: at(now - 5), expiresAt: at(now - 1) }, now)).toBe('used');
  });
});

describe('an invitation that leads nowhere', () => {
  it.each([
    ['not_found', t.join.unknown],
    ['invalid_request', t.join.unknown],
    ['invitation_used', t.join.used],
    ['invitation_expired', t.join.expired],
    ['rate_limited', null],
    ['unreachable', null],
  ])('for the reason %s says so plainly', (code, words) => {
    expect(deadEndOf(code)).toBe(words);
  });
});

describe('a project in the bin', () => {
  it('is gone after thirty days', () => {
    expect(goneAt('2026-11-30T12:00:00.000Z')).toBe('2026-12-30T12:00:00.000Z');
  });
});
