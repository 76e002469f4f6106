import type { Actor, ApiKeyScope } from '../context.ts';
import { AppError } from '../errors/app-error.ts';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Errors: `forbidden` when the actor is an API key whose scopes leave this method out. */
export function requireScope(actor: Actor, method: string): void {
  if (actor.kind !== 'apiKey') return;
  const needed: ApiKeyScope = READING.has(method) ? 'read' : 'write';
  if (actor.scopes.includes(needed)) return;
  throw new AppError('forbidden', `This API key has no scope ${needed}.`, {
    // RFC 6750, 3.1
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${needed}"` },
  });
}
