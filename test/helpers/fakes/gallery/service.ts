import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import type { Image, ImageFilter, ReviewChange } from '../../../../console/src/api/types.ts';
import { type FakeCollection, PROJECT_ID } from './collection.ts';
import type { ProjectEventType, RoomEvent } from '../../../../src/rooms/protocol.ts';
import type { Picture } from './pictures.ts';
import { openQuietRoom } from './quiet-room.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const CREATED_AT = '2026-01-01T12:00:00Z';
const COUNTS = { deferred: 0, duplicateExact: 0, rejected: 0, blocked: 0, failed: 0, skipped: 0, pending: 0 };

interface Asked {
  path: string;
  method: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
}

export interface FakeService {
  /** Tells everybody in the room of an event. */
  tell: (type: ProjectEventType, data: RoomEvent['data']) => void;
  /** Without a slash at the end. */
  origin: string;
  close: () => Promise<void>;
}

interface Parts {
  /** The folder of the built console. */
  consoleDir: string;
  collection: FakeCollection;
  pictures: readonly Picture[];
}

/** Serves the built console and, from memory, the part of the API that its gallery calls. On loopback only. */
export async function startGalleryService(parts: Parts): Promise<FakeService> {
  const server = createServer((request, response) => {
    handle(parts, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  const room = openQuietRoom(server, 'usr_1');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    tell: room.tell,
    close: async () => {
      room.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function handle(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://service.invalid');
  if (url.pathname.startsWith('/media/')) return serveMedia(parts, url.pathname, response);
  if (!url.pathname.startsWith('/v1/')) return serveConsole(parts.consoleDir, url.pathname, response);
  const reply = answerOf(parts, {
    path: url.pathname,
    method: request.method ?? 'GET',
    query: url.searchParams,
    body: await readBody(request),
  });
  const headers = { 'content-type': 'application/json' };
  if (reply === undefined) response.writeHead(404, headers).end('{"code":"not_found","title":"Not found"}');
  else response.writeHead(200, headers).end(JSON.stringify(reply));
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
}

function serveMedia({ pictures }: Parts, pathname: string, response: ServerResponse): void {
  const picture = pictures[Number(pathname.split('/')[2]) % pictures.length];
  const headers = { 'content-type': 'image/webp', 'cache-control': 'private, max-age=3600' };
  response.writeHead(picture ? 200 : 404, headers).end(picture?.bytes);
}

function serveConsole(folder: string, pathname: string, response: ServerResponse): void {
  const wanted = path.join(folder, path.normalize(pathname));
  const isFile = wanted.startsWith(folder) && existsSync(wanted) && statSync(wanted).isFile();
  const file = isFile ? wanted : path.join(folder, 'index.html');
  const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
  response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
}

/** A page of a list; the cursor is the place at which it goes on. */
function pageOf(images: readonly Image[], query: URLSearchParams) {
  const from = Number(query.get('cursor') ?? 0);
  const to = from + Number(query.get('limit') ?? 50);
  return { data: images.slice(from, to), nextCursor: to < images.length ? String(to) : null };
}

function filterOf(query: URLSearchParams): ImageFilter {
  const { limit: _, cursor: __, ...filter } = Object.fromEntries(query);
  return filter;
}

/** What the API says; undefined where it has nothing. */
export function answerOf(
  { collection }: Pick<Parts, 'collection'>,
  { path, method, query, body }: Asked,
): unknown {
  const project = `/v1/projects/${PROJECT_ID}`;
  const ids = (body['ids'] ?? []) as string[];
  switch (`${method} ${path}`) {
    case 'GET /v1/profile':
      return { id: 'usr_1', email: 'ada@example.com', name: 'Ada Lovelace', createdAt: CREATED_AT };
    case 'GET /v1/config':
      return { environment: 'test', sampleSiteUrl: null, sharedOrigin: null };
    case `GET ${project}`:
      return projectOf(collection);
    case `PATCH ${project}`:
      collection.labels = (body['labels'] ?? collection.labels) as string[];
      return projectOf(collection);
    case 'GET /v1/projects':
      return { data: [projectOf(collection)], nextCursor: null };
    case `GET ${project}/members`:
      return {
        data: [{ userId: 'usr_1', name: 'Ada Lovelace', email: 'ada@example.com', role: 'owner' }],
        nextCursor: null,
      };
    case `GET ${project}/invitations`:
      return { data: [], nextCursor: null };
    case `GET ${project}/jobs`:
      return { data: ['job_1', 'job_2'].map((id) => jobOf(id, collection)), nextCursor: null };
    case `POST ${project}/room/ticket`:
      return { ticket: 'a.b', expiresAt: CREATED_AT, url: `${project}/room` };
    case `GET ${project}/facets`:
      return collection.facets();
    case `GET ${project}/images`:
      return pageOf(collection.list(filterOf(query)), query);
    case `GET ${project}/bin`:
      return pageOf(collection.bin, query);
    case `POST ${project}/images/delete`:
      return collection.delete(ids);
    case `POST ${project}/images/restore`:
      return collection.restore(ids);
    case `POST ${project}/images/review`:
      return review(collection, body);
    default:
      return answerOne(collection, path, method);
  }
}

function answerOne(collection: FakeCollection, path: string, method: string): unknown {
  const [, , kind, id, verb] = path.split('/');
  if (kind === 'reviews' && verb === 'undo' && id) return collection.undo(id);
  if (kind === 'images' && method === 'GET') return collection.images.find((image) => image.id === id);
  if (kind === 'images' && method === 'DELETE' && id) return collection.delete([id]);
  return undefined;
}

function review(collection: FakeCollection, body: Record<string, unknown>): unknown {
  const change = body['change'] as ReviewChange;
  const filter = body['filter'] as ImageFilter | undefined;
  if (filter === undefined)
    return collection.review(change, body['images'] as { id: string; revision: number }[]);
  const chosen = collection.list(filter).map(({ id }) => ({ id }));
  return { ...collection.review(change, chosen), images: [], conflicts: [] };
}

function projectOf({ images, labels, role }: FakeCollection) {
  return {
    id: PROJECT_ID,
    name: 'Garden survey',
    description: '',
    visibility: 'private',
    role,
    imageCount: images.length,
    labels,
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    deletedAt: null,
  };
}

function jobOf(id: string, { images }: FakeCollection) {
  const stored = Math.ceil(images.length / 2);
  return {
    id,
    projectId: PROJECT_ID,
    kind: 'urls',
    status: 'completed',
    options: {},
    total: stored,
    counts: { ...COUNTS, stored },
    endedBy: null,
    failure: null,
    createdAt: id === 'job_1' ? '2026-01-02T09:00:00Z' : '2026-01-01T12:00:00Z',
    startedAt: CREATED_AT,
    finishedAt: CREATED_AT,
  };
}
