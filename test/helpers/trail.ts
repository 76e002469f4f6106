import { createExecutionContext, createMessageBatch, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { inject, vi } from 'vitest';
import worker from '../../src/index.ts';
import { createProject, type Person, signUp } from './client.ts';
import { createJob, finishJob, startUndelivered } from './crawl.ts';
import { fakeCoordinators } from './fakes/coordinator.ts';
import { enterRoom } from './room-client.ts';
import { sqlAsSuperuser } from './sql.ts';
import { picture, upload } from './uploads.ts';

interface Outgoing {
  url: string;
  headers: Headers;
  body: string;
}

/** The Worker at its three edges, where a mutated copy loses the request id. */
export interface Subject {
  incoming(headers: Headers): Headers;
  outgoing(request: Outgoing): Outgoing;
  message(body: object): object;
}

export const DARKROOM: Subject = {
  incoming: (headers) => headers,
  outgoing: (request) => request,
  message: (body) => body,
};

/** Where nobody listens. */
const SENTRY = 'http://127.0.0.1:9/';

/** What was found at each place; a place where nothing was found has an empty list. */
export type Trail = Record<string, unknown[]>;

type LogLine = Record<string, unknown>;

/** Keeps what is logged and what goes out until `stop`. */
function observe(subject: Subject) {
  const lines: LogLine[] = [];
  const sent: Outgoing[] = [];
  const logged = (['info', 'warn', 'error'] as const).map((level) =>
    vi
      .spyOn(console, level)
      .mockImplementation((line: unknown) => void lines.push(JSON.parse(String(line)) as LogLine)),
  );
  const send = globalThis.fetch.bind(globalThis);
  const fetching = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    // The Worker asks Postgres, Redis and Sentry with a text; whatever else goes out is none of theirs.
    if (typeof input !== 'string' || typeof init?.body !== 'string') return await send(input, init);
    const { url, headers, body } = subject.outgoing({
      url: input,
      headers: new Headers(init.headers),
      body: init.body,
    });
    sent.push({ url, headers, body });
    return await send(url, { ...init, headers, body });
  });
  return { lines, sent, stop: () => [...logged, fetching].forEach((spy) => spy.mockRestore()) };
}

/**
 * Sends requests with one id through everything that carries it: replies, problems, logs, what goes out, activity and
 * outbox rows, a room, both queues by way of a job's coordinator, consumers, dead letters and the report of an error.
 */
