import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { urlOf } from './exhibit.ts';
import type { Resource } from './resource.ts';

const PADDING = Buffer.alloc(64 * 1024);
/** Time for the first half of a body to reach the client before the connection is reset, in milliseconds. */
const RESET_AFTER_MS = 50;
/** What a client that is turned away is told to wait. */
const RETRY_AFTER_S = 1;

/** Answers a GET or HEAD with one resource. Ends or destroys the response in every case. */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  resource: Resource,
  context: { origins: readonly string[]; lastModified: Date },
): Promise<void> {
  const isHead = request.method === 'HEAD';
  response.setHeader('X-Content-Type-Options', 'nosniff');
  for (const [name, value] of Object.entries(resource.headers ?? {})) response.setHeader(name, value);
  // Nobody waits for this one when the site is closed.
  if (resource.delayMs) await wait(resource.delayMs, undefined, { ref: false });
  const { turnstile } = resource;
  // To look at it does not turn it.
  if (turnstile && !(isHead ? turnstile.isOpen() : turnstile.push())) {
    response.setHeader('Retry-After', RETRY_AFTER_S);
    return answerPlain(response, 503, isHead);
  }
  switch (resource.kind) {
    case 'status':
      return answerPlain(response, resource.status, isHead);
    case 'redirect': {
      const { origin, location } = resource;
      const target = origin === undefined ? location : urlOf({ origin, path: location }, context.origins);
      response.setHeader('Location', target);
      return answerPlain(response, resource.status, isHead);
    }
    case 'text': {
      const body = Buffer.from(resource.write(context.origins));
      const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`;
      if (resource.policy) response.setHeader('Content-Security-Policy', resource.policy(context.origins));
      if (answerUnchanged(request, response, etag, context.lastModified)) return;
      writeHead(response, resource.type, body.length);
      response.end(isHead ? undefined : body);
      return;
    }
    case 'file':
      if (answerUnchanged(request, response, resource.etag, context.lastModified)) return;
      writeHead(response, resource.type, resource.bytes);
      if (isHead) response.end();
      else await pipeline(createReadStream(resource.path), response);
      return;
    case 'oversized':
      writeHead(response, resource.type, resource.bytes);
      if (isHead) response.end();
      else await pipeline(Readable.from(padded(resource.path, resource.bytes)), response);
      return;
    case 'cut': {
      writeHead(response, resource.type, resource.bytes);
      if (isHead) return void response.end();
      response.write(await readStart(resource.path, Math.floor(resource.bytes / 2)));
      if (resource.ending === 'close') response.socket?.end();
      else setTimeout(() => response.socket?.resetAndDestroy(), RESET_AFTER_MS);
    }
  }
}

/** A short text that names the status. */
export function answerPlain(response: ServerResponse, status: number, isHead: boolean): void {
  const body = Buffer.from(`${status}\n`);
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': body.length });
  response.end(isHead ? undefined : body);
}

function writeHead(response: ServerResponse, type: string, bytes: number): void {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': bytes });
}

/** Sets the validators, and answers 304 when the client's copy is current. RFC 9110, section 13.2.2: ETag before date. */
function answerUnchanged(
  request: IncomingMessage,
  response: ServerResponse,
  etag: string,
  modified: Date,
): boolean {
  response.setHeader('ETag', etag);
  response.setHeader('Last-Modified', modified.toUTCString());
  response.setHeader('Cache-Control', 'no-cache');
  const known = request.headers['if-none-match'];
  const since = request.headers['if-modified-since'];
  const current =
    known === undefined
      ? since !== undefined && Date.parse(since) >= Math.floor(modified.getTime() / 1000) * 1000
      : known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*');
  if (!current) return false;
  response.writeHead(304).end();
  return true;
}

async function readStart(path: string, bytes: number): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
  return buffer.subarray(0, bytesRead);
}

async function* padded(path: string, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  const start = await readStart(path, PADDING.length);
  yield start;
  for (left -= start.length; left > 0; left -= PADDING.length)
    yield PADDING.subarray(0, Math.min(left, PADDING.length));
}
