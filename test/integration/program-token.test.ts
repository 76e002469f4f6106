import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, inject, it } from 'vitest';
import { hashToken } from '../../src/domain/account/session-token.ts';
import { newId } from '../../src/lib/id.ts';
import { type Call, createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { problemOf } from '../helpers/problem.ts';
import { countRows, sqlAsSuperuser } from '../helpers/sql.ts';

interface Tokens {
  accessToken: string;
  tokenType: string;
  expiresIn: number;
  refreshToken: string;
  refreshExpiresAt: string;
}

type Key = Record<string, string>;

const ISSUER = 'http://darkroom.test';
const DAY_MS = 24 * 60 * 60 * 1000;

function signingKeys(): Key[] {
  return JSON.parse(inject('variables')['TOKEN_SIGNING_KEYS'] ?? '[]');
}

async function signIn(person: Person): Promise<Tokens> {
  const { email, password } = person;
  const reply = await createClient().call<Tokens>('/v1/auth/token', {
    body: { email, password },
    headers: { 'user-agent': 'darkroom-sync/1.0' },
  });
  expect(reply.status).toBe(200);
  return reply.body;
}

async function refresh(refreshToken: string) {
  return await createClient().call<Tokens>('/v1/auth/token/refresh', { body: { refreshToken } });
}

async function profileStatus(accessToken: string, call: Call = {}): Promise<number> {
  const headers = { ...call.headers, authorization: `Bearer ${accessToken}` };
  return (await createClient().send('/v1/profile', { ...call, headers })).status;
}

function sessionOf(tokens: Tokens): string {
  return String(decodeJwt(tokens.accessToken)['sid']);
}

/** As if a used token had been used `seconds` ago. */
async function age(tokens: Tokens, seconds: number): Promise<void> {
  await sqlAsSuperuser(
    `update refresh_tokens set used_at = used_at - make_interval(secs => $2) where session_id = $1`,
    [sessionOf(tokens), seconds],
  );
}

describe('a program', () => {
  it('gets tokens for e-mail and password, and is its person with them', async () => {
    const ada = await signUp('Ada');
    const tokens = await signIn(ada);
    expect(tokens).toMatchObject({
      tokenType: 'Bearer',
      expiresIn: 600,
      refreshToken: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });
    expect(Date.parse(tokens.refreshExpiresAt) - Date.now()).toBeGreaterThan(29 * DAY_MS);
    const program = createClient();
    const headers = { authorization: `Bearer ${tokens.accessToken}` };
    const reply = await program.call('/v1/profile', { headers });
    expect(reply).toMatchObject({ status: 200, body: { id: ada.userId } });
    expect(reply.headers.has('set-cookie')).toBe(false);
    const made = await program.call('/v1/projects', { body: { name: 'By a program' }, headers });
    expect(made.status).toBe(201);
    expect((await ada.call('/v1/projects')).body).toMatchObject({ data: [{ name: 'By a program' }] });
  });

  it('is not let in by a wrong password, with the words of a sign-in', async () => {
    const ada = await signUp();
    for (const body of [
      { email: ada.email, password: 'wrong password' },
      { email: `nobody-${crypto.randomUUID()}@test.example`, password: ada.password },
    ]) {
      expect(await problemOf('/v1/auth/token', { body })).toMatchObject({
        status: 401,
        code: 'invalid_credentials',
        detail: 'The e-mail or the password is wrong.',
      });
    }
    expect(await countRows('sessions', `user_id = $1 and kind = 'program'`, [ada.userId])).toBe(0);
  });

  it('is counted among attempts, by the account for wrong passwords', async () => {
    const ada = await signUp();
    const statuses: number[] = [];
    for (let count = 0; count < 21; count++) {
      const body = { email: ada.email, password: 'a guess' };
      statuses.push((await createClient().send('/v1/auth/token', { body })).status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(statuses.at(-1)).toBe(429);
    // The console's sign-in counts the same account.
    const body = { email: ada.email, password: ada.password };
    expect((await createClient().send('/v1/auth/sign-in', { body })).status).toBe(429);
    const response = await createClient().send('/v1/auth/token/refresh', { body: { refreshToken: 'x' } });
    expect(response.headers.get('ratelimit-policy')).toContain('"sign-in"');
  });

  it.each([
    ['/v1/auth/token', { email: 'a@test.example' }, 'body.password'],
    ['/v1/auth/token', { email: 'a@test.example', password: 'x', scope: 'all' }, 'body'],
    ['/v1/auth/token/refresh', {}, 'body.refreshToken'],
    ['/v1/auth/token/refresh', { refreshToken: '' }, 'body.refreshToken'],
    ['/v1/auth/token/refresh', { refreshToken: 'x'.repeat(201) }, 'body.refreshToken'],
  ])('that sends a malformed request to %s is told so: %j', async (path, body, field) => {
    expect(await problemOf(path, { body })).toMatchObject({ status: 400, errors: [{ path: field }] });
  });
});

describe('an access token', () => {
  it('can be checked by anybody with the published keys', async () => {
    const ada = await signUp();
    const tokens = await signIn(ada);
    const response = await createClient().send('/.well-known/jwks.json');
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    const { keys } = await response.json<{ keys: Key[] }>();
    expect(keys.map(({ kid }) => kid)).toEqual(['tests-new', 'tests-old']);
    expect(keys.every((key) => key['d'] === undefined && key['alg'] === 'ES256')).toBe(true);
    expect(decodeProtectedHeader(tokens.accessToken)).toEqual({
      alg: 'ES256',
      kid: 'tests-new',
      typ: 'at+jwt',
    });
    const key = await importJWK(keys[0] ?? {}, 'ES256');
    const { payload } = await jwtVerify(tokens.accessToken, key, { issuer: ISSUER, audience: ISSUER });
    expect(payload).toEqual({
      iss: ISSUER,
      aud: ISSUER,
      sub: ada.userId,
      sid: expect.stringMatching(/^ses_/),
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 600,
    });
  });

  it('is good as long as its key is published, whichever key signs', async () => {
    const ada = await signUp();
    const [newer, older] = signingKeys();
    const body = { email: ada.email, password: ada.password };
    const before = { TOKEN_SIGNING_KEYS: JSON.stringify([older]) };
    const reply = await createClient().call<Tokens>('/v1/auth/token', { body, variables: before });
    expect(decodeProtectedHeader(reply.body.accessToken).kid).toBe('tests-old');
    expect(await profileStatus(reply.body.accessToken)).toBe(200);
    const after = { TOKEN_SIGNING_KEYS: JSON.stringify([newer]) };
    expect(await profileStatus(reply.body.accessToken, { variables: after })).toBe(401);
  });

  it('is refused when anything about it is wrong, with 401 and WWW-Authenticate', async () => {
    const ada = await signUp();
    const tokens = await signIn(ada);
    const [newer = {}, older = {}] = signingKeys();
    const now = Math.floor(Date.now() / 1000);
    const good = { ...decodeJwt(tokens.accessToken) };
    const header = { alg: 'ES256', kid: 'tests-new', typ: 'at+jwt' };
    const sign = async (claims: object, head: object = {}, key: Key = newer) =>
      await new SignJWT({ ...good, ...claims })
        .setProtectedHeader({ ...header, ...head })
        .sign(await importJWK(key, 'ES256'));
    const encode = (value: object) => btoa(JSON.stringify(value)).replaceAll('=', '');
    const [, payload = '', signature = ''] = tokens.accessToken.split('.');
    const secret = new TextEncoder().encode(JSON.stringify(newer));
    expect(await profileStatus(await sign({}))).toBe(200);
    const bad = {
      nothing: '',
      noise: 'noise',
      expired: await sign({ iat: now - 700, exp: now - 1 }),
      'without an end': await sign({ exp: undefined }),
      'of another issuer': await sign({ iss: 'https://evil.example' }),
      'for another audience': await sign({ aud: 'https://other.example' }),
      'of another kind': await sign({}, { typ: 'JWT' }),
      'of another key': await sign({}, {}, older),
      'of an unknown key': await sign({}, { kid: 'unknown' }),
      'of no key': await sign({}, { kid: undefined }),
      'for nobody': await sign({ sub: 'admin' }),
      'without a session': await sign({ sid: undefined }),
      unsigned: `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      'signed by nothing': `${encode(header)}.${payload}.`,
      'with another claim': `${encode(header)}.${encode({ ...good, sub: newId('usr') })}.${signature}`,
      'signed with a secret': await new SignJWT(good)
        .setProtectedHeader({ ...header, alg: 'HS256' })
        .sign(secret),
      'a refresh token': tokens.refreshToken,
    };
    for (const [name, token] of Object.entries(bad)) {
      const headers = { authorization: `Bearer ${token}` };
      const problem = await problemOf('/v1/profile', { headers });
      expect([name, problem.status, problem.code]).toEqual([name, 401, 'unauthenticated']);
      expect(problem.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    }
  });

  it('counts before a cookie, which then is neither used nor touched', async () => {
    const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
    const { accessToken } = await signIn(ada);
    const headers = { authorization: `bearer ${accessToken}` };
    expect((await ben.call('/v1/profile', { headers })).body).toMatchObject({ name: 'Ada' });
    const response = await ben.send('/v1/profile', { headers: { authorization: 'Bearer bad' } });
    expect(response.status).toBe(401);
    expect(response.headers.has('set-cookie')).toBe(false);
    expect((await ben.call('/v1/profile')).body).toMatchObject({ name: 'Ben' });
  });

  it('is no way around the refusal of other sites, and other schemes are nobody’s', async () => {
    const ada = await signUp();
    const { accessToken } = await signIn(ada);
    const headers = { authorization: `Bearer ${accessToken}`, origin: 'https://evil.example' };
    const call = { method: 'PATCH', body: { name: 'Eve' }, headers };
    expect(await problemOf('/v1/profile', call)).toMatchObject({ status: 403, code: 'cross_origin' });
    expect((await ada.call('/v1/profile', { headers: { authorization: 'Basic eDp5' } })).status).toBe(200);
  });

  it('reaches what its person may, and nothing of others', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const project = await createProject(ada);
    const { accessToken } = await signIn(eve);
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await createClient().send(`/v1/projects/${project}`, { headers })).status).toBe(404);
  });
});

describe('a refresh token', () => {
  it('is exchanged for the next one, again and again, and prolongs the session', async () => {
    const ada = await signUp();
    let tokens = await signIn(ada);
    const session = sessionOf(tokens);
    await sqlAsSuperuser(`update sessions set expires_at = now() + interval '1 day' where id = $1`, [
      session,
    ]);
    const seen = new Set([tokens.refreshToken]);
    for (let count = 0; count < 3; count++) {
      const reply = await refresh(tokens.refreshToken);
      expect(reply).toMatchObject({ status: 200, body: { tokenType: 'Bearer', expiresIn: 600 } });
      expect(reply.headers.get('cache-control')).toBe('no-store');
      tokens = reply.body;
      expect(sessionOf(tokens)).toBe(session);
      seen.add(tokens.refreshToken);
    }
    expect(seen.size).toBe(4);
    expect(await profileStatus(tokens.accessToken)).toBe(200);
    expect(
      await countRows('sessions', `id = $1 and expires_at > now() + interval '29 days'`, [session]),
    ).toBe(1);
    for (const token of seen) {
      const stored = `encode(token_hash, 'hex') = $1`;
      expect(await countRows('refresh_tokens', stored, [await hashToken(token)])).toBe(1);
    }
  });

  it('used a second time ends the session, and with it every token that it gave', async () => {
    const ada = await signUp();
    const first = await signIn(ada);
    const second = (await refresh(first.refreshToken)).body;
    await age(first, 11);
    expect(await profileStatus(second.accessToken)).toBe(200);
    expect(await refresh(first.refreshToken)).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials' },
    });
    expect((await refresh(second.refreshToken)).status).toBe(401);
    for (const { accessToken } of [first, second]) expect(await profileStatus(accessToken)).toBe(401);
    expect(await countRows('sessions', 'id = $1', [sessionOf(first)])).toBe(0);
    expect(
      await countRows('activity_logs', `action = 'session.reused' and subject_id = $1`, [ada.userId]),
    ).toBe(1);
  });

  it('used a second time within ten seconds, because the answer was lost, is answered the same way', async () => {
    const ada = await signUp();
    const first = await signIn(ada);
    const lost = (await refresh(first.refreshToken)).body;
    await age(first, 8);
    const again = await refresh(first.refreshToken);
    expect(again).toMatchObject({ status: 200, body: { refreshToken: lost.refreshToken } });
    expect((await refresh(lost.refreshToken)).status).toBe(200);
    // Its successor has been used: the answer had arrived.
    expect((await refresh(first.refreshToken)).status).toBe(401);
    expect(await countRows('sessions', 'id = $1', [sessionOf(first)])).toBe(0);
  });

  it('sent many times at once makes one successor', async () => {
    const ada = await signUp();
    const first = await signIn(ada);
    const replies = await Promise.all(Array.from({ length: 8 }, () => refresh(first.refreshToken)));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(new Set(replies.map(({ body }) => body.refreshToken)).size).toBe(1);
    expect(await countRows('refresh_tokens', 'session_id = $1', [sessionOf(first)])).toBe(2);
  });

  it('that is unknown, has expired or belongs to an ended session is refused', async () => {
    const ada = await signUp();
    const [old, ended] = [await signIn(ada), await signIn(ada)];
    await sqlAsSuperuser(
      `update refresh_tokens set expires_at = now() - interval '1 second' where session_id = $1`,
      [sessionOf(old)],
    );
    await ada.call(`/v1/sessions/${sessionOf(ended)}`, { method: 'DELETE' });
    for (const token of [
      'unknown',
      '\u0000',
      old.refreshToken,
      ended.refreshToken,
      old.accessToken.slice(0, 200),
    ]) {
      expect((await refresh(token)).status).toBe(401);
    }
  });

  it('opens nothing as a cookie', async () => {
    const { refreshToken } = await signIn(await signUp());
    const client = createClient();
    client.cookie = `darkroom_session=${refreshToken}`;
    expect((await client.call('/v1/profile')).status).toBe(401);
  });
});

describe('the session of a program', () => {
  it('is listed as one, and ends with its access token when it is ended', async () => {
    const ada = await signUp();
    const { accessToken, ...tokens } = await signIn(ada);
    const sessions = (await ada.call<{ data: object[] }>('/v1/sessions')).body.data;
    expect(sessions).toMatchObject([
      { kind: 'program', userAgent: 'darkroom-sync/1.0', current: false },
      { kind: 'browser', current: true },
    ]);
    const headers = { authorization: `Bearer ${accessToken}` };
    const own = await createClient().call<{ data: { current: boolean }[] }>('/v1/sessions', { headers });
    expect(own.body.data.map(({ current }) => current)).toEqual([true, false]);
    const id = sessionOf({ accessToken, ...tokens });
    expect((await ada.call(`/v1/sessions/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await profileStatus(accessToken)).toBe(401);
    const eve = await signUp();
    expect(
      (await eve.call(`/v1/sessions/${sessionOf(await signIn(ada))}`, { method: 'DELETE' })).status,
    ).toBe(404);
  });

  it('ends with a change of the password', async () => {
    const ada = await signUp();
    const tokens = await signIn(ada);
    const body = { currentPassword: ada.password, newPassword: 'another horse battery' };
    expect((await ada.call('/v1/profile/password', { body })).status).toBe(204);
    expect(await profileStatus(tokens.accessToken)).toBe(401);
    expect((await refresh(tokens.refreshToken)).status).toBe(401);
    expect((await ada.call('/v1/profile')).status).toBe(200);
  });

  it('ends when the program signs out', async () => {
    const tokens = await signIn(await signUp());
    const headers = { authorization: `Bearer ${tokens.accessToken}` };
    expect((await createClient().send('/v1/auth/sign-out', { method: 'POST', headers })).status).toBe(204);
    expect(await profileStatus(tokens.accessToken)).toBe(401);
    expect((await refresh(tokens.refreshToken)).status).toBe(401);
  });

  it('of an account that is gone makes nothing', async () => {
    const ada = await signUp();
    const { accessToken } = await signIn(ada);
    await sqlAsSuperuser('delete from profiles where id = $1', [ada.userId]);
    const headers = { authorization: `Bearer ${accessToken}` };
    const made = await createClient().call('/v1/projects', { body: { name: 'Of nobody' }, headers });
    expect(made).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('is looked up in the database while Redis does not answer', async () => {
    const redis = await openFaultyStore('redis');
    const ada = await signUp();
    const [kept, ended] = [await signIn(ada), await signIn(ada)];
    await redis.set('reset');
    const { variables } = redis;
    await ada.call(`/v1/sessions/${sessionOf(ended)}`, { method: 'DELETE', variables });
    expect(await profileStatus(kept.accessToken, { variables })).toBe(200);
    expect(await profileStatus(ended.accessToken, { variables })).toBe(401);
  });
});
