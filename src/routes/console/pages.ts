import type { Context } from 'hono';
import type { AppEnv } from '../../context.ts';
import type { Bindings } from '../../env.ts';

/** Addresses of the console; each answers with the same page, whose script shows the right screen. */
const PAGES = [
  /^\/$/,
  /^\/(sign-in|sign-up|account|join|design|projects)$/,
  /^\/projects\/[^/]+(\/(images|imports|export|team|settings)(\/[^/]+)?)?$/,
];
/** The API, and files of a build: what is missing there is no page. */
const NO_PAGES = /^\/(v1|assets)\//;
const FILES = /^\/[a-z0-9-]+\.(svg|js|ico|png|txt)$/;

/**
 * The console's answer to a GET that no route takes, or null when it is not for the console: its pages with
 * 200, an unknown address with 404 and the page that says so, for browsers only.
 */
export async function serveConsole(c: Context<AppEnv>): Promise<Response | null> {
  const { method, path } = c.req;
  if (method !== 'GET' && method !== 'HEAD') return null;
  const assets = (c.env as Partial<Bindings>).ASSETS;
  if (!assets || NO_PAGES.test(path)) return null;
  if (FILES.test(path)) {
    const file = await assets.fetch(new URL(path, c.req.url));
    if (file.ok) c.set('cacheClass', 'consoleFile');
    return file.ok ? answer(file, 200) : null;
  }
  const isPage = PAGES.some((pattern) => pattern.test(path));
  const wantsPage = c.req.header('accept')?.includes('text/html') ?? false;
  if (!isPage && !wantsPage) return null;
  const page = await assets.fetch(new URL('/index.html', c.req.url));
  if (page.ok) c.set('cacheClass', 'consolePage');
  return page.ok ? answer(page, isPage ? 200 : 404) : null;
}

function answer(file: Response, status: number): Response {
  return new Response(file.body, { status, headers: new Headers(file.headers) });
}
