import { afterEach, describe, expect, it, vi } from 'vitest';
import { passwordQueue } from '../../src/domain/account/password.ts';
import { hashToken, newToken } from '../../src/domain/account/session-token.ts';
import { type Client, createClient, type Person } from '../helpers/client.ts';
import { PASSWORD } from '../helpers/password.ts';
import { countRows, sqlAsSuperuser } from '../helpers/sql.ts';

interface Signed {
  user: { id: string; email: string; name: string };
}
interface Sessions {
  data: { id: string; current: boolean; userAgent: string | null }[];
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** By the route itself, unlike the helper of the same name. */
async function signUp(name = 'Test Person'): Promise<Person> {
  const client = createClient();
  const body = {
    email: `person-${crypto.randomUUID()}@test.example`,
    password: PASSWORD,
    name,
  };
  const reply = await client.call<Signed>('/v1/auth/sign-up', { body });
  expect(reply.status).toBe(201);
  return Object.assign(client, { userId: reply.body.user.id, email: body.email, password: PASSWORD });
}

/** Another browser of the same person. */
async function signInAgain(person: Person, headers: Record<string, string> = {}): Promise<Client> {
  const client = createClient();
  const body = { email: person.email, password: person.password };
  const reply = await client.call('/v1/auth/sign-in', { body, headers });
  expect(reply.status).toBe(200);
  return client;
}

async function statusOf(client: Client, path = '/v1/profile'): Promise<number> {
  return (await client.call(path)).status;
}

async function insertLink(userId: string, expiresIn: string): Promise<string> {
  const token = newToken();
  await sqlAsSuperuser(
    `insert into sign_in_links (token_hash, user_id, expires_at)
     values (decode($1, 'hex'), $2, now() + $3::interval)`,
    [await hashToken(token), userId, expiresIn],
  );
  return token;
}

describe('signing up', () => {
  it('makes the account and signs it in, and never says a hash or a password', async () => {
    const client = createClient();
    const email = `Ada.${crypto.randomUUID()}@Test.example`;
    const body = { email, password: 'correct horse battery', name: '  Ada  ' };
    const reply = await client.call<Signed>('/v1/auth/sign-up', { body });
    expect(reply.status).toBe(201);
    expect(reply.body.user).toMatchObject({ email, name: 'Ada' });
    expect(Object.keys(reply.body.user).sort()).toEqual(['createdAt', 'email', 'id', 'name']);
    expect((await client.call('/v1/profile')).body).toEqual(reply.body.user);
  });

  it('refuses an e-mail that has an account, in whatever case', async () => {
    const ada = await signUp();
    const body = { email: ada.email.toUpperCase(), password: 'another password', name: 'Eve' };
    const reply = await createClient().call('/v1/auth/sign-up', { body });
    expect(reply).toMatchObject({ status: 409, body: { code: 'email_taken' } });
    expect(reply.headers.has('set-cookie')).toBe(false);
  });

  it.each([
    ['body.email', { email: 'nobody' }],
    ['body.email', { email: `${'a'.repeat(250)}@test.example` }],
    ['body.password', { password: 'too short' }],
    ['body.password', { password: 'x'.repeat(257) }],
    ['body.name', { name: '   ' }],
    ['body.name', { name: 'a\u0000b' }],
  ])('names %s when it is wrong: %j', async (path, change) => {
    const body = {
      email: `${crypto.randomUUID()}@test.example`,
      password: 'correct horse',
      name: 'Ada',
      ...change,
    };
    const reply = await createClient().call('/v1/auth/sign-up', { body });
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ path }] } });
  });
});

describe('signing in', () => {
  it('takes the e-mail in any case', async () => {
    const ada = await signUp();
    const body = { email: ada.email.toUpperCase(), password: ada.password };
    const reply = await createClient().call<Signed>('/v1/auth/sign-in', { body });
    expect(reply).toMatchObject({ status: 200, body: { user: { id: ada.userId, email: ada.email } } });
  });

  it('tells a wrong password and an unknown e-mail apart neither by words nor by work', async () => {
    const ada = await signUp();
    const work = vi.spyOn(passwordQueue, 'run');
    const texts: string[] = [];
    for (const email of [ada.email, `nobody-${ada.email}`]) {
      work.mockClear();
      const body = { email, password: 'not the password' };
      const headers = { 'x-request-id': 'same' };
      const response = await createClient().send('/v1/auth/sign-in', { body, headers });
      expect(response.status).toBe(401);
      expect(response.headers.has('set-cookie')).toBe(false);
      expect(work).toHaveBeenCalledTimes(1);
      texts.push(await response.text());
    }
    expect(texts[0]).toContain('"code":"invalid_credentials"');
    expect(texts[1]).toBe(texts[0]);
  });

  it('refuses an e-mail that no database could hold, without asking one', async () => {
    const reply = await createClient().call('/v1/auth/sign-in', {
      body: { email: 'a\u0000b', password: 'x' },
    });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ path: 'body.email' }] } });
  });
});

