import type { App } from '../app.ts';

/** Answers before anything else is looked at, also when the configuration is wrong, and needs no code of others. */
export function livenessRoute(app: App): void {
  app.get('/health/live', (c) => c.json({ status: 'live' }, 200));
}
