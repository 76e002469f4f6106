import type { RawRequest } from './drive.ts';
import { projectIds, USUAL_COOKIE } from './rows.ts';

/** One route of one Worker, with what every connection asks of it. */
export interface Contender {
  name: string;
  url: string;
  requests: RawRequest[];
}

const get = (path: string, headers: Record<string, string> = {}): RawRequest => ({
  method: 'GET',
  path,
  headers,
});

/** The three routes of a project, one request for each project. */
function projectRoutes(prefix: string, url: string, headers: Record<string, string>): Contender[] {
  const paths = projectIds.map((id) => `/v1/projects/${id}`);
  return [
    { name: `${prefix}, cached read`, url, requests: paths.map((path) => get(path, headers)) },
    {
      name: `${prefix}, uncached read`,
      url,
      requests: paths.map((path) => get(`${path}/images?limit=50`, headers)),
    },
    {
      name: `${prefix}, write`,
      url,
      requests: paths.map((path) => ({
        method: 'PATCH',
        path,
        headers: { ...headers, origin: url },
        body: '{"description":"Robins of the garden"}',
      })),
    },
  ];
}

export const HELLO = 'bare hello';
export const PING = 'bare ping of Redis';
export const GATE = "bare call of the gate's commands";
export const LIVE = 'Darkroom, liveness';
export const CACHED = 'Darkroom, cached read';
export const USUAL_CACHED = 'the usual way, cached read';
export const USUAL_ROW_CACHED = 'the usual way, session a row, cached read';

/** The session of Darkroom's cookie, as the usual way takes one that is a row. */
function toRowCookie(cookie: string): string {
  const token = /session[^=]*=([\w-]+)/.exec(cookie)?.[1];
  if (token === undefined) throw new Error('The cookie holds no session');
  return `row=${token}`;
}

export function listContenders(
  urls: { bare: string; usual: string; darkroom: string },
  cookie: string,
): Contender[] {
  // What Cloudflare says of whoever asks; nothing stands before workerd here.
  const address = { 'cf-connecting-ip': '203.0.113.7' };
  return [
    { name: HELLO, url: urls.bare, requests: [get('/hello')] },
    { name: LIVE, url: urls.darkroom, requests: [get('/health/live', address)] },
    { name: PING, url: urls.bare, requests: [get('/ping')] },
    { name: GATE, url: urls.bare, requests: [get('/gate')] },
    ...projectRoutes('Darkroom', urls.darkroom, { ...address, cookie }),
    ...projectRoutes('the usual way', urls.usual, { cookie: USUAL_COOKIE }),
    {
      name: USUAL_ROW_CACHED,
      url: urls.usual,
      requests: projectIds.map((id) => get(`/v1/projects/${id}`, { cookie: toRowCookie(cookie) })),
    },
  ];
}
