import { describe, expect, it } from 'vitest';
import { createClient, signUp } from '../helpers/client.ts';
import { problemOf } from '../helpers/problem.ts';
import { sqlAsSuperuser } from '../helpers/sql.ts';

const policyOf = async (client: ReturnType<typeof createClient>) =>
  (await client.send('/v1/profile')).headers.get('ratelimit-policy');

describe('the plan of an account', () => {
  it('is free at first, and sets how many requests each of its sessions has', async () => {
    const ada = await signUp();
    expect(await policyOf(ada)).toBe('"free";q=6000;w=60');
    await sqlAsSuperuser(`update profiles set plan = 'pro' where id = $1`, [ada.userId]);
    const phone = createClient();
    await phone.call('/v1/auth/sign-in', { body: { email: ada.email, password: ada.password } });
    // The first request of a session is what tells Redis.
    expect(await policyOf(phone)).toBe('"free";q=6000;w=60');
    expect(await policyOf(phone)).toBe('"pro";q=30000;w=60');
  });

  it('can be changed by nobody but a platform admin', async () => {
    const ada = await signUp();
    const path = `/v1/admin/users/${ada.userId}/plan`;
    const call = { method: 'PUT', body: { plan: 'pro' } };
    const stranger = await problemOf(path, call);
    expect(stranger).toMatchObject({
      code: 'unauthenticated',
      detail: expect.stringContaining('Authorization: Bearer'),
    });
    expect(stranger.headers.get('www-authenticate')).toBe('Bearer');
    expect(await problemOf(path, call, ada)).toMatchObject({ code: 'forbidden' });
    const [row] = await sqlAsSuperuser('select plan from profiles where id = $1', [ada.userId]);
    expect(row).toEqual({ plan: 'free' });
  });
});
