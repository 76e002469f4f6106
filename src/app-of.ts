import { buildApp } from './app.ts';
import { once } from './lib/once.ts';
import type { App } from './routes/app.ts';
import { type Area, AREAS } from './routes/areas.ts';

/** Its reply describes all areas. */
const DOCUMENT = '/openapi.json';

// Isolate lifetime: an app is made once for each area, for what no area answers, such as the console's pages, and for the
// document. It holds nothing of a request.
const apps = new Map<Area | null, App>();
const whole = once(() => buildApp(AREAS));

/** The app that answers a path; it is made for the first request that needs it. */
export function appOf(path: string): App {
  if (path === DOCUMENT) return whole();
  const area = areaOf(path);
  let app = apps.get(area);
  if (!app) {
    app = buildApp(area ? [area] : []);
    apps.set(area, app);
  }
  return app;
}

/** By whose routes a path is answered, but for the document; null where there is none. */
export function areaOf(path: string): Area | null {
  for (const area of AREAS) if (area.paths.test(path)) return area;
  return null;
}
