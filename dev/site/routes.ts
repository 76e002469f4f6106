import { writeManifest, writeUrlList } from './documents.ts';
import { ORIGIN, ORIGIN_COUNT, type Place } from './exhibit.ts';
import type { Exhibition } from './exhibition.ts';
import { writeFrontPage, writeSideDoor } from './front-page.ts';
import { CLOSED_PAGE_PATH, GALLERY_PATH, writeClosedPage, writeGallery } from './gallery.ts';
import { writePagePolicy } from './page.ts';
import type { Resource, TextDocument } from './resource.ts';
import { writeRobots } from './robots.ts';
import { layOutSitemaps } from './sitemaps.ts';

/** What one origin answers, by path without the query. */
export type Routes = ReadonlyMap<string, Resource>;

/** The lists may be read by any web page. */
const ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*' };

/** The routes of every origin, in the order of their numbers. */
export function routeAll(exhibition: Exhibition): Routes[] {
  const routes = Array.from({ length: ORIGIN_COUNT }, () => new Map<string, Resource>());
  const put = ({ origin, path }: Place, resource: Resource): void => {
    routes[origin]?.set(path.split('?', 1)[0] ?? path, resource);
  };
  for (const { resource, ...place } of [
    ...exhibition.exhibits,
    ...exhibition.unlisted,
    ...layOutSitemaps(exhibition),
  ]) {
    put(place, resource);
  }
  for (let origin = 0; origin < ORIGIN_COUNT; origin += 1) {
    put(
      { origin, path: '/robots.txt' },
      text('text/plain', (origins) => writeRobots(origin, origins)),
    );
    put({ origin, path: '/' }, page(writeSideDoor));
  }
  const documents: Record<string, Resource> = {
    '/': page((origins) => writeFrontPage(exhibition, origins)),
    [GALLERY_PATH]: page((origins) => writeGallery(exhibition, origins)),
    [CLOSED_PAGE_PATH]: page(() => writeClosedPage(exhibition)),
    '/manifest.json': {
      ...text('application/json', (origins) => writeManifest(exhibition, origins)),
      headers: ANY_ORIGIN,
    },
    '/urls.txt': {
      ...text('text/plain', (origins) => writeUrlList(exhibition.exhibits, origins)),
      headers: ANY_ORIGIN,
    },
  };
  for (const [path, resource] of Object.entries(documents)) put({ origin: ORIGIN.main, path }, resource);
  return routes;
}

function text(type: string, write: TextDocument['write']): TextDocument {
  return { kind: 'text', type: `${type}; charset=utf-8`, write };
}

function page(write: TextDocument['write']): TextDocument {
  return { ...text('text/html', write), policy: writePagePolicy };
}
