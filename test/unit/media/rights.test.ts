import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { type ImageRights, readRights } from '../../../src/media/image/rights.ts';
import { avifFile, encodeAv1, ispe } from '../../helpers/avif-files.ts';
import { encodeGif } from '../../helpers/gif-files.ts';
import { join, makeJpeg } from '../../helpers/images.ts';
import { withByte, withExif, withSegment } from '../../helpers/jpeg-segments.ts';
import { encodePng, pngChunk } from '../../helpers/png-encoder.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 400);
const ALL: ImageRights = {
  copyright: '© 2025 Ann & Bob <hello>',
  artist: 'Ann; Bob',
  credit: 'The "Agency"',
  usageTerms: 'Ask first.',
  webStatement: 'https://photos.example/rights?a=1&b=2',
  license: 'https://creativecommons.org/licenses/by/4.0/',
};

const packet = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
   xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:cc="http://creativecommons.org/ns#"
   photoshop:Credit='The &quot;Agency&quot;'
   xmpRights:Marked="True" xmpRights:WebStatement="https://photos.example/rights?a=1&amp;b=2">
  <dc:rights><rdf:Alt><rdf:li xml:lang="de">Alle Rechte</rdf:li>
    <rdf:li xml:lang="x-default">&#169; 2025&#x20;Ann &amp; Bob &lt;hello&gt;</rdf:li></rdf:Alt></dc:rights>
  <dc:creator><rdf:Seq><rdf:li>Ann</rdf:li><rdf:li/><rdf:li> Bob </rdf:li></rdf:Seq></dc:creator>
  <xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="en">Ask first.</rdf:li></rdf:Alt></xmpRights:UsageTerms>
  <cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/>
 </rdf:Description></rdf:RDF></x:xmpmeta>`;

const scene = (): Sharp => sharp({ create: { width: 24, height: 16, channels: 3, background: '#369' } });
const xmpSegment = (jpeg: Uint8Array, text: string | Uint8Array) =>
  withSegment(jpeg, 0xe1, join(Buffer.from('http://ns.adobe.com/xap/1.0/\0'), Buffer.from(text)));

/** A TIFF block of text entries, in either byte order. */
function textTiff(entries: Record<number, Uint8Array | string>, isLittle = false): Uint8Array {
  const list = Object.entries(entries).map(([tag, text]) => ({ tag: Number(tag), text: Buffer.from(text) }));
  const view = new DataView(new ArrayBuffer(8 + 2 + list.length * 12 + 4));
  view.setUint16(0, isLittle ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, 8, isLittle);
  view.setUint16(8, list.length, isLittle);
  let at = view.byteLength;
  for (const [index, { tag, text }] of list.entries()) {
    const entry = 10 + index * 12;
    view.setUint16(entry, tag, isLittle);
    view.setUint16(entry + 2, 2, isLittle);
    view.setUint32(entry + 4, text.length, isLittle);
    if (text.length <= 4) for (const [place, byte] of text.entries()) view.setUint8(entry + 8 + place, byte);
    else {
      view.setUint32(entry + 8, at, isLittle);
      at += text.length;
    }
  }
  return join(new Uint8Array(view.buffer), ...list.map(({ text }) => (text.length > 4 ? text : [])));
}

function iptcRecord(...sets: [number, string | Uint8Array][]): Uint8Array {
  return join(
    ...sets.map(([number, text]) => {
      const data = Buffer.from(text);
      return join([0x1c, 2, number, data.length >> 8, data.length & 255], data);
    }),
  );
}

function photoshopSegment(jpeg: Uint8Array, record: Uint8Array): Uint8Array {
  const resource = (id: number, name: string, data: Uint8Array) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const label = join([name.length], Buffer.from(name), name.length % 2 === 0 ? [0] : []);
    return join(
      Buffer.from('8BIM'),
      [id >> 8, id & 255],
      label,
      size,
      data,
      data.length % 2 === 1 ? [0] : [],
    );
  };
  const resources = join(resource(0x03ed, 'odd', Uint8Array.of(1, 2, 3)), resource(0x0404, '', record));
  return withSegment(jpeg, 0xed, join(Buffer.from('Photoshop 3.0\0'), resources));
}

describe('licence hints of XMP', () => {
  it('are read from the files of a real encoder', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
      const bytes = await scene().withXmp(packet).toFormat(format).toBuffer();
      expect({ format, ...readRights(bytes, format) }).toEqual({ format, ...ALL });
    }
  });

  it('are read from the other places where packets are kept', async () => {
    const text = Buffer.from(packet);
    const magic = Uint8Array.from({ length: 257 }, (_, index) => (index === 0 ? 1 : 256 - index));
    const frame = { width: 1, height: 1, palette: [0, 0, 0, 9, 9, 9], pixels: [1] };
    const extension = join([0x21, 0xff, 11], Buffer.from('XMP DataXMP'), text, magic, [0]);
    expect(
      readRights(encodeGif({ width: 1, height: 1, frames: [frame], extra: [extension] }), 'gif'),
    ).toEqual(ALL);

    const png = (extra: Uint8Array) =>
      encodePng({ width: 1, height: 1, depth: 8, colorType: 0, pixel: () => [1], extra: [extra] });
    const iTXt = (isDeflated: number, data: Uint8Array) =>
      pngChunk(
        'iTXt',
        join(Buffer.from('XML:com.adobe.xmp\0'), [isDeflated, 0], Buffer.from('en\0\0'), data),
      );
    expect(readRights(png(iTXt(0, text)), 'png')).toEqual(ALL);
    expect(readRights(png(iTXt(1, deflateSync(text))), 'png')).toEqual(ALL);
    expect(readRights(png(iTXt(1, text)), 'png')).toEqual({});
    expect(readRights(png(iTXt(1, deflateSync(Buffer.alloc(9_000_000, packet)))), 'png')).toEqual({});

    const { data, av1C } = await encodeAv1(16, 16);
    const items = [
      { type: 'av01', data },
      { type: 'mime', data: text, contentType: 'application/rdf+xml' },
    ];
    expect(readRights(avifFile({ items, properties: [ispe(16, 16), av1C] }), 'avif')).toEqual(ALL);
  });

  it('are not taken for addresses when they are none of the web', async () => {
    const jpeg = await makeJpeg(8, 8);
    for (const address of ['javascript:alert(1)', 'ask me', 'data:text/html,x', '//host/x', 'https://']) {
      const text = `<d xmpRights:WebStatement="${address}"><cc:license>${address}</cc:license></d>`;
      expect(readRights(xmpSegment(jpeg, text), 'jpeg')).toEqual({});
    }
    const text = `<d><cc:license> HTTPS://a.example/x </cc:license></d>`;
    expect(readRights(xmpSegment(jpeg, text), 'jpeg')).toEqual({ license: 'HTTPS://a.example/x' });
  });

  it('are not found in packets that are broken or say nothing', async () => {
    const jpeg = await makeJpeg(8, 8);
    for (const text of [
      '',
      '<dc:rights',
      '<dc:rights>never closed',
      '<dc:rights></dc:rights>',
      '<dc:rights/>',
      '<dc:rightsholder>x</dc:rightsholder>',
      '<dc:rights><rdf:Alt><rdf:li>never closed</dc:rights>',
      '<a dc:rights="never closed',
      '<a x-dc:rights="of another name">',
      '<dc:rights> &#0; &#x1F; </dc:rights>',
    ]) {
      expect({ text, ...readRights(xmpSegment(jpeg, text), 'jpeg') }).toEqual({ text });
    }
  });
});

