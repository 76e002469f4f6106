/** A chunk has at least so many URLs of one host, if there are as many. */
const MIN_URLS = 10;
/** Short enough for a lease to be about little, and for what is found to be seen soon. */
const MAX_URLS = 50;
/** From the end of a chunk until another of its host is worked on. */
const REFILL_SECONDS = 2;
/** Chunks of one host on their way, worked on or waiting: one works while the other waits its turn. */
const MIN_CHUNKS = 2;

/**
 * URLs of a chunk that has one host alone: ten, and more only where hosts may be asked often, for each chunk costs a
 * handful of calls. app.assign_chunks plans them.
 */
export function laneChunkFor(requestsPerSecond: number): number {
  return Math.min(MAX_URLS, Math.max(MIN_URLS, Math.ceil(requestsPerSecond * REFILL_SECONDS)));
}

/** Chunks of one host that may be out at a time: of a host that may be asked often, as many as it takes to keep it busy. */
export function laneLimitFor(requestsPerSecond: number): number {
  return Math.max(
    MIN_CHUNKS,
    Math.ceil((requestsPerSecond * REFILL_SECONDS) / laneChunkFor(requestsPerSecond)),
  );
}
