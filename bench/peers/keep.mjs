// What both peers do with a download: the same judgement as Darkroom's, which alone reads the pixel data, and the same store.
import { createHash } from 'node:crypto';
import http from 'node:http';
import { inspectImage } from '../../src/crawl/inspect/index.ts';

/**
 * @typedef {{ status: string, reason: string | null, sha256: string | null }} Verdict
 */

const MIME = /** @type {const} */ ({
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
});

/** @param {string} status @param {string} reason @returns {Verdict} */
export function refused(status, reason) {
  return { status, reason, sha256: null };
}

/**
 * Judges the bytes of a download, drops what it has had already, and writes the others to the sink.
 * @param {string} sinkUrl
 */
export function createKeeper(sinkUrl) {
  const agent = new http.Agent({ keepAlive: true });
  /** @type {Set<string>} */
  const known = new Set();

  /** @param {string} sha256 @param {Buffer} bytes @param {string} mime @returns {Promise<void>} */
  function put(sha256, bytes, mime) {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': mime, 'content-length': bytes.length };
      const request = http.request(
        new URL(sha256, sinkUrl),
        { method: 'PUT', agent, headers },
        (response) => {
          response.resume();
          response.once('error', reject);
          response.once('end', () => {
            if (response.statusCode === 204) resolve();
            else reject(new Error(`the sink answered ${response.statusCode}`));
          });
        },
      );
      request.once('error', reject);
      request.end(bytes);
    });
  }

  /** @param {Buffer} bytes @returns {Promise<Verdict>} */
  return async function keep(bytes) {
    const inspection = inspectImage(bytes);
    if (!inspection.ok) return refused('rejected', inspection.reason);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (known.has(sha256)) return { status: 'duplicate_exact', reason: null, sha256 };
    known.add(sha256);
    await put(sha256, bytes, MIME[inspection.image.format]);
    return { status: 'stored', reason: null, sha256 };
  };
}
