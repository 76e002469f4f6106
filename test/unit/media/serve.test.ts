import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRange, serveMedia } from '../../../src/media/serve.ts';
import { createMediaStore } from '../../../src/media/store.ts';
import { defaultSettings } from '../../../src/settings/index.ts';

describe('the part that a Range header asks for', () => {
  it.each([
    ['bytes=0-0', { offset: 0, length: 1 }],
    ['bytes=2-4', { offset: 2, length: 3 }],
    ['bytes=2-', { offset: 2, length: 8 }],
    ['bytes=2-99', { offset: 2, length: 8 }],
    ['bytes=-3', { offset: 7, length: 3 }],
    ['bytes=-99', { offset: 0, length: 10 }],
    ['bytes=9-', { offset: 9, length: 1 }],
    ['bytes=10-', 'outside'],
    ['bytes=10-12', 'outside'],
    ['bytes=-0', 'outside'],
    [`bytes=${'9'.repeat(400)}-`, 'outside'],
    ['bytes=4-2', null],
    ['bytes=-', null],
    ['bytes=0-1,3-4', null],
    ['bytes=a-b', null],
    ['lines=0-1', null],
    ['', null],
  ])('%s of ten bytes', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected);
  });

  it('always lies within the object', () => {
    const place = fc.oneof(fc.constant(''), fc.nat(100).map(String));
    fc.assert(
      fc.property(place, place, fc.integer({ min: 1, max: 100 }), (first, last, size) => {
        const range = parseRange(`bytes=${first}-${last}`, size);
        if (range === null || range === 'outside') return;
        expect(range.offset).toBeGreaterThanOrEqual(0);
        expect(range.length).toBeGreaterThan(0);
        expect(range.offset + range.length).toBeLessThanOrEqual(size);
      }),
    );
  });
});

describe('an image store that fails', () => {
  const failing = async () => await Promise.reject(new Error('R2 is down'));
  const store = createMediaStore(
    { get: failing, head: failing, put: failing } as unknown as R2Bucket,
    defaultSettings().deadlines,
  );
  const sha256 = 'ab'.repeat(32);
  const serve = async (init: RequestInit) =>
    await serveMedia(store, {
      sha256,
      variant: 'thumbnail',
      request: new Request('https://darkroom.example/media/x', init),
    });

  it.each([{}, { method: 'HEAD' }, { headers: { range: 'bytes=0-1' } }])(
    'is unavailable to %j, with a time to come back',
    async (init) => {
      await expect(serve(init)).rejects.toMatchObject({ code: 'unavailable', options: { retryAfter: 5 } });
    },
  );

  it('is not asked for what the browser has', async () => {
    const reply = await serve({ headers: { 'if-none-match': `"${sha256}-320"` } });
    expect(reply.status).toBe(304);
  });

  it('is unavailable to those who store', async () => {
    await expect(
      store.putOriginal({ sha256, original: new Uint8Array(1), mime: 'image/png' }),
    ).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(store.putThumbnail(sha256, new Uint8Array(1))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
