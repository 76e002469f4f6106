import { type Orientation, type Pixels, isTransposed } from './types.ts';

/** Turns stored pixels the way they are to be shown (EXIF 2.32, tag 274). Returns the input for 1. */
export function orient(pixels: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return pixels;
  const { data, width, height } = pixels;
  const turnedWidth = isTransposed(orientation) ? height : width;
  const source = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const target = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const { column, row } = place(x, y, width - 1, height - 1, orientation);
      target[row * turnedWidth + column] = source[y * width + x] ?? 0;
    }
  }
  return {
    data: new Uint8ClampedArray(target.buffer),
    width: turnedWidth,
    height: isTransposed(orientation) ? width : height,
  };
}

function place(x: number, y: number, right: number, bottom: number, orientation: Exclude<Orientation, 1>) {
  switch (orientation) {
    case 2:
      return { column: right - x, row: y };
    case 3:
      return { column: right - x, row: bottom - y };
    case 4:
      return { column: x, row: bottom - y };
    case 5:
      return { column: y, row: x };
    case 6:
      return { column: bottom - y, row: x };
    case 7:
      return { column: bottom - y, row: right - x };
    case 8:
      return { column: y, row: right - x };
  }
}
