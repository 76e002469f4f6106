import { describe, expect, it } from 'vitest';
import { callHeaders, openScope } from '../../../src/resilience/call-scope.ts';
import { childTraceparent, openTrace } from '../../../src/resilience/trace.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

describe('a trace', () => {
  it('goes on with the caller’s', () => {
    const trace = openTrace(`00-${TRACE}-${PARENT}-01`);
    expect(trace).toMatchObject({ traceId: TRACE, isSampled: true });
    expect(openTrace(`00-${TRACE}-${PARENT}-00`).isSampled).toBe(false);
    expect(openTrace(`cc-${TRACE}-${PARENT}-01-what-the-future-will-say`).traceId).toBe(TRACE);
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-01-more`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    ` 00-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01\n`,
  ])('begins anew with %j', (traceparent) => {
    const { traceId } = openTrace(traceparent);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceId).not.toBe(TRACE);
    expect(traceId).not.toMatch(/^0+$/);
  });

  it('gives every call a span of its own', () => {
    const trace = openTrace(`00-${TRACE}-${PARENT}-01`);
    const children = new Set(Array.from({ length: 100 }, () => childTraceparent(trace)));
    expect(children.size).toBe(100);
    for (const child of children) expect(child).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  });

  it('goes out beside the request id', () => {
    const scope = openScope('test', 'request-7');
    expect(callHeaders(scope)).toEqual({
      'x-request-id': 'request-7',
      traceparent: expect.stringContaining(scope.trace.traceId),
    });
  });
});