describe('licence hints of EXIF', () => {
  it('are read from the files of a real encoder', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
      const exif = { IFD0: { Copyright: '2025 Ann', Artist: 'Ann' } };
      const bytes = await scene().withExif(exif).toFormat(format).toBuffer();
      expect(readRights(bytes, format)).toEqual({ copyright: '2025 Ann', artist: 'Ann' });
    }
  });

  it('are UTF-8 or Latin-1, short or long, in both byte orders', async () => {
    const jpeg = await makeJpeg(8, 8);
    const read = (tiff: Uint8Array) => readRights(withExif(jpeg, tiff), 'jpeg');
    for (const isLittle of [false, true]) {
      const tiff = textTiff({ 0x013b: 'Zoë\0', 0x8298: Buffer.from('© Café', 'latin1') }, isLittle);
      expect(read(tiff)).toEqual({ artist: 'Zoë', copyright: '© Café' });
      expect(read(textTiff({ 0x013b: 'Al\0' }, isLittle))).toEqual({ artist: 'Al' });
      const ending = Buffer.from('José', 'latin1');
      expect(read(textTiff({ 0x013b: ending }, isLittle))).toEqual({ artist: 'José' });
      const long = `x${'é'.repeat(4_000)}`;
      expect(read(textTiff({ 0x013b: long }, isLittle))).toEqual({ artist: long.slice(0, 500) });
    }
  });

  it('name photographer and editor, of whom either may be blank', async () => {
    const jpeg = await makeJpeg(8, 8);
    const read = (text: string) => readRights(withExif(jpeg, textTiff({ 0x8298: text })), 'jpeg').copyright;
    expect(read('Ann\0Bob\0')).toBe('Ann; Bob');
    expect(read(' \0Bob\0')).toBe('Bob');
    expect(read('   \0')).toBeUndefined();
  });

  it('are left out when an entry leaves its block', async () => {
    const jpeg = await makeJpeg(8, 8);
    const tiff = textTiff({ 0x8298: 'Ann and Bob' });
    for (const changed of [
      tiff.subarray(0, tiff.length - 1),
      withByte(tiff, 14, 0xff),
      withByte(tiff, 13, 3),
    ]) {
      expect(readRights(withExif(jpeg, changed), 'jpeg')).toEqual({});
    }
  });
});

