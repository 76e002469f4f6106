import { beforeAll, describe, expect, it } from 'vitest';
import { ingestImage } from '../../../src/media/ingest.ts';
import type { BlobBytes } from '../../../src/media/store.ts';
import type { Codecs } from '../../../src/media/thumbnail/index.ts';
import { loadCodecs } from '../../helpers/codecs.ts';
import { makeJpeg, makePng } from '../../helpers/images.ts';

let codecs: Codecs;

beforeAll(async () => {
  codecs = await loadCodecs();
});

/** Tools that remember what was stored. */
function recordingTools() {
  const stored: BlobBytes[] = [];
  return { stored, tools: { codecs, store: async (blob: BlobBytes) => void stored.push(blob) } };
}

const own = (bytes: Uint8Array) => new Uint8Array(bytes);

describe('taking in an image', () => {
  it('stores its bytes under the hash, and says what is true of them', async () => {
    const bytes = own(await makeJpeg(640, 480));
    const { stored, tools } = recordingTools();
    const ingested = await ingestImage(bytes, tools);
    expect(ingested).toMatchObject({
      ok: true,
      facts: {
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        bytes: bytes.length,
        mime: 'image/jpeg',
        width: 640,
        height: 480,
        orientation: 1,
        thumbnailWidth: 320,
        thumbnailHeight: 240,
      },
    });
    if (!ingested.ok) return;
    expect(stored).toEqual([ingested.blob]);
    expect(ingested.blob).toMatchObject({
      sha256: ingested.facts.sha256,
      mime: 'image/jpeg',
      original: bytes,
    });
  });

  it('stores an image without a thumbnail when it is too large to decode', async () => {
    const { stored, tools } = recordingTools();
    const ingested = await ingestImage(own(await makePng(16_400, 1)), tools);
    expect(ingested).toMatchObject({
      ok: true,
      facts: { width: 16_400, thumbnailWidth: null, thumbnailHeight: null, averageColor: '#7a7774' },
    });
    expect(stored).toHaveLength(1);
  });

  it('stores nothing of what is refused', async () => {
    const { stored, tools } = recordingTools();
    const jpeg = own(await makeJpeg(64, 64));
    expect(await ingestImage(new Uint8Array(9), tools)).toMatchObject({ ok: false, reason: 'not_image' });
    expect(await ingestImage(jpeg.slice(0, -200), tools)).toMatchObject({ ok: false, reason: 'corrupt' });
    const small = { ok: false, reason: 'too_small', detail: '64 × 64 pixels' } as const;
    const judge = ({ width }: { width: number }) => (width < 100 ? small : null);
    expect(await ingestImage(jpeg, { ...tools, judge })).toEqual(small);
    expect(stored).toEqual([]);
    expect(await ingestImage(own(await makeJpeg(100, 64)), { ...tools, judge })).toMatchObject({ ok: true });
  });

  it('fails as the store does', async () => {
    const store = async () => await Promise.reject(new Error('R2 is down'));
    await expect(ingestImage(own(await makePng(8, 8)), { codecs, store })).rejects.toThrow('R2 is down');
  });
});
