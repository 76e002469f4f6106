/** Every kind of key in Redis, with the time it lives, in seconds. */
export const NAMESPACES = {
  /** SessionRecord by the SHA-256 of the token; a mark instead, for longer, by that or by the id once it was ended. */
  session: { prefix: 'session', ttlSeconds: 60 },
} as const;

export function cacheKey(namespace: keyof typeof NAMESPACES, id: string): string {
  return `darkroom:${NAMESPACES[namespace].prefix}:${id}`;
}
