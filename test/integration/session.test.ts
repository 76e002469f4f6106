import { describe, expect, it } from 'vitest';
import { hashToken } from '../../src/domain/account/session-token.ts';
import { newId } from '../../src/lib/id.ts';
import { type Client, createClient, type Person, signUp } from '../helpers/client.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { countRows, sqlAsSuperuser } from '../helpers/sql.ts';

interface Sessions {
  data: { id: string; current: boolean; lastSeenAt: string; userAgent: string | null }[];
  nextCursor: string | null;
}

const HTTPS = 'https://darkroom.test';
const DAY_MS = 24 * 60 * 60 * 1000;

async function signInAgain(person: Person, headers: Record<string, string> = {}): Promise<Client> {
  const client = createClient();
  await client.call('/v1/auth/sign-in', {
    body: { email: person.email, password: person.password },
    headers,
  });
  return client;
}

async function statusOf(client: Client): Promise<number> {
  return (await client.call('/v1/profile')).status;
}

async function currentId(client: Client): Promise<string> {
  const { data } = (await client.call<Sessions>('/v1/sessions')).body;
  return data.find(({ current }) => current)?.id ?? '';
}

/** Name, value and attributes of the cookie a reply sets. */
/** That of the bookmark comes besides, with what a late replica left to the primary. */
const isOfSession = (cookie: string) => cookie.includes('darkroom_session');

function setsCookie(response: Response): boolean {
  return response.headers.getSetCookie().some(isOfSession);
}

function readCookie(response: Response): { pair: string; attributes: string[]; expires: number } {
  const [pair = '', ...attributes] = (response.headers.getSetCookie().find(isOfSession) ?? '').split('; ');
  const expires = attributes.find((attribute) => attribute.startsWith('Expires='))?.slice(8) ?? '';
  return {
    pair,
    attributes: attributes.filter((one) => !one.startsWith('Expires=')).sort(),
    expires: Date.parse(expires),
  };
}

