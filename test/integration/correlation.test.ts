import { describe, expect, it } from 'vitest';
import { DARKROOM, follow, lostAt, type Subject } from '../helpers/trail.ts';

const newId = () => `trail-${crypto.randomUUID()}`;

/** A copy without the id in one place. */
const copies: [string, (id: string) => Subject, string[]][] = [
  [
    'takes no id from its caller',
    () => ({
      ...DARKROOM,
      incoming: (headers) => (headers.delete('x-request-id'), headers),
    }),
    ['reply', 'problem', 'request log', 'activity', 'outbox', 'room frame', 'message of a chunk'],
  ],
  [
    'sends no id out',
    () => ({
      ...DARKROOM,
      outgoing: (request) => (request.headers.delete('x-request-id'), request),
    }),
    ['call of Postgres', 'call of Redis', 'call of Sentry'],
  ],
  [
    'writes no id down',
    (id) => ({
      ...DARKROOM,
      outgoing: (request) => ({ ...request, body: request.body.replaceAll(id, 'lost') }),
    }),
    ['Sentry tag', 'activity', 'outbox', 'room frame', 'message of a chunk', 'message of a source'],
  ],
  [
    'has no id in its messages',
    () => ({ ...DARKROOM, message: (body) => ({ ...body, requestId: null }) }),
    ['log of a consumer', 'dead letter of a chunk', 'dead letter of a source'],
  ],
];

describe('the id of a request', () => {
  it('is found wherever the request has come to', async () => {
    const id = newId();
    const trail = await follow(id, DARKROOM);
    expect(lostAt(id, trail), JSON.stringify(trail)).toEqual([]);
  });

  it.each(copies)('is missed in a copy that %s', async (_, copy, places) => {
    const id = newId();
    const lost = lostAt(id, await follow(id, copy(id)));
    for (const place of places) expect(lost).toContain(place);
  });
});
