import { describe, expect, it } from 'vitest';
import { inspectImage } from '../../../../src/crawl/inspect/index.ts';
import { GIF_TRAILER, encodeGif, gifExtension, gifFrame } from '../../../helpers/gif-files.ts';
import { expectImage, join } from '../../../helpers/images.ts';
import { withByte } from '../../../helpers/jpeg-segments.ts';

const palette = [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255];
const frame = { width: 4, height: 3, pixels: Array.from({ length: 12 }, (_, index) => index % 4) };
const gif = encodeGif({ width: 4, height: 3, palette, frames: [frame] });
const FRAME_AT = 13 + 12;
const CODE_SIZE_AT = FRAME_AT + 10;

function expectCorrupt(bytes: Uint8Array, detail: string): void {
  expect(inspectImage(bytes)).toMatchObject({
    ok: false,
    reason: 'corrupt',
    detail: expect.stringContaining(detail),
  });
}

describe('inspecting GIF files', () => {
  it('describes a still file of either version', () => {
    const image = {
      format: 'gif',
      mime: 'image/gif',
      width: 4,
      height: 3,
      orientation: 1,
      frames: 1,
      progressive: false,
      components: 1,
    };
    expect(inspectImage(gif)).toEqual({ ok: true, image });
    expect(inspectImage(withByte(gif, 4, 0x37))).toEqual({ ok: true, image });
    expect(expectImage(withByte(gif, FRAME_AT + 9, 0x40)).progressive).toBe(true);
  });

  it('counts frames, among extensions of all kinds', () => {
    const extra = [
      gifExtension(0xff, Buffer.from('NETSCAPE2.0'), Uint8Array.of(1, 0, 0)),
      gifExtension(0xfe, Buffer.from('a comment')),
      gifExtension(0x01, new Uint8Array(12), Buffer.from('text')),
      gifExtension(0x77),
    ];
    const frames = [frame, { ...frame, palette }, { ...frame, transparentIndex: 2 }];
    const moving = encodeGif({ width: 9, height: 8, palette, frames, extra });
    expect(expectImage(moving)).toMatchObject({ width: 9, height: 8, frames: 3 });
  });

  it('makes the canvas as large as its first frame, and no larger for the others', () => {
    const apart = { ...frame, x: 100, y: 50 };
    const first = encodeGif({ width: 10, height: 60, palette, frames: [apart, frame] });
    expect(expectImage(first)).toMatchObject({ width: 104, height: 60 });
    const second = encodeGif({ width: 10, height: 60, palette, frames: [frame, apart] });
    expect(expectImage(second)).toMatchObject({ width: 10, height: 60 });
    expect(expectImage(encodeGif({ width: 0, height: 0, palette, frames: [frame] }))).toMatchObject({
      width: 4,
    });
  });

  it('tolerates bytes after the trailer', () => {
    expectImage(join(gif, [0, 0, 1]));
  });

  it('refuses what is not whole', () => {
    expectCorrupt(encodeGif({ width: 4, height: 3, palette, frames: [] }), 'no image');
    expectCorrupt(encodeGif({ width: 4, height: 3, frames: [frame] }), 'colour table');
    expectCorrupt(gif.subarray(0, gif.length - 1), 'truncated');
    expectCorrupt(join(gif.subarray(0, gif.length - 1), [0], GIF_TRAILER), 'unknown block');
    expectCorrupt(withByte(gif, FRAME_AT + 5, 0), 'without pixels');
    expectCorrupt(withByte(gif, FRAME_AT + 7, 0), 'without pixels');
    for (const codeSize of [0, 9, 255]) expectCorrupt(withByte(gif, CODE_SIZE_AT, codeSize), 'code size');
    const control = gifExtension(0xf9, Uint8Array.of(1, 0, 0));
    expectCorrupt(encodeGif({ width: 4, height: 3, palette, frames: [frame], extra: [control] }), 'control');
  });

  it('refuses a frame that claims more pixels than its data can hold', () => {
    expectCorrupt(withByte(withByte(gif, FRAME_AT + 6, 0xff), FRAME_AT + 8, 0xff), 'too few');
    const second = gifFrame({ ...frame, width: 60_000, height: 60_000 });
    expectCorrupt(join(gif.subarray(0, gif.length - 1), second, GIF_TRAILER), 'too few');
    const empty = join(gif.subarray(0, CODE_SIZE_AT + 1), [0], GIF_TRAILER);
    expectCorrupt(empty, 'too few');
  });

  it('reads megabytes of the smallest blocks', () => {
    const blocks = Buffer.alloc(3_000_000, Uint8Array.of(0x21, 0xfe, 0));
    expect(
      expectImage(encodeGif({ width: 4, height: 3, palette, frames: [frame], extra: [blocks] })).frames,
    ).toBe(1);
    const onePixel = gifFrame({ width: 1, height: 1, pixels: [1] });
    const many = Buffer.alloc(onePixel.length * 100_000, onePixel);
    const flood = join(gif.subarray(0, gif.length - 1), many, GIF_TRAILER);
    expect(expectImage(flood).frames).toBe(100_001);
  });
});