describe('the list of sessions', () => {
  it('shows where a person is signed in, newest first, and which one asks', async () => {
    const ada = await signUp();
    const phone = await signInAgain(ada, { 'user-agent': `Phone ${'x'.repeat(400)}` });
    const { data } = (await phone.call<Sessions>('/v1/sessions')).body;
    expect(data.map(({ current }) => current)).toEqual([true, false]);
    expect(data[0]?.userAgent).toBe(`Phone ${'x'.repeat(294)}`);
    expect(data[1]?.userAgent).toBeNull();
  });

  it('says of the one that asks that it is used now, and of the others when they were', async () => {
    const ada = await signUp();
    await signInAgain(ada);
    await sqlAsSuperuser(
      `update sessions set last_seen_at = now() - interval '5 minutes' where user_id = $1`,
      [ada.userId],
    );
    const { data } = (await ada.call<Sessions>('/v1/sessions')).body;
    const agoMs = (isCurrent: boolean) =>
      Date.now() - Date.parse(data.find(({ current }) => current === isCurrent)?.lastSeenAt ?? '');
    expect(Math.abs(agoMs(true))).toBeLessThan(60_000);
    expect(agoMs(false)).toBeGreaterThan(4 * 60_000);
  });

  it('is read page by page without gap or repeat', async () => {
    const ada = await signUp();
    await Promise.all([signInAgain(ada), signInAgain(ada), signInAgain(ada)]);
    const all = (await ada.call<Sessions>('/v1/sessions')).body.data.map(({ id }) => id);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor ? `&cursor=${cursor}` : '';
      const { body } = await ada.call<Sessions>(`/v1/sessions?limit=1${query}`);
      seen.push(...body.data.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toHaveLength(4);
    expect(seen).toEqual(all);
  });
});

describe('ending a session', () => {
  it('is served from the cache before, and refused at once after', async () => {
    const ada = await signUp();
    const [kept, ended] = [await signInAgain(ada), await signInAgain(ada)];
    const id = await currentId(ended);
    await statusOf(kept);
    // Without its row, only the cache can know the session.
    await sqlAsSuperuser(`delete from sessions where user_id = $1 and id = $2`, [
      ada.userId,
      await currentId(kept),
    ]);
    expect(await statusOf(kept)).toBe(200);
    expect((await ada.call(`/v1/sessions/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await statusOf(ended)).toBe(401);
    expect(await statusOf(ada)).toBe(200);
  });

  it('ends the own one with a sign-out, which clears the cookie and may be repeated', async () => {
    const ada = await signUp();
    const { cookie } = ada;
    const response = await ada.send('/v1/auth/sign-out', { method: 'POST' });
    expect(response.status).toBe(204);
    expect(response.headers.get('set-cookie')).toMatch(/^darkroom_session=; Max-Age=0; Path=\//);
    expect(ada.cookie).toBe('');
    expect((await ada.call('/v1/auth/sign-out', { method: 'POST' })).status).toBe(204);
    ada.cookie = cookie;
    expect(await statusOf(ada)).toBe(401);
  });

  it('is written down for later when Redis does not take it', async () => {
    const redis = await openFaultyStore('redis');
    const ada = await signUp();
    const other = await signInAgain(ada);
    const id = await currentId(other);
    await redis.set('reset');
    const call = { method: 'DELETE', variables: redis.variables };
    expect((await ada.call(`/v1/sessions/${id}`, call)).status).toBe(204);
    expect(await countRows('sessions', 'id = $1', [id])).toBe(0);
    const tokenHash = await hashToken(other.cookie.split('=')[1] ?? '');
    // Another test's cron may have done it by now.
    const written = `topic = 'sessions.revoked' and payload->'tokenHashes' ? $1`;
    expect(await countRows('outbox', written, [tokenHash])).toBe(1);
  });

  it('is not found for someone else’s session and for one that never was', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const theirs = await currentId(ada);
    for (const id of [theirs, newId('ses')]) {
      const reply = await eve.call(`/v1/sessions/${id}`, { method: 'DELETE' });
      const detail = 'It does not exist.';
      expect(reply).toMatchObject({ status: 404, body: { code: 'not_found', detail } });
    }
    expect((await eve.call('/v1/sessions/ses_1', { method: 'DELETE' })).body).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: 'path.sessionId' }],
    });
    expect(await countRows('sessions', 'id = $1', [theirs])).toBe(1);
  });
});

describe('the session cookie', () => {
  it('has a plain name on http, and `__Host-` and Secure on https', async () => {
    const ada = await signUp();
    const body = { email: ada.email, password: ada.password };
    const plain = readCookie(await createClient().send('/v1/auth/sign-in', { body }));
    expect(plain.pair).toMatch(/^darkroom_session=[A-Za-z0-9_-]{43}$/);
    expect(plain.attributes).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax']);
    expect(plain.expires).toBeGreaterThan(Date.now() + 29 * DAY_MS);

    const client = createClient();
    const secure = readCookie(await client.send(`${HTTPS}/v1/auth/sign-in`, { body }));
    expect(secure.pair).toMatch(/^__Host-darkroom_session=[A-Za-z0-9_-]{43}$/);
    expect(secure.attributes).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']);
    expect((await client.call(`${HTTPS}/v1/profile`)).status).toBe(200);
    expect(await statusOf(client)).toBe(401);
    client.cookie = plain.pair;
    expect((await client.call(`${HTTPS}/v1/profile`)).status).toBe(401);
  });

  it('is another one for each port of a machine, for cookies know no ports', async () => {
    const ada = await signUp();
    const body = { email: ada.email, password: ada.password };
    const signIn = async (origin: string) =>
      readCookie(await createClient().send(`${origin}/v1/auth/sign-in`, { body })).pair;
    const [first, second] = [await signIn('http://127.0.0.1:8787'), await signIn('http://127.0.0.1:8794')];
    expect(first).toMatch(/^darkroom_session_8787=[A-Za-z0-9_-]{43}$/);
    expect(second).toMatch(/^darkroom_session_8794=[A-Za-z0-9_-]{43}$/);
    const browser = createClient();
    browser.cookie = `${first}; ${second}`;
    const signOut = readCookie(
      await browser.send('http://127.0.0.1:8794/v1/auth/sign-out', { method: 'POST' }),
    );
    expect(signOut.pair).toBe('darkroom_session_8794=');
    browser.cookie = `${first}; ${second}`;
    expect((await browser.call('http://127.0.0.1:8787/v1/profile')).status).toBe(200);
    expect((await browser.call('http://127.0.0.1:8794/v1/profile')).status).toBe(401);
  });

  it('slides with use: not within ten minutes, but after them, in the database too, and once', async () => {
    const ada = await signUp();
    expect(setsCookie(await ada.send('/v1/profile'))).toBe(false);
    const other = await signInAgain(ada);
    await sqlAsSuperuser(
      `update sessions set last_seen_at = now() - interval '11 minutes', expires_at = now() + interval '1 hour'
       where user_id = $1`,
      [ada.userId],
    );
    const moved = readCookie(await other.send('/v1/profile'));
    expect(moved.pair).toBe(other.cookie);
    expect(moved.expires).toBeGreaterThan(Date.now() + 29 * DAY_MS);
    expect(
      await countRows('sessions', `user_id = $1 and expires_at > now() + interval '29 days'`, [ada.userId]),
    ).toBe(1);
    expect(setsCookie(await other.send('/v1/profile'))).toBe(false);
  });

  it('is refused and cleared when the session has expired', async () => {
    const ada = await signUp();
    await sqlAsSuperuser(`update sessions set expires_at = now() - interval '1 second' where user_id = $1`, [
      ada.userId,
    ]);
    const response = await ada.send('/v1/profile');
    expect(response.status).toBe(401);
    expect(readCookie(response).pair).toBe('darkroom_session=');
  });
});

describe('a change that another site sends', () => {
  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://darkroom.test:8080' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('is refused with %j, and changes nothing', async (headers) => {
    const ada = await signUp('Ada');
    const reply = await ada.call('/v1/profile', { method: 'PATCH', body: { name: 'Eve' }, headers });
    expect(reply).toMatchObject({ status: 403, body: { code: 'cross_origin' } });
    expect((await ada.call('/v1/profile', { headers })).body).toMatchObject({ name: 'Ada' });
  });

  it('is nothing that the console or a program sends', async () => {
    const ada = await signUp();
    for (const headers of [{ origin: 'http://darkroom.test', 'sec-fetch-site': 'same-origin' }, {}]) {
      const reply = await ada.call('/v1/profile', { method: 'PATCH', body: { name: 'Ada' }, headers });
      expect(reply.status).toBe(200);
    }
  });
});
