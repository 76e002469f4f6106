import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCollection, type Collection } from '../../../dev/site/collection.ts';
import { LICENSE, LICENSE_URL } from '../../../dev/site/photographs.ts';
import { planPrints } from '../../../dev/site/print-plan.ts';
import { makePrint } from '../../../dev/site/printing.ts';
import { MAX_OVERLAP, overlap } from '../../../dev/site/windows.ts';
import { readRights } from '../../../src/media/image/rights.ts';
import { placePhotographs } from '../../helpers/sample-photographs.ts';

/** The product groups images up to 4 bits apart; no two samples may come near that. */
const MIN_HASH_DISTANCE = 10;

let cacheDir: string;
let collection: Collection;

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'sample-site-'));
  await placePhotographs(cacheDir);
  collection = await openCollection(cacheDir);
});

afterAll(async () => await rm(cacheDir, { recursive: true, force: true }));

async function readPrint(file: string): Promise<Buffer> {
  return await readFile(join(collection.folder, file));
}

/** 64-bit difference hash by sharp's own scaling, independent of the one that the crops were chosen by. */
async function differenceHash(image: Sharp): Promise<bigint> {
  const grey = await image.greyscale().resize(9, 8, { fit: 'fill' }).raw().toBuffer();
  let hash = 0n;
  for (let at = 0; at < 72; at += 1) {
    if (at % 9 < 8) hash = (hash << 1n) | ((grey[at] ?? 0) < (grey[at + 1] ?? 0) ? 1n : 0n);
  }
  return hash;
}

function closestPair(hashes: readonly bigint[]): number {
  let least = 64;
  for (const [at, hash] of hashes.entries()) {
    for (const other of hashes.slice(at + 1)) {
      const bits = (hash ^ other).toString(2).replaceAll('0', '').length;
      least = Math.min(least, bits);
    }
  }
  return least;
}

describe('the sample photographs', () => {
  it('are 234 files of different bytes, each as its record says', async () => {
    expect(collection.prints).toHaveLength(234);
    expect(new Set(collection.prints.map(({ sha256 }) => sha256)).size).toBe(234);
    for (const print of collection.prints) {
      const bytes = await readPrint(print.file);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(print.sha256);
    }
  });

  it('differ from each other in at least 10 of 64 hash bits, as seen and as they lie in the file', async () => {
    const seen: bigint[] = [];
    const laid: bigint[] = [];
    for (const print of collection.prints) {
      const bytes = await readPrint(print.file);
      seen.push(await differenceHash(sharp(bytes).autoOrient()));
      laid.push(await differenceHash(sharp(bytes)));
    }
    expect(closestPair(seen)).toBeGreaterThanOrEqual(MIN_HASH_DISTANCE);
    expect(closestPair(laid)).toBeGreaterThanOrEqual(MIN_HASH_DISTANCE);
  });

  it('are nowhere flat: each has contrast and detail', async () => {
    for (const print of collection.prints) {
      const { channels, entropy } = await sharp(await readPrint(print.file)).stats();
      expect(Math.max(...channels.map(({ stdev }) => stdev)), print.file).toBeGreaterThan(25);
      expect(entropy, print.file).toBeGreaterThan(3.2);
    }
  });

  it('come in mixed sizes with a long side of 480 to 1200 pixels', () => {
    const longSides = collection.prints.map(({ width, height }) => Math.max(width, height));
    expect(Math.min(...longSides)).toBeGreaterThanOrEqual(480);
    expect(Math.max(...longSides)).toBeLessThanOrEqual(1200);
    expect(new Set(longSides).size).toBeGreaterThan(20);
    expect(collection.prints.filter(({ width, height }) => height > width).length).toBeGreaterThan(40);
  });

  it('are JPEG, PNG, WebP, GIF and AVIF, some progressive, some lossless, some turned by EXIF', async () => {
    const all = await Promise.all(
      collection.prints.map(async ({ file }) => await sharp(await readPrint(file)).metadata()),
    );
    const count = (format: string) => all.filter((one) => one.format === format).length;
    expect(count('jpeg') + count('png')).toBe(216);
    expect(['png', 'webp', 'gif', 'heif'].map(count)).toEqual([36, 6, 6, 6]);
    expect(all.filter(({ compression }) => compression === 'av1')).toHaveLength(6);
    const chunks = await Promise.all(
      collection.prints
        .filter(({ type }) => type === 'image/webp')
        .map(async ({ file }) => (await readPrint(file)).toString('latin1', 12, 16)),
    );
    expect([...new Set(chunks)].sort()).toEqual(['VP8 ', 'VP8L', 'VP8X']);
    expect(all.some(({ format, orientation }) => format === 'webp' && orientation === 6)).toBe(true);
    expect(all.filter(({ isProgressive }) => isProgressive).length).toBeGreaterThan(20);
    const orientations = new Set(all.map(({ orientation }) => orientation ?? 1));
    expect([...orientations].sort()).toEqual([1, 3, 6, 8]);
  });

  it('overlap no other crop of the same photograph by more than a quarter', async () => {
    const plans = await planPrints();
    for (const [at, one] of plans.entries()) {
      for (const other of plans.slice(at + 1)) {
        if (one.photograph.name !== other.photograph.name) continue;
        expect(
          overlap(one.window.rect, other.window.rect),
          `${one.file} and ${other.file}`,
        ).toBeLessThanOrEqual(MAX_OVERLAP);
      }
    }
  });

  it('state their licence where a crawler reads it, three in four of them', async () => {
    const plans = await planPrints();
    const stating = plans.filter(({ statesLicense }) => statesLicense);
    expect(stating.length).toBeGreaterThan(plans.length / 2);
    expect(stating.length).toBeLessThan(plans.length * 0.8);
    for (const { file, format, statesLicense } of plans) {
      const kind = format === 'progressive' ? 'jpeg' : format === 'webp-lossless' ? 'webp' : format;
      const rights = readRights(await readPrint(file), kind);
      expect(rights.webStatement, file).toBe(statesLicense ? LICENSE_URL : undefined);
      expect(rights.usageTerms, file).toBe(statesLicense ? LICENSE : undefined);
    }
  });

  it('come out in the same bytes when they are made again', async () => {
    const plans = await planPrints();
    expect(plans.map(({ file }) => file)).toEqual(collection.prints.map(({ file }) => file));
    for (let at = 0; at < plans.length; at += 17) {
      const plan = plans[at];
      if (!plan) break;
      const digest = createHash('sha256')
        .update(await makePrint(plan))
        .digest('hex');
      expect(digest, plan.file).toBe(collection.prints[at]?.sha256);
    }
  });
});