describe('a one-time link', () => {
  it('signs in once, and never again', async () => {
    const ada = await signUp();
    const token = await insertLink(ada.userId, '5 minutes');
    const client = createClient();
    const reply = await client.call<Signed>('/v1/auth/sign-in-link', { body: { token } });
    expect(reply).toMatchObject({ status: 200, body: { user: { id: ada.userId } } });
    expect(await statusOf(client)).toBe(200);
    const again = await createClient().call('/v1/auth/sign-in-link', { body: { token } });
    expect(again).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
  });

  it('opens one session also when it is posted twice at the same moment', async () => {
    const ada = await signUp();
    const token = await insertLink(ada.userId, '5 minutes');
    const post = () => createClient().call('/v1/auth/sign-in-link', { body: { token } });
    const replies = await Promise.all([post(), post(), post()]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    expect(await countRows('sessions', 'user_id = $1', [ada.userId])).toBe(2);
  });

  it('is refused when it has expired or was never made', async () => {
    const ada = await signUp();
    const expired = await insertLink(ada.userId, '-1 second');
    for (const token of [expired, newToken(), 'nonsense']) {
      const reply = await createClient().call('/v1/auth/sign-in-link', { body: { token } });
      expect(reply).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
      expect(reply.headers.has('set-cookie')).toBe(false);
    }
  });
});

describe('the profile', () => {
  it('is read and changed by its owner', async () => {
    const ada = await signUp('Ada');
    const changed = await ada.call('/v1/profile', { method: 'PATCH', body: { name: 'Ada Lens' } });
    expect(changed).toMatchObject({ status: 200, body: { id: ada.userId, name: 'Ada Lens' } });
    expect((await ada.call('/v1/profile')).body).toEqual(changed.body);
  });

  it('is nobody’s without a session, nor with a cookie that is none', async () => {
    const stranger = createClient();
    for (const cookie of [
      '',
      'darkroom_session=',
      `darkroom_session=${newToken()}`,
      'darkroom_session=a b c',
    ]) {
      stranger.cookie = cookie;
      expect(await stranger.call('/v1/profile')).toMatchObject({
        status: 401,
        body: { code: 'unauthenticated' },
      });
    }
  });

  it('is gone with the account, also for a session the cache still knows', async () => {
    const ada = await signUp();
    expect(await statusOf(ada)).toBe(200);
    await sqlAsSuperuser('delete from profiles where id = $1', [ada.userId]);
    expect(await ada.call('/v1/profile')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    const change = await ada.call('/v1/profile', { method: 'PATCH', body: { name: 'Ghost' } });
    expect(change.status).toBe(404);
  });
});

describe('changing the password', () => {
  it('ends every other session at once, also those in the cache, and keeps this one', async () => {
    const ada = await signUp();
    const other = await signInAgain(ada);
    expect([await statusOf(other), await statusOf(ada)]).toEqual([200, 200]);
    const body = { currentPassword: ada.password, newPassword: 'a different secret' };
    expect((await ada.call('/v1/profile/password', { body })).status).toBe(204);
    expect([await statusOf(other), await statusOf(ada)]).toEqual([401, 200]);

    const old = { email: ada.email, password: ada.password };
    expect((await createClient().call('/v1/auth/sign-in', { body: old })).status).toBe(401);
    const fresh = { email: ada.email, password: body.newPassword };
    expect((await createClient().call('/v1/auth/sign-in', { body: fresh })).status).toBe(200);
  });

  it('is refused without the current password, and changes nothing', async () => {
    const ada = await signUp();
    const other = await signInAgain(ada);
    const body = { currentPassword: 'a wrong guess', newPassword: 'a different secret' };
    const reply = await ada.call('/v1/profile/password', { body });
    expect(reply).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials', errors: [{ path: 'body.currentPassword' }] },
    });
    expect(await statusOf(other)).toBe(200);
    await signInAgain(ada);
  });

  it('is told again under the same key, though the current password is no longer right', async () => {
    const ada = await signUp();
    const body = { currentPassword: ada.password, newPassword: 'a different secret' };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const path = '/v1/profile/password';
    expect((await ada.call(path, { body, headers })).headers.has('idempotent-replayed')).toBe(false);
    const again = await ada.call(path, { body, headers });
    expect(again.status).toBe(204);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(
      await countRows('activity_logs', `actor_id = $1 and action = 'password.changed'`, [ada.userId]),
    ).toBe(1);
  });
});

describe('what is said about an account', () => {
  it('holds no session token, neither in a body nor in the logs', async () => {
    const lines: string[] = [];
    for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => void lines.push(parts.join(' ')));
    }
    const ada = await signUp();
    const other = await signInAgain(ada);
    const link = await insertLink(ada.userId, '1 minute');
    const linked = createClient();
    const bodies = [
      await (await linked.send('/v1/auth/sign-in-link', { body: { token: link } })).text(),
      await (await ada.send('/v1/sessions')).text(),
      await (
        await ada.send('/v1/profile/password', { body: { currentPassword: link, newPassword: link } })
      ).text(),
      await (await createClient().send(`/v1/nothing/${link}`)).text(),
    ];
    const { data } = (await ada.call<Sessions>('/v1/sessions')).body;
    expect(data).toHaveLength(3);
    expect(lines.length).toBeGreaterThanOrEqual(7);
    const said = lines.join('\n') + bodies.slice(0, 3).join('\n');
    const secrets = [ada, other, linked].map(({ cookie }) => cookie.split('=')[1] ?? '');
    for (const secret of [...secrets, link, ada.password, 'scrypt$']) {
      expect(secret.length).toBeGreaterThan(5);
      expect(said).not.toContain(secret);
    }
  });
});
