import { type SQL, sql } from 'drizzle-orm';
import type { OutboxMessage } from '../../queues/outbox.ts';

/** Takes the copies of a public project's page and images away, wherever they are kept. */
export function purgeProject(projectId: string): OutboxMessage {
  return { topic: 'copies.purge', payload: { tags: [`project:${projectId}`] } };
}

/** The same for the entered project, if it is public. */
export function purgeTenant(onlyIf: SQL = sql`true`): OutboxMessage {
  return {
    topic: 'copies.purge',
    payload: sql`select jsonb_build_object('tags', jsonb_build_array('project:' || app.tenant()))`,
    onlyIf: sql`${onlyIf} and exists (select from app.public_project(app.tenant()))`,
  };
}
