/**
 * Stands before the bundle of every contender. What is fetched goes to the network straight: Miniflare has a Worker of
 * its own before it, which nothing has in production. Copied into a folder beside the bundle's index.js.
 */
// @ts-expect-error It is there when this runs.
import worker from '../index.js';
// @ts-expect-error As above.
export * from '../index.js';

let isStraight = false;

/** @template T @param {T & { NETWORK: { fetch: typeof fetch } }} env */
function straight(env) {
  if (!isStraight) globalThis.fetch = async (input, init) => await env.NETWORK.fetch(input, init);
  isStraight = true;
  return env;
}

export default {
  /** @param {unknown} request @param {any} env @param {unknown} ctx */
  fetch: (request, env, ctx) => worker.fetch(request, straight(env), ctx),
  /** @param {unknown} batch @param {any} env @param {unknown} ctx */
  queue: (batch, env, ctx) => worker.queue(batch, straight(env), ctx),
  /** @param {unknown} event @param {any} env @param {unknown} ctx */
  scheduled: (event, env, ctx) => worker.scheduled(event, straight(env), ctx),
};
