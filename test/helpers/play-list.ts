import pg from 'pg';
import { PASSWORD } from './password.ts';
import type { Stores } from './stores.ts';

/** What two people of a project do: ada owns it, tom is told of nothing and looks at what there is. */
export const STEPS = [
  'ada reads',
  'ada renames',
  'ada labels',
  'ada makes tom an editor',
  'ada makes tom a viewer',
  'tom reads',
  'tom lists',
  'tom describes',
  'tom signs in again',
  'tom signs out there',
  'tom reads there',
] as const;
export type Step = (typeof STEPS)[number];

/** What a client can tell one deployment from another by; ids are named in their order, times left out. */
export interface Answer {
  step: Step;
  status: number;
  body: string;
  /** What is left of the caller's requests. */
  limit: string | null;
}

/** The Worker that gets the nth request. */
export type Spread = (nth: number) => string;

const ID = /\b[a-z]{3,4}_[0-9a-z]{26}\b/g;
const TIME = /"\d{4}-\d\d-\d\dT[\d:.]+Z"/g;
const SETTLE_MS = 30_000;

interface Session {
  token: string;
  bookmark: string | null;
}

/**
 * Plays the steps with two new people and a new project, one request after the other, and waits after each change until
 * all have heard of it: so that the answers depend on the steps alone. Limits are counted by the minute, so a play in
 * which one ends is played again.
 */
export async function playList(stores: Stores, steps: readonly Step[], spread: Spread): Promise<Answer[]> {
  for (;;) {
    const minute = Math.floor(Date.now() / 60_000);
    const answers = await playOnce(stores, steps, spread);
    if (Math.floor(Date.now() / 60_000) === minute) return answers;
  }
}

async function playOnce(stores: Stores, steps: readonly Step[], spread: Spread): Promise<Answer[]> {
  const primary = new pg.Client(stores.addresses.superuserUrl);
  const replica = new pg.Client(stores.variables['DATABASE_REPLICA_URL'] ?? '');
  try {
    await Promise.all([primary.connect(), replica.connect()]);
    return await playWith({ primary, replica }, steps, spread);
  } finally {
    await Promise.all([primary.end(), replica.end()]);
  }
}

/** Connections that see what the Worker has left in the database. */
interface Databases {
  primary: pg.Client;
  replica: pg.Client;
}

async function playWith(databases: Databases, steps: readonly Step[], spread: Spread): Promise<Answer[]> {
  const mark = crypto.randomUUID();
  let sent = 0;
  const call = async (session: Session, method: string, path: string, body?: object, isUntold = false) => {
    const url = new URL(path, spread(sent++));
    // Named by the port, so that Workers of one machine stay apart.
    const headers = new Headers({ cookie: `darkroom_session_${url.port}=${session.token}` });
    if (body) headers.set('content-type', 'application/json');
    if (session.bookmark && !isUntold) headers.set('darkroom-bookmark', session.bookmark);
    const response = await fetch(url, {
      method,
      headers,
      signal: AbortSignal.timeout(60_000),
      ...(body && { body: JSON.stringify(body) }),
    });
    session.bookmark = response.headers.get('darkroom-bookmark') ?? session.bookmark;
    for (const cookie of response.headers.getSetCookie())
      session.token = /^darkroom_session_\d+=([^;]*)/.exec(cookie)?.[1] ?? session.token;
    const text = await response.text();
    if (method !== 'GET') await settle(databases);
    return { status: response.status, text, limit: response.headers.get('ratelimit') };
  };
  const signUp = async (name: string) => {
    const session: Session = { token: '', bookmark: null };
    const account = { email: `${name}-${mark}@test.example`, password: PASSWORD, name };
    const { text } = await call(session, 'POST', '/v1/auth/sign-up', account);
    const { user } = JSON.parse(text) as { user: { id: string } };
    return { session, userId: user.id };
  };

  const [ada, tom] = [await signUp('ada'), await signUp('tom')];
  const there: Session = { token: '', bookmark: null };
  const created = await call(ada.session, 'POST', '/v1/projects', { name: 'project' });
  const { id: projectId } = JSON.parse(created.text) as { id: string };
  await databases.primary.query(
    `insert into project_members (project_id, user_id, role) values ($1, $2, 'viewer')`,
    [projectId, tom.userId],
  );
  const project = `/v1/projects/${projectId}`;
  const membership = `${project}/members/${tom.userId}`;
  const signIn = { email: `tom-${mark}@test.example`, password: PASSWORD };
  const play = async (step: Step, nth: number) => {
    switch (step) {
      case 'ada reads':
        return await call(ada.session, 'GET', project);
      case 'ada renames':
        return await call(ada.session, 'PATCH', project, { name: `name ${nth}` });
      case 'ada labels':
        return await call(ada.session, 'PATCH', project, { labels: [`label ${nth}`] });
      case 'ada makes tom an editor':
        return await call(ada.session, 'PATCH', membership, { role: 'editor' });
      case 'ada makes tom a viewer':
        return await call(ada.session, 'PATCH', membership, { role: 'viewer' });
      case 'tom reads':
        return await call(tom.session, 'GET', project, undefined, true);
      case 'tom lists':
        return await call(tom.session, 'GET', '/v1/projects', undefined, true);
      case 'tom describes':
        return await call(tom.session, 'PATCH', project, { description: `by tom, ${nth}` });
      case 'tom signs in again':
        return await call(there, 'POST', '/v1/auth/sign-in', signIn);
      case 'tom signs out there': {
        const { token } = there;
        const answer = await call(there, 'POST', '/v1/auth/sign-out');
        // Whoever has copied it may still try.
        there.token = token;
        return answer;
      }
      case 'tom reads there':
        return await call(there, 'GET', project, undefined, true);
    }
  };

  await settle(databases);
  const names = new Map<string, string>();
  const nameOf = (id: string) => {
    const name = names.get(id) ?? `id ${names.size}`;
    names.set(id, name);
    return name;
  };
  const answers: Answer[] = [];
  for (const [nth, step] of steps.entries()) {
    const { status, text, limit } = await play(step, nth);
    const withoutRequest = text.replace(/"requestId":"[^"]*"/, '');
    const body = withoutRequest.replaceAll(mark, '').replace(TIME, '"time"').replace(ID, nameOf);
    // Attempts at signing in are counted by address, and this machine has one.
    const isAccount = limit?.startsWith('"free"') ?? false;
    answers.push({ step, status, body, limit: isAccount ? (/r=\d+/.exec(limit ?? '')?.[0] ?? null) : null });
  }
  return answers;
}

/** Waits until what follows a commit is done, and the replica has it. */
async function settle({ primary, replica }: Databases): Promise<void> {
  const end = Date.now() + SETTLE_MS;
  for (;;) {
    const { rows: made } = await primary.query<{ lsn: string; waiting: number }>(
      `select pg_current_wal_lsn() as lsn, (select count(*)::integer from outbox where done_at is null) as waiting`,
    );
    const { rows: had } = await replica.query<{ hasAll: boolean }>(
      'select pg_last_wal_replay_lsn() >= $1::pg_lsn as "hasAll"',
      [made[0]?.lsn],
    );
    if (made[0]?.waiting === 0 && had[0]?.hasAll === true) return;
    if (Date.now() > end) throw new Error('What follows a commit was not done in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
