import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashPassword, passwordQueue } from '../../src/domain/account/password.ts';
import { createClient, signUp } from '../helpers/client.ts';
import { query } from '../helpers/crawl.ts';

afterEach(() => vi.restoreAllMocks());

describe('a password that is changed', () => {
  it('while somebody signs in with the old one opens no session for them', async () => {
    const ada = await signUp();
    const changed = await hashPassword('a new pass phrase');
    const run = passwordQueue.run.bind(passwordQueue);
    vi.spyOn(passwordQueue, 'run').mockImplementationOnce(async (task) => {
      const turn = await run(task);
      // The check is done, the session not yet opened: now the password changes.
      await query('update credentials set password_hash = $1 where user_id = $2', [changed, ada.userId]);
      return turn;
    });
    const before = await query('select id from sessions where user_id = $1', [ada.userId]);
    const late = await createClient().call('/v1/auth/sign-in', {
      body: { email: ada.email, password: ada.password },
    });
    expect(late.status).toBe(401);
    expect(late.body).toMatchObject({ code: 'invalid_credentials' });
    expect(await query('select id from sessions where user_id = $1', [ada.userId])).toEqual(before);
  });

  it('ends what a repeated sign-up could open', async () => {
    const body = {
      email: `${crypto.randomUUID()}@test.example`,
      password: 'the first password',
      name: 'Ada',
    };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const ada = createClient();
    expect((await ada.call('/v1/auth/sign-up', { body, headers })).status).toBe(201);
    const change = { currentPassword: body.password, newPassword: 'the second password' };
    expect((await ada.call('/v1/profile/password', { body: change })).status).toBe(204);
    const again = createClient();
    expect((await again.call('/v1/auth/sign-up', { body, headers })).status).toBe(401);
    expect(again.cookie).toBe('');
  });
});