describe('licence hints of IPTC and of PNG texts', () => {
  it('are read from the Photoshop resources of a JPEG', async () => {
    const record = iptcRecord(
      [116, Buffer.from('© Café', 'latin1')],
      [80, 'Ann'],
      [5, 'Title'],
      [80, 'Bob'],
      [110, 'Agency'],
    );
    expect(readRights(photoshopSegment(await makeJpeg(8, 8), record), 'jpeg')).toEqual({
      copyright: '© Café',
      artist: 'Ann; Bob',
      credit: 'Agency',
    });
  });

  it('end at the first data set that is odd', async () => {
    const jpeg = await makeJpeg(8, 8);
    const good = iptcRecord([110, 'Agency']);
    for (const odd of [
      [0x1d, 2, 116, 0, 1, 65],
      [0x1c, 2, 116, 0x80, 4, 0, 0, 0, 1],
      [0x1c, 2, 116, 0, 99, 65],
      [0x1c],
    ]) {
      expect(readRights(photoshopSegment(jpeg, join(good, odd)), 'jpeg')).toEqual({ credit: 'Agency' });
    }
    const extended = join([0x1c, 2, 116, 0x80, 4], new Uint8Array(0x8004), good);
    expect(readRights(photoshopSegment(jpeg, extended), 'jpeg')).toEqual({});
    const cut = withSegment(
      jpeg,
      0xed,
      Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\xff\xff\xff\xff', 'latin1'),
    );
    expect(readRights(cut, 'jpeg')).toEqual({});
  });

  it('are read from plain and compressed texts, the first of each keyword', () => {
    const extra = [
      pngChunk('tEXt', Buffer.from('Copyright\0© Ann', 'latin1')),
      pngChunk('zTXt', join(Buffer.from('Author\0\0'), deflateSync(Buffer.from('Ann')))),
      pngChunk('tEXt', Buffer.from('Copyright\0Bob')),
      pngChunk('tEXt', Buffer.from('no keyword')),
      pngChunk('zTXt', Buffer.from('Author\0\x07?')),
    ];
    const png = encodePng({ width: 1, height: 1, depth: 8, colorType: 0, pixel: () => [1], extra });
    expect(readRights(png, 'png')).toEqual({ copyright: '© Ann', artist: 'Ann' });
  });
});

