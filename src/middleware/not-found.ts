import type { Context } from 'hono';
import type { AppEnv } from '../context.ts';
import { AppError } from '../errors/app-error.ts';
import type { App } from '../routes/app.ts';

/** Throws `method_not_allowed` with `Allow` where another method would be answered, else `not_found`. */
export function notFound(app: App) {
  const patterns = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  for (const { path, method } of app.routes) {
    if (method === 'ALL') continue;
    const known = patterns.get(path) ?? { pattern: toPattern(path), methods: new Set() };
    known.methods.add(method);
    if (method === 'GET') known.methods.add('HEAD');
    patterns.set(path, known);
  }
  return function notFoundHandler(c: Context<AppEnv>): never {
    const allowed = new Set<string>();
    for (const { pattern, methods } of patterns.values()) {
      if (pattern.test(c.req.path)) for (const method of methods) allowed.add(method);
    }
    if (allowed.size === 0) throw new AppError('not_found', '');
    const allow = [...allowed].sort().join(', ');
    throw new AppError('method_not_allowed', `Use ${allow}.`, { headers: { allow } });
  };
}

/** Hono's `/a/:id` as an expression. */
function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/:[^/]+/g, '[^/]+')}$`);
}
