import { buildApp } from './app.ts';
import type { App } from './routes/app.ts';
import { AREAS, type Area } from './routes/areas.ts';

/** Its reply describes all areas. */
const DOCUMENT = '/openapi.json';

// Isolate lifetime: an app is made once for each area, and holds nothing of a request. What no area answers, such as the
// console's pages, is there from the start.
const apps = new Map<string, App>([['', buildApp([])]]);

/** The app that answers a path; its code is run by the first request that needs it. */
export function appOf(path: string): App {
  const areas = areasOf(path);
  const name = areas.map((area) => area.name).join(' ');
  const known = apps.get(name);
  if (known) return known;
  const app = buildApp(areas);
  apps.set(name, app);
  return app;
}

/** The areas by which a path is answered: one or none, or all. */
export function areasOf(path: string): readonly Area[] {
  return path === DOCUMENT ? AREAS : AREAS.filter(({ paths }) => paths.test(path));
}
