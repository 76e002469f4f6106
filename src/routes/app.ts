import { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../context.ts';
import { AppError } from '../errors/app-error.ts';

export type App = OpenAPIHono<AppEnv>;

const PARTS: Record<string, string> = { json: 'body', param: 'path', query: 'query', header: 'header' };

/** Messages repeat what was sent, for example the names of unknown fields; a reply must not grow with that. */
const MAX_MESSAGE_LENGTH = 200;
const MAX_DETAIL_LENGTH = 500;
const MAX_ERRORS = 50;

function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
}

/** A router whose validation failures name every failing field. */
export function createApp(): App {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const part = PARTS[result.target] ?? result.target;
      const errors = result.error.issues.slice(0, MAX_ERRORS).map((issue) => ({
        path: cut([part, ...issue.path.map(String)].join('.'), MAX_MESSAGE_LENGTH),
        message: cut(issue.message, MAX_MESSAGE_LENGTH),
      }));
      const detail = errors
        .slice(0, 3)
        .map(({ path, message }) => `${path}: ${message}`)
        .join('; ');
      throw new AppError('invalid_request', cut(detail, MAX_DETAIL_LENGTH), { errors });
    },
  });
}
