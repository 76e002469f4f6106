import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../../src/context.ts';
import { memberEvents } from '../../../src/domain/project/member-events.ts';

/** Of a request only the caller is read. */
const CTX = { actor: { kind: 'user', userId: 'usr_ada', sessionId: 'ses_1' } } as RequestContext;

function render(messages: ReturnType<typeof memberEvents>) {
  const dialect = new PgDialect();
  return messages.map(({ topic, payload, onlyIf }) => ({
    topic,
    params: dialect.sqlToQuery(payload).params,
    onlyIf: dialect.sqlToQuery(onlyIf).sql,
  }));
}

describe('what a room is told of its members', () => {
  it('is that they have changed, and by whom', () => {
    expect(render(memberEvents(CTX, { projectId: 'prj_1' }))).toEqual([
      { topic: 'room.publish', params: ['prj_1', 'usr_ada', 'members.changed'], onlyIf: 'true' },
    ]);
  });

  it.each([
    ['removed', 4003],
    ['changed', 4001],
  ] as const)('is also whose sockets to close, who was %s', (why, code) => {
    const messages = memberEvents(CTX, { projectId: 'prj_1', dismissed: { userId: 'usr_ben', why } });
    expect(render(messages)[1]).toEqual({
      topic: 'room.dismiss',
      params: ['prj_1', 'usr_ben', code],
      onlyIf: 'true',
    });
  });

  it('is nothing when nothing changed', () => {
    const onlyIf = sql`1 > 2`;
    const messages = memberEvents(CTX, {
      projectId: 'prj_1',
      dismissed: { userId: 'usr_ben', why: 'changed' },
      onlyIf,
    });
    expect(render(messages).map((message) => message.onlyIf)).toEqual(['1 > 2', '1 > 2']);
  });
});
