/**
 * Stands before the bundle of every contender. What is fetched goes to the network straight: Miniflare has a Worker of
 * its own before it, which nothing has in production. It counts what goes out to either store, and tells that, with what
 * Redis was asked last, at `/bench/calls`. Copied into a folder beside the bundle's index.js.
 */
// @ts-expect-error It is there when this runs.
import worker from '../index.js';
// @ts-expect-error As above.
export * from '../index.js';

const calls = { redis: 0, database: 0, /** @type {string | null} */ askedOfRedis: null };
let isStraight = false;

/** @template T @param {T & { NETWORK: { fetch: typeof fetch }, UPSTASH_REDIS_REST_URL: string }} env */
function straight(env) {
  if (isStraight) return env;
  isStraight = true;
  globalThis.fetch = async (input, init) => {
    const url = typeof input === 'string' ? input : String(input instanceof Request ? input.url : input);
    if (!url.startsWith(env.UPSTASH_REDIS_REST_URL)) calls.database++;
    else {
      calls.redis++;
      if (typeof init?.body === 'string') calls.askedOfRedis = init.body;
    }
    return await env.NETWORK.fetch(input, init);
  };
  return env;
}

export default {
  /** @param {Request} request @param {any} env @param {unknown} ctx */
  fetch(request, env, ctx) {
    if (request.url.endsWith('/bench/calls')) return Response.json(calls);
    return worker.fetch(request, straight(env), ctx);
  },
  /** @param {unknown} batch @param {any} env @param {unknown} ctx */
  queue: (batch, env, ctx) => worker.queue(batch, straight(env), ctx),
  /** @param {unknown} event @param {any} env @param {unknown} ctx */
  scheduled: (event, env, ctx) => worker.scheduled(event, straight(env), ctx),
};
