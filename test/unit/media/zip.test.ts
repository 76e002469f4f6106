import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type StoredEntry, type ZipEntry, ZipEntryError, zipStream } from '../../../src/media/zip/index.ts';
import { encodeName } from '../../../src/media/zip/name.ts';
import { centralHeader, endRecords, localHeader } from '../../../src/media/zip/record.ts';
import { readZip } from '../../helpers/zip-reader.ts';

const modifiedAt = new Date('2026-03-04T05:06:08Z');
const GIB = 2 ** 30;
const text = (value: string) => new TextEncoder().encode(value);

function stored(name: string, data: Uint8Array, changes: Partial<StoredEntry> = {}): StoredEntry {
  return {
    kind: 'stored',
    name,
    modifiedAt,
    bytes: data.length,
    crc32: crc32(data),
    open: async () => data,
    ...changes,
  };
}

function deflated(name: string, chunks: readonly Uint8Array[], isHuge = false): ZipEntry {
  return { kind: 'deflated', name, modifiedAt, isHuge, chunks: iterate(chunks) };
}

async function* iterate<T>(items: Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items;
}

function streamOf(chunks: readonly Uint8Array[], onCancel = () => {}): ReadableStream<Uint8Array> {
  const rest = [...chunks];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = rest.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(next);
    },
    cancel: onCancel,
  });
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<{ bytes: Uint8Array; sizes: number[] }> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), sizes: chunks.map((chunk) => chunk.length) };
}

async function writeAndRead(entries: Iterable<ZipEntry>) {
  return readZip((await collect(zipStream(iterate(entries)))).bytes);
}

describe('the zip writer', () => {
  it('stores buffers and streams, and deflates members of unknown size', async () => {
    const lines = Array.from({ length: 3000 }, (_, index) => text(`{"row":${index}}\n`));
    const { members, isZip64 } = await writeAndRead([
      stored('a.bin', text('first')),
      stored('größe/写真.jpg', text('streamed'), {
        open: async () => streamOf([text('stre'), text('amed')]),
      }),
      deflated('metadata.jsonl', lines),
      deflated('empty.jsonl', []),
      stored('empty.bin', new Uint8Array(0)),
      deflated('huge.jsonl', lines, true),
    ]);
    expect(isZip64).toBe(false);
    expect(members.map(({ name, method, data }) => [name, method, data.length])).toEqual([
      ['a.bin', 0, 5],
      ['größe/写真.jpg', 0, 8],
      ['metadata.jsonl', 8, 37890],
      ['empty.jsonl', 8, 0],
      ['empty.bin', 0, 0],
      ['huge.jsonl', 8, 37890],
    ]);
    expect(members.every(({ flags }) => (flags & 0x800) !== 0)).toBe(true);
    expect(Buffer.from(members[2]?.data ?? []).equals(Buffer.concat(lines))).toBe(true);
  });

  it('writes an empty archive', async () => {
    expect(await writeAndRead([])).toEqual({ members: [], isZip64: false });
  });

  it.each([65_534, 65_535, 65_536])('counts %i members, with zip64 from 65,535 on', async (count) => {
    const data = text('x');
    const names = Array.from({ length: count }, (_, index) => `${index}`);
    const { members, isZip64 } = await writeAndRead(names.map((name) => stored(name, data)));
    expect(members.length).toBe(count);
    expect(isZip64).toBe(count >= 65_535);
  });

  it('gives chunks of 64 KiB and only the last one smaller', async () => {
    const { sizes } = await collect(
      zipStream(iterate([stored('a', new Uint8Array(500_000)), stored('b', text('b'))])),
    );
    expect(sizes.slice(0, -1).every((size) => size === 65_536)).toBe(true);
    expect(sizes.length).toBe(8);
  });

  it('serves readers that bring their own buffer', async () => {
    const reader = zipStream(iterate([stored('a', text('abc'))])).getReader({ mode: 'byob' });
    const chunks: Uint8Array[] = [];
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(50));
      if (done) break;
      chunks.push(value);
    }
    expect(readZip(Buffer.concat(chunks)).members.length).toBe(1);
  });
});

describe('flow', () => {
  it('reads nothing before the consumer asks and no more than it asks for', async () => {
    let opened = 0;
    const data = new Uint8Array(65_536);
    const entries = Array.from({ length: 50 }, (_, index) =>
      stored(`${index}`, data, {
        open: async () => {
          opened++;
          return data;
        },
      }),
    );
    const reader = zipStream(iterate(entries)).getReader();
    await new Promise((resolve) => setImmediate(resolve));
    expect(opened).toBe(0);
    await reader.read();
    await reader.read();
    await new Promise((resolve) => setImmediate(resolve));
    expect(opened).toBeLessThanOrEqual(2);
    await reader.cancel();
  });

  it('returns the iterator and closes the open member when it is cancelled', async () => {
    const events: string[] = [];
    const data = new Uint8Array(200_000);
    async function* entries(): AsyncGenerator<ZipEntry> {
      try {
        const open = async () =>
          streamOf([data.subarray(0, 100_000), data.subarray(100_000)], () => void events.push('member'));
        yield stored('a', data, { open });
        yield stored('b', data);
      } finally {
        events.push('iterator');
      }
    }
    const reader = zipStream(entries()).getReader();
    await reader.read();
    await reader.cancel();
    expect(events).toEqual(['member', 'iterator']);
  });

  it('returns the source of a deflated member when it is cancelled', async () => {
    let isReturned = false;
    async function* noise(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield crypto.getRandomValues(new Uint8Array(60_000));
      } finally {
        isReturned = true;
      }
    }
    const entry: ZipEntry = { kind: 'deflated', name: 'noise', modifiedAt, chunks: noise() };
    const reader = zipStream(iterate([entry])).getReader();
    await reader.read();
    await reader.cancel();
    await expect.poll(() => isReturned).toBe(true);
  });
});