describe('the smaller sizes', () => {
  it('are the first three photographs, 320 pixels wide', async () => {
    expect(collection.smaller).toHaveLength(3);
    for (const [at, small] of collection.smaller.entries()) {
      const large = collection.prints[at];
      if (!large) throw new Error(`${small.file} has no large one`);
      expect(small.file.startsWith(large.file.slice(0, -4))).toBe(true);
      expect(small.width).toBe(320);
      expect(small.width / small.height).toBeCloseTo(large.width / large.height, 1);
      expect((await readPrint(small.file)).length).toBe(small.bytes);
    }
  });
});

describe('the faulty files', () => {
  it('hold a JPEG that ends inside its scan', async () => {
    const bytes = await readPrint('truncated.jpg');
    expect(bytes.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    expect(bytes.includes(Buffer.from([0xff, 0xda]))).toBe(true);
    expect(bytes.subarray(-2).toString('hex')).not.toBe('ffd9');
    await expect(sharp(bytes, { failOn: 'truncated' }).raw().toBuffer()).rejects.toThrow();
  });

  it('hold a WebP that is shorter than its container says', async () => {
    const bytes = await readPrint('truncated.webp');
    expect(bytes.toString('latin1', 0, 4) + bytes.toString('latin1', 8, 12)).toBe('RIFFWEBP');
    expect(bytes.readUInt32LE(4) + 8).toBeGreaterThan(bytes.length);
    await expect(sharp(bytes).raw().toBuffer()).rejects.toThrow();
  });

  it('hold a TIFF that is whole', async () => {
    expect((await sharp(await readPrint('scan.tif')).stats()).isOpaque).toBe(true);
    expect((await sharp(await readPrint('scan.tif')).metadata()).format).toBe('tiff');
  });

  it('hold a PNG of which exactly one chunk fails its checksum', async () => {
    const bytes = await readPrint('bad-checksum.png');
    const wrong: string[] = [];
    for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12) {
      const end = at + 8 + bytes.readUInt32BE(at);
      if (crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end))
        wrong.push(bytes.toString('latin1', at + 4, at + 8));
    }
    expect(wrong).toEqual(['IDAT']);
  });
});

describe('the cache', () => {
  const COUNT = 8;
  let folder: string;
  let made: Collection;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sample-site-'));
    made = await openCollection(folder, COUNT);
  });

  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  it('gives the same collection again without making a file', async () => {
    const [first] = made.prints;
    const before = await stat(join(made.folder, first?.file ?? ''));
    const again = await openCollection(folder, COUNT);
    const after = await stat(join(again.folder, first?.file ?? ''));
    expect(again).toEqual(made);
    expect(after.ino).toBe(before.ino);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is made anew with the same bytes when a file was cut, also by two processes at once', async () => {
    await truncate(join(made.folder, made.prints[5]?.file ?? ''), 10);
    const [one, two] = await Promise.all([openCollection(folder, COUNT), openCollection(folder, COUNT)]);
    expect(one.prints).toEqual(made.prints);
    expect(two.prints).toEqual(made.prints);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('has the first photographs of the whole collection', () => {
    expect(made.prints).toEqual(collection.prints.slice(0, COUNT));
  });
});
