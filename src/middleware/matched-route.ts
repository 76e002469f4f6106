import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { AppEnv } from '../context.ts';

/** The pattern of the route that is asked for, or null where there is none: what matched last may be a middleware. */
export function matchedRoute(c: Context<AppEnv>): string | null {
  return matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? null;
}
