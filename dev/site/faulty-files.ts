import sharp from 'sharp';

/** A file that a crawler must refuse, made from good bytes. */
export interface FaultyFile {
  file: string;
  type: string;
  make: (good: Buffer) => Promise<Buffer>;
}

const PAGE = `<!doctype html><title>Moved</title><p>This photograph now lives in the archive.</p>\n`;

export const FAULTY_FILES = {
  truncated: {
    file: 'truncated.jpg',
    type: 'image/jpeg',
    make: async (good) => cutShort(await asJpeg(good)),
  },
  truncatedWebp: {
    file: 'truncated.webp',
    type: 'image/webp',
    make: async (good) => cutShort(await sharp(good).webp({ quality: 82 }).toBuffer()),
  },
  badChecksum: {
    file: 'bad-checksum.png',
    type: 'image/png',
    make: async (good) => spoilChecksum(await asPng(good)),
  },
  page: {
    file: 'page.jpg',
    type: 'text/html; charset=utf-8',
    make: async () => await Promise.resolve(Buffer.from(PAGE)),
  },
  pageInDisguise: {
    file: 'page-in-disguise.jpg',
    type: 'image/jpeg',
    make: async () => await Promise.resolve(Buffer.from(PAGE)),
  },
  scan: {
    file: 'scan.tif',
    type: 'image/tiff',
    make: async (good) => await sharp(good).resize(320).tiff().toBuffer(),
  },
} satisfies Record<string, FaultyFile>;

async function asJpeg(good: Buffer): Promise<Buffer> {
  return await sharp(good).jpeg({ quality: 82 }).toBuffer();
}

async function asPng(good: Buffer): Promise<Buffer> {
  return await sharp(good).resize(480).png().toBuffer();
}

/** The first three fifths of a file: what comes before the pixels is whole, they and the end are not. */
function cutShort(whole: Buffer): Buffer {
  return Buffer.from(whole.subarray(0, Math.floor(whole.length * 0.6)));
}

/** Flips one bit in the CRC of the first IDAT chunk; the pixels stay decodable, so only a checksum test finds it. */
function spoilChecksum(png: Buffer): Buffer {
  const name = png.indexOf('IDAT');
  if (name < 4) throw new Error('the PNG has no IDAT chunk');
  const spoilt = Buffer.from(png);
  const crc = name + 4 + png.readUInt32BE(name - 4);
  spoilt.writeUInt8(spoilt.readUInt8(crc) ^ 1, crc);
  return spoilt;
}
