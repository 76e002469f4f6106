/**
 * Stands before the bundle of the Worker. Originals go to the sink, where the peers' go, by the same request; all else
 * of the bucket is its own. What is fetched goes to the network straight, as the peers' does: Miniflare has a Worker of
 * its own before it, which nothing has in production. Copied into a folder beside the bundle's index.js.
 */
// @ts-expect-error It is there when this runs.
import worker from '../index.js';
// @ts-expect-error As above.
export * from '../index.js';

const ORIGINALS = 'original/';

/**
 * @param {any} bucket
 * @param {{ fetch: typeof fetch }} sink
 */
function bucketWithSink(bucket, sink) {
  return {
    /** @param {string} key @param {Uint8Array} body @param {{ httpMetadata: { contentType: string } }} options */
    async put(key, body, options) {
      if (!key.startsWith(ORIGINALS)) return await bucket.put(key, body, options);
      const response = await sink.fetch(`http://sink/${key.slice(ORIGINALS.length)}`, {
        method: 'PUT',
        body,
        headers: { 'content-type': options.httpMetadata.contentType },
      });
      if (response.status !== 204)
        throw new Error(`the sink answered ${response.status}: ${await response.text()}`);
      return null;
    },
    /** @param {unknown[]} args */
    get: (...args) => bucket.get(...args),
    /** @param {unknown[]} args */
    head: (...args) => bucket.head(...args),
    /** @param {unknown[]} args */
    list: (...args) => bucket.list(...args),
    /** @param {unknown[]} args */
    delete: (...args) => bucket.delete(...args),
  };
}

/** @type {WeakMap<object, object>} */
const known = new WeakMap();

/** One for each environment, as the Worker keeps what it makes of it. @param {any} env */
function withSink(env) {
  const made = known.get(env);
  if (made) return made;
  // That of the Durable Objects too, which live in the same isolate.
  globalThis.fetch = async (input, init) => await env.NETWORK.fetch(input, init);
  const fresh = { ...env, MEDIA: bucketWithSink(env.MEDIA, env.SINK) };
  known.set(env, fresh);
  return fresh;
}

export default {
  /** @param {unknown} request @param {object} env @param {unknown} ctx */
  fetch: (request, env, ctx) => worker.fetch(request, withSink(env), ctx),
  /** @param {unknown} batch @param {object} env @param {unknown} ctx */
  queue: (batch, env, ctx) => worker.queue(batch, withSink(env), ctx),
  /** @param {unknown} event @param {object} env @param {unknown} ctx */
  scheduled: (event, env, ctx) => worker.scheduled(event, withSink(env), ctx),
};
