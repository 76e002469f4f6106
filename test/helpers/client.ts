import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { inject } from 'vitest';
import { hashToken, newToken, SESSION_LIFETIME_MS } from '../../src/domain/account/session-token.ts';
import worker from '../../src/index.ts';
import { newId } from '../../src/lib/id.ts';
import { buildPublicApp } from '../../src/public-app.ts';
import { CHEAP_HASH, PASSWORD } from './password.ts';

const ORIGIN = 'http://darkroom.test';

export interface Call {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Sent as it is, with the content type of `headers`. */
  raw?: BodyInit;
  /** Instead of the variables and bindings of the stack. */
  variables?: Record<string, unknown>;
  /** Aborts when the client goes. */
  signal?: AbortSignal;
  /** Reply at once, without what goes on in the background. */
  leaveBackground?: boolean;
  /** Sends no bookmark but that of the cookie: whoever asks has not been told of anything. */
  isUntold?: boolean;
}

export interface Reply<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

/**
 * Talks to the Worker as one browser does: it keeps the cookies. It is told of everything, as a teammate is by the room:
 * what anybody has done before a read, that read finds.
 */
export interface Client {
  send(path: string, call?: Call): Promise<Response>;
  call<T = Record<string, unknown>>(path: string, call?: Call): Promise<Reply<T>>;
  /** That of the session. */
  cookie: string;
  /** That of the bookmark. */
  bookmarkCookie: string;
}

/**
 * The first value of the first row of a statement. Not by the database client, whose endpoint is that of the Worker under
 * test.
 */
async function askDatabase(url: string, query: string, params: string[] = []): Promise<string> {
  const reply = await fetch(inject('variables')['NEON_FETCH_ENDPOINT'] ?? '', {
    method: 'POST',
    headers: { 'neon-connection-string': url, 'content-type': 'application/json' },
    body: JSON.stringify({ query, params }),
  });
  if (reply.status !== 200) throw new Error(`The database answers ${reply.status}: ${await reply.text()}`);
  const { rows } = await reply.json<{ rows: Record<string, string>[] }>();
  return Object.values(rows[0] ?? {})[0] ?? '';
}

/** The bookmark of everything that was done. */
async function bookmarkOfNow(): Promise<string> {
  return await askDatabase(
    inject('stores').appUrl,
    "select (at->>'epoch') || '.' || ((at->>'xmax')::bigint - 1) from app.position() at",
  );
}

/** Of 2001:db8::/32, which is for examples: a network of its own, so that no test uses up the attempts of another. */
function randomAddress(): string {
  const [a = 0, b = 0] = crypto.getRandomValues(new Uint16Array(2));
  return `2001:db8:${a.toString(16)}:${b.toString(16)}::1`;
}

/** As it came to the other Worker under the address that this one has. */
async function sendTo(url: string, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const sent = new Request(url + pathname + search, request);
  sent.headers.set('mf-original-url', request.url);
  return await fetch(sent);
}

export function createClient(): Client {
  const address = randomAddress();
  const takeCookies = (response: Response): Response => {
    for (const cookie of response.headers.getSetCookie()) {
      const value = /^[^=]+=;/.test(cookie) ? '' : (cookie.split(';')[0] ?? '');
      if (/^(__Host-)?darkroom_bookmark/.test(cookie)) client.bookmarkCookie = value;
      else client.cookie = value;
    }
    return response;
  };
  const client: Client = {
    cookie: '',
    bookmarkCookie: '',
    async send(path, call = {}) {
      const headers = new Headers(call.headers);
      if (!headers.has('cf-connecting-ip')) headers.set('cf-connecting-ip', address);
      const cookies = [client.cookie, client.bookmarkCookie].filter(Boolean);
      if (cookies.length > 0) headers.set('cookie', cookies.join('; '));
      if (call.body !== undefined) headers.set('content-type', 'application/json');
      const body = call.raw ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
      const method = call.method ?? (body === undefined ? 'GET' : 'POST');
      if (method === 'GET' && !call.isUntold && !headers.has('darkroom-bookmark'))
        headers.set('darkroom-bookmark', await bookmarkOfNow());
      const request = new Request(new URL(path, ORIGIN), {
        method,
        headers,
        redirect: 'manual',
        ...(body !== undefined && { body }),
        ...(call.signal && { signal: call.signal }),
      });
      const other = call.variables ? null : inject('otherWorkerUrl');
      if (other && request.url.startsWith(ORIGIN) && Math.random() < 0.5)
        return takeCookies(await sendTo(other, request));
      const context = createExecutionContext();
      if (call.variables) {
        // The runtime would give the entry point the variables of the stack.
        const variables = { ...env, ...call.variables };
        const PublicSite = {
          fetch: async (asked: Request) => await buildPublicApp().fetch(asked, variables, context),
          purge: async () => null,
        };
        Object.defineProperty(context, 'exports', { value: { PublicSite } });
      }
      const response = await worker.fetch(
        request as never,
        call.variables ? { ...env, ...call.variables } : env,
        context,
      );
      if (!call.leaveBackground) await waitOnExecutionContext(context);
      return takeCookies(response);
    },
    async call<T>(path: string, call: Call = {}) {
      const response = await client.send(path, call);
      const text = await response.text();
      const body = (text ? JSON.parse(text) : null) as T;
      return { status: response.status, headers: response.headers, body };
    },
  };
  return client;
}

export interface Person extends Client {
  userId: string;
  email: string;
  password: string;
}

let people = 0;

/**
 * A new person who is signed in: what a sign-up and its reply leave, without the fifth of a second that a password costs.
 * Most tests begin with it; the sign-up has tests of its own.
 */
export async function signUp(name = 'Test Person'): Promise<Person> {
  const client = createClient();
  const userId = newId('usr');
  const email = `person-${crypto.randomUUID()}-${people++}@test.example`;
  const token = newToken();
  const bookmark = await askDatabase(
    inject('stores').superuserUrl,
    `with person as (insert into profiles (id, email, name) values ($1, $2, $3)),
       password as (insert into credentials (user_id, password_hash) values ($1, $4)),
       session as (insert into sessions (id, user_id, token_hash, expires_at)
         values ($5, $1, decode($6, 'hex'), now() + $7::interval))
     select app.bookmark()`,
    [
      userId,
      email,
      name,
      CHEAP_HASH,
      newId('ses'),
      await hashToken(token),
      `${SESSION_LIFETIME_MS} milliseconds`,
    ],
  );
  client.cookie = `darkroom_session=${token}`;
  client.bookmarkCookie = `darkroom_bookmark=${bookmark}`;
  return Object.assign(client, { userId, email, password: PASSWORD });
}

export async function createProject(person: Client, name = 'Test project'): Promise<string> {
  const reply = await person.call<{ id: string }>('/v1/projects', { body: { name } });
  if (reply.status !== 201)
    throw new Error(`create project answered ${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply.body.id;
}