export async function follow(id: string, subject: Subject): Promise<Trail> {
  const ada = await signUp();
  const project = await createProject(ada);
  const image = (await upload(ada, project, await picture())).body.id;
  const list = await createJob(ada, project, [`/image/${id}.jpg`]);
  const pages = await createPages(ada, project, id);
  const undelivered = await createJob(ada, project, [`/image/${id}-later.jpg`]);
  await startUndelivered(undelivered);
  const room = await enterRoom(ada, project);
  const { lines, sent, stop } = observe(subject);
  try {
    const send = (path: string, call: { method?: string; body?: object; env?: object } = {}) =>
      sendAs(ada, subject, id, path, call);
    const reply = await send(`/v1/images/${image}`, {
      method: 'PATCH',
      body: { revision: 0, review: 'keep' },
    });
    const problem = await send('/v1/images/none');
    const broken = {
      DATABASE_URL: inject('stores').serviceUrl,
      SENTRY_DSN: `${SENTRY.replace('//', '//key@')}1`,
    };
    const body = { email: 'ada@test.example', password: 'whatever' };
    await send('/v1/auth/sign-in', { method: 'POST', body, env: broken });
    for (const job of [list, pages]) {
      await send(`/v1/jobs/${job}/start`, { method: 'POST' });
      await finishJob(ada, job);
    }
    const chunk = { v: 1, jobId: undelivered, epoch: 1, chunk: 0, requestId: id };
    const source = { v: 1, jobId: undelivered, epoch: 1, source: 0, requestId: id };
    await deliverAs(subject, 'darkroom-crawl', [chunk]);
    await deliverAs(subject, 'darkroom-crawl-dead', [chunk, source]);
    const event = await room.until(() => room.events.find(({ type }) => type === 'images.reviewed'));
    await vi.waitFor(() => {
      for (const name of ['crawl_chunk', 'discover_source'])
        if (!lines.some(({ event, jobId }) => event === name && [list, pages].includes(String(jobId))))
          throw new Error(`${name} was not logged yet`);
    });

    const idsIn = (event: string, jobId: string) =>
      lines.filter((line) => line['event'] === event && line['jobId'] === jobId).map(requestIdOf);
    const idsTo = (server: string) =>
      sent.filter(({ url }) => url.startsWith(server)).map(({ headers }) => headers.get('x-request-id'));
    const reports = sent.filter(({ url }) => url.startsWith(SENTRY));
    return {
      reply: [reply.headers.get('x-request-id')],
      problem: [requestIdOf((await problem.json()) as LogLine)],
      'request log': lines
        .filter(({ event, status }) => event === 'request' && Number(status) >= 400)
        .map(requestIdOf),
      'error log': lines.filter(({ event }) => event === 'unexpected_error').map(requestIdOf),
      // Others go to the same stores: rooms, tests that have ended.
      'call of Postgres': only(id, idsTo(inject('variables')['NEON_FETCH_ENDPOINT'] ?? '-')),
      'call of Redis': only(id, idsTo(inject('variables')['UPSTASH_REDIS_REST_URL'] ?? '-')),
      'call of Sentry': idsTo(SENTRY),
      'Sentry tag': reports.map(({ body }) => /"request_id":"([^"]*)"/.exec(body)?.[1]),
      activity: await requestIdsOf('activity_logs', `subject_id = any($1) and action = 'job.started'`, [
        list,
        pages,
      ]),
      outbox: await requestIdsOf('outbox', `payload ->> 'jobId' = any($1)`, [list, pages]),
      'room frame': [event.requestId],
      'message of a chunk': idsIn('crawl_chunk', list),
      'message of a source': idsIn('discover_source', pages),
      'log of a consumer': idsIn('crawl_chunk', undelivered),
      'dead letter of a chunk': idsIn('crawl_dead_letter', undelivered),
      'dead letter of a source': idsIn('discover_dead_letter', undelivered),
    };
  } finally {
    stop();
    room.close();
  }
}

/** The places of a trail where the id is not, or not alone. */
export function lostAt(id: string, trail: Trail): string[] {
  return Object.entries(trail)
    .filter(([, found]) => found.length === 0 || found.some((one) => one !== id))
    .map(([place]) => place);
}

const requestIdOf = (line: LogLine): unknown => line['requestId'];
const only = (id: string, found: unknown[]): unknown[] => found.filter((one) => one === id);

async function requestIdsOf(table: string, condition: string, jobs: string[]): Promise<unknown[]> {
  const text = `select request_id from ${table} where ${condition}`;
  const rows = await sqlAsSuperuser<{ request_id: unknown }>(text, [`{${jobs.join(',')}}`]);
  return rows.map((row) => row.request_id);
}

async function createPages(person: Person, project: string, name: string): Promise<string> {
  const page = `${inject('stores').politeSiteUrl}/${name}.html`;
  const body = { kind: 'pages', pages: [page], options: {} };
  const reply = await person.call<{ id: string }>(`/v1/projects/${project}/jobs`, { body });
  return reply.body.id;
}

async function sendAs(
  person: Person,
  subject: Subject,
  id: string,
  path: string,
  { method = 'GET', body, env: more = {} }: { method?: string; body?: object; env?: object },
): Promise<Response> {
  const headers = new Headers({ cookie: person.cookie, 'x-request-id': id });
  if (body) headers.set('content-type', 'application/json');
  const request = new Request(`http://darkroom.test${path}`, {
    method,
    headers: subject.incoming(headers),
    ...(body && { body: JSON.stringify(body) }),
  });
  const context = createExecutionContext();
  const response = await worker.fetch(request as never, { ...env, ...more }, context);
  await waitOnExecutionContext(context);
  return response;
}

async function deliverAs(subject: Subject, queue: string, bodies: object[]): Promise<void> {
  const messages = bodies.map((body, index) => {
    return { id: `message-${index}`, timestamp: Date.now(), attempts: 1, body: subject.message(body) };
  });
  const { namespace } = fakeCoordinators();
  const context = createExecutionContext();
  await worker.queue(createMessageBatch(queue, messages), { ...env, CRAWL_COORDINATOR: namespace }, context);
  await waitOnExecutionContext(context);
}
