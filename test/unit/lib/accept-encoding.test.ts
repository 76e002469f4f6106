import { describe, expect, it } from 'vitest';
import { acceptsGzip } from '../../../src/lib/accept-encoding.ts';

describe('an Accept-Encoding header', () => {
  it.each([
    'gzip',
    'gzip, br',
    'br;q=1.0, gzip;q=0.5',
    'GZIP',
    '*',
    'br, *;q=0.1',
    'x-gzip',
    ' gzip ; q=0.001',
  ])('%j admits gzip', (header) => expect(acceptsGzip(header)).toBe(true));

  it.each([null, '', 'br', 'identity', 'gzip;q=0', 'gzip; q=0.0, *', '*;q=0', 'gzip;q=x', 'gzipped', ',,;'])(
    '%j does not',
    (header) => expect(acceptsGzip(header)).toBe(false),
  );
});
