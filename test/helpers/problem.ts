import { expect } from 'vitest';
import type { Problem } from '../../src/errors/problem.ts';
import { type Call, createClient } from './client.ts';

/** Sends a request that is to be refused, and checks what every problem has in common. */
export async function problemOf(
  path: string,
  call: Call = {},
  client = createClient(),
): Promise<Problem & { headers: Headers }> {
  const response = await client.send(path, call);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  const problem = await response.json<Problem>();
  expect(problem.type).toBe(`urn:darkroom:error:${problem.code}`);
  expect(problem.status).toBe(response.status);
  expect(problem.instance).toBe(new URL(path, 'http://darkroom.test').pathname);
  expect(problem.requestId).toBe(response.headers.get('x-request-id'));
  expect(problem.requestId).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
  return { ...problem, headers: response.headers };
}
