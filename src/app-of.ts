import { buildApp } from './app.ts';
import type { App } from './routes/app.ts';
import { type Area, AREAS } from './routes/areas.ts';

/** Its reply describes all areas. */
const DOCUMENT = '/openapi.json';

// Isolate lifetime: an app is made once for each area, and holds nothing of a request. What no area answers, such as the
// console's pages, is there from the start.
const rest = buildApp([]);
const apps = new Map<Area, App>();
let whole: App | null = null;

/** The app that answers a path; it is made for the first request that needs it. */
export function appOf(path: string): App {
  if (path === DOCUMENT) return (whole ??= buildApp(AREAS));
  const area = areaOf(path);
  if (!area) return rest;
  const app = apps.get(area) ?? buildApp([area]);
  apps.set(area, app);
  return app;
}

/** By whose routes a path is answered, but for the document; null where there is none. */
export function areaOf(path: string): Area | null {
  for (const area of AREAS) if (area.paths.test(path)) return area;
  return null;
}
