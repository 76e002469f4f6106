/**
 * What a fault proxy does to whoever talks to its server through it. Modes that need no more than the socket:
 *
 * - ok: passes everything on.
 * - down: nobody listens; a connection is refused.
 * - reset: breaks every connection as soon as it is made.
 * - black-hole: takes requests and never answers.
 * - half-open: as a server that has lost its power. Connections stay open, also those that were kept alive, and nothing
 *   comes of them any more, not even their end. They stay dead when the mode changes; only other ones work then.
 * - slow: the whole answer comes, later by the latency that was set.
 * - drip: the answer comes byte by byte, too slowly to end within any deadline.
 * - cut: the answer comes, but its connection ends in the middle of it.
 * - lose-reply: passes the request on and breaks the connection when the answer comes.
 *
 * Modes that speak HTTP:
 *
 * - error: 500 with a text.
 * - garbage: 200 with something that is not JSON.
 * - wrong-types: 200 with well-formed JSON and as many answers as there were commands or queries, but none of them of a
 *   type that its command or query has.
 * - partial: the request takes effect, and of a pipeline's (or batch's) answers the last half is missing; of a single
 *   command the result.
 * - unauthorized: Upstash's 401, or Neon's refusal of the password (28P01).
 * - out-of-memory: Redis refuses whatever may take memory, scripts included, and still reads and deletes; Postgres
 *   refuses everything (53200).
 */
export const FAULT_MODES = [
  'ok',
  'down',
  'reset',
  'black-hole',
  'half-open',
  'slow',
  'drip',
  'cut',
  'lose-reply',
  'error',
  'garbage',
  'wrong-types',
  'partial',
  'unauthorized',
  'out-of-memory',
] as const;

export type FaultMode = (typeof FAULT_MODES)[number];

/** Above every deadline of a call to Redis, below those of Postgres. */
export const DEFAULT_LATENCY_MS = 1_000;