describe('members that are not what they declared', () => {
  it.each([
    ['too short', { bytes: 6 }, '5 of the declared 6 bytes'],
    ['too long', { bytes: 4 }, 'more than the declared 4 bytes'],
    ['changed', { crc32: 1 }, 'CRC-32'],
  ])('error the stream: %s', async (_case, changes, message) => {
    const archive = collect(zipStream(iterate([stored('a', text('12345'), changes)])));
    await expect(archive).rejects.toThrow(ZipEntryError);
    await expect(archive).rejects.toThrow(message);
  });

  it('pass on what open() and the iterators throw', async () => {
    const gone = stored('a', text('1'), { open: () => Promise.reject(new Error('blob is gone')) });
    await expect(collect(zipStream(iterate([gone])))).rejects.toThrow('blob is gone');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield text('line\n');
      throw new Error('database is gone');
    }
    const entry: ZipEntry = { kind: 'deflated', name: 'a', modifiedAt, chunks: failing() };
    await expect(collect(zipStream(iterate([entry])))).rejects.toThrow('database is gone');
  });
});

describe('member names', () => {
  it.each([
    ['/etc/passwd', 'etc/passwd'],
    ['../../etc/passwd', 'etc/passwd'],
    ['a/./b/../c', 'a/b/c'],
    ['..\\..\\windows\\a', 'windows/a'],
    ['C:\\a\\b.jpg', 'a/b.jpg'],
    ['a//b/', 'a/b'],
    ['a/.. /b', 'a/b'],
    ['a:b\u0000c?.jpg', 'a_b_c_.jpg'],
    ['...hidden..jpg', '...hidden..jpg'],
  ])('%j becomes %j', (name, safe) => {
    expect(new TextDecoder().decode(encodeName(name))).toBe(safe);
  });

  it('are refused when nothing is left or they are too long', () => {
    for (const name of ['', '/', '../..', '\\', 'x'.repeat(65_536)])
      expect(() => encodeName(name)).toThrow(ZipEntryError);
  });
});

describe('records past 4 GiB', () => {
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = text('n');
  const written = {
    name,
    modifiedAt,
    method: 'stored',
    isHuge: false,
    crc32: 7,
    compressedBytes: 5,
    bytes: 5,
  } as const;

  it('keep 32-bit fields up to one below the limit', () => {
    expect(centralHeader({ ...written, offset: 4 * GIB - 2 }).length).toBe(47);
    expect(endRecords(1, 47, 4 * GIB - 2).length).toBe(22);
  });

  it('put a large offset, then large sizes first, into the zip64 field', () => {
    const late = view(centralHeader({ ...written, offset: 5 * GIB }));
    expect([late.getUint32(42, true), late.getUint16(49, true), late.getBigUint64(51, true)]).toEqual([
      0xffffffff,
      8,
      BigInt(5 * GIB),
    ]);
    const large = view(
      centralHeader({ ...written, compressedBytes: 6 * GIB, bytes: 7 * GIB, offset: 5 * GIB }),
    );
    expect([51, 59, 67].map((at) => Number(large.getBigUint64(at, true)) / GIB)).toEqual([7, 6, 5]);
  });

  it('announce a large member in its local header', () => {
    const known = { bytes: 4 * GIB, crc32: 7 };
    const header = view(localHeader({ name, modifiedAt, method: 'stored', isHuge: false, known }));
    expect([header.getUint32(18, true), header.getUint32(22, true)]).toEqual([0xffffffff, 0xffffffff]);
    expect(Number(header.getBigUint64(35, true))).toBe(4 * GIB);
  });

  it('write times in UTC with steps of two seconds, from 1980 on', () => {
    const at = (moment: Date) => {
      const header = view(
        localHeader({ name, modifiedAt: moment, method: 'stored', isHuge: false, known: null }),
      );
      return [header.getUint16(12, true), header.getUint16(10, true)];
    };
    expect(at(modifiedAt)).toEqual([(46 << 9) | (3 << 5) | 4, (5 << 11) | (6 << 5) | 4]);
    expect(at(new Date(0))).toEqual([(1 << 5) | 1, 0]);
    expect(at(new Date(Number.NaN))).toEqual([(1 << 5) | 1, 0]);
  });
});
