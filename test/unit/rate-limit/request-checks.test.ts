import { describe, expect, it } from 'vitest';
import { policiesOf } from '../../../src/rate-limit/policies.ts';
import { checksOf } from '../../../src/rate-limit/request-checks.ts';

const POLICIES = policiesOf(1);
const ANYTHING = { method: 'GET', path: '/v1/projects', addressKey: '203.0.113.7' };

const summaryOf = (request: Partial<Parameters<typeof checksOf>[1]>) =>
  checksOf(POLICIES, { ...ANYTHING, caller: null, mayBeGuess: false, ...request }).map(
    ({ policy, key }) => `${policy.name}:${key}`,
  );

describe('what limits a request', () => {
  it('is the address without credentials', () => {
    expect(summaryOf({})).toEqual(['anonymous:203.0.113.7']);
    expect(summaryOf({ method: 'POST', path: '/v1/jobs/job_1/start' })).toEqual(['anonymous:203.0.113.7']);
  });

  it.each([
    ['session', 'account'],
    ['program', 'account'],
    ['apiKey', 'api-key'],
  ] as const)('is a %s by the policy %s, and a guess of the address', (kind, policy) => {
    const caller = { kind, key: 'k' };
    expect(summaryOf({ caller, mayBeGuess: true })).toEqual([`${policy}:k`, 'bad-credentials:203.0.113.7']);
  });

  it('is the address of whoever has a token that is no good', () => {
    expect(summaryOf({ mayBeGuess: true })).toEqual(['anonymous:203.0.113.7', 'bad-credentials:203.0.113.7']);
  });

  it.each([
    ['POST', '/v1/projects/prj_1/images', 'upload'],
    ['POST', '/v1/jobs/job_1/start', 'job-start'],
    ['POST', '/v1/jobs/job_1/retry', 'job-start'],
    ['GET', '/v1/projects/prj_1/export', 'export'],
    ['GET', '/v1/projects/prj_1/images', null],
    ['POST', '/v1/jobs/job_1/stop', null],
    ['POST', '/v1/projects/prj_1/images/undo', null],
  ] as const)('is for %s %s an extra limit: %s', (method, path, extra) => {
    const request = { method, path, caller: { kind: 'session', key: 'k' } as const, mayBeGuess: true };
    expect(summaryOf(request).slice(1, -1)).toEqual(extra === null ? [] : [`${extra}:k`]);
  });
});