describe('all licence hints', () => {
  it('prefer XMP to IPTC and that to EXIF, field by field', async () => {
    const exif = withExif(await makeJpeg(8, 8), textTiff({ 0x8298: 'of EXIF', 0x013b: 'by EXIF' }));
    const iptc = photoshopSegment(exif, iptcRecord([116, 'of IPTC'], [110, 'for IPTC']));
    expect(readRights(iptc, 'jpeg')).toEqual({ copyright: 'of IPTC', artist: 'by EXIF', credit: 'for IPTC' });
    const xmp = xmpSegment(iptc, '<dc:rights>of XMP</dc:rights>');
    expect(readRights(xmp, 'jpeg')).toEqual({ copyright: 'of XMP', artist: 'by EXIF', credit: 'for IPTC' });
  });

  it('are one line of at most 500 characters without controls', async () => {
    const jpeg = await makeJpeg(8, 8);
    const read = (text: string) =>
      readRights(xmpSegment(jpeg, `<dc:rights>${text}</dc:rights>`), 'jpeg').copyright;
    expect(read('a\u0000b\r\n\t c\u0085d\u2028e\u202egnp\u202c')).toBe('a b c d egnp');
    expect(read('x'.repeat(3_000))).toBe('x'.repeat(500));
    expect(read(`${'x'.repeat(499)}\u{1f600}`)).toBe(`${'x'.repeat(499)}\ufffd`);
    expect(read('&#xD800; &#x110000; &amp;lt;')).toBe('\ufffd &#x110000; &lt;');
  });

  it('are none for plain images and for files that are not whole', async () => {
    const bytes = await scene().withXmp(packet).jpeg().toBuffer();
    expect(readRights(bytes.subarray(0, bytes.length - 1), 'jpeg')).toEqual({});
    expect(readRights(bytes, 'png')).toEqual({});
    expect(readRights(await makeJpeg(8, 8), 'jpeg')).toEqual({});
  });

  it('never fail, whatever the metadata are', async () => {
    const jpeg = await makeJpeg(8, 8);
    const tiff = textTiff({ 0x8298: 'Ann and Bob', 0x013b: 'Ann' });
    const record = iptcRecord([116, 'Ann'], [80, 'Bob']);
    const makers = [
      { seed: Buffer.from(packet), put: (bytes: Uint8Array) => xmpSegment(jpeg, bytes) },
      { seed: tiff, put: (bytes: Uint8Array) => withExif(jpeg, bytes) },
      { seed: record, put: (bytes: Uint8Array) => photoshopSegment(jpeg, bytes) },
      {
        seed: record,
        put: (bytes: Uint8Array) => withSegment(jpeg, 0xed, join(Buffer.from('Photoshop 3.0\0'), bytes)),
      },
    ];
    const change = fc.record({ place: fc.nat(2_000), value: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.constantFrom(...makers),
        fc.array(change, { maxLength: 10 }),
        ({ seed, put }, changes) => {
          const bytes = Uint8Array.from(seed);
          for (const { place, value } of changes) bytes[place % bytes.length] = value;
          for (const text of Object.values(readRights(put(bytes), 'jpeg'))) {
            expect(text.length).toBeLessThanOrEqual(500);
            expect(text).not.toMatch(/\p{Cc}/u);
            expect(text.isWellFormed()).toBe(true);
          }
        },
      ),
      { numRuns },
    );
  });
});
