import { describe, expect, it, vi } from 'vitest';
import { createClient, signUp } from '../../helpers/client.ts';
import { openFaultyStore } from '../../helpers/faults.ts';
import { sqlAsSuperuser } from '../../helpers/sql.ts';

/** Cron would come to it after 30 s. */
const SOON = { timeout: 15_000, interval: 250 };

describe('a key that is revoked while Redis does not take it', () => {
  it('is refused a moment later, as soon as Redis is back', async () => {
    const redis = await openFaultyStore('redis');
    const ada = await signUp();
    const body = { name: 'A program', scopes: ['read'] };
    const { body: key } = await ada.call<{ id: string; token: string }>('/v1/api-keys', { body });
    const statusOf = async () => {
      const headers = { authorization: `Bearer ${key.token}` };
      return (await createClient().send('/v1/profile', { headers })).status;
    };
    expect(await statusOf()).toBe(200);
    await redis.set('down');
    const call = { method: 'DELETE', variables: redis.variables, leaveBackground: true };
    expect((await ada.send(`/v1/api-keys/${key.id}`, call)).status).toBe(204);
    // Its record is in Redis, which everybody else reaches.
    expect(await statusOf()).toBe(200);
    await redis.set('ok');
    await vi.waitUntil(async () => (await statusOf()) === 401, SOON);
  });

  it('is refused once its record is read anew, also when nobody ever told Redis', async () => {
    const ada = await signUp();
    const body = { name: 'A program', scopes: ['read'] };
    const { body: key } = await ada.call<{ id: string; token: string }>('/v1/api-keys', { body });
    const statusAt = async (ms: number) => {
      vi.spyOn(Date, 'now').mockReturnValue(ms);
      try {
        const headers = { authorization: `Bearer ${key.token}` };
        return (await createClient().send('/v1/profile', { headers })).status;
      } finally {
        vi.restoreAllMocks();
      }
    };
    const began = Date.now();
    expect(await statusAt(began)).toBe(200);
    await sqlAsSuperuser(`delete from api_keys where id = $1`, [key.id]);
    expect(await statusAt(began + 29_000)).toBe(200);
    // The first after half a minute is still served by the record, and reads it anew beside that.
    expect(await statusAt(began + 31_000)).toBe(200);
    expect(await statusAt(began + 31_000)).toBe(401);
  });
});
