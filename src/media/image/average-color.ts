import type { Pixels } from './types.ts';

/** Mean colour weighted by alpha, as `#rrggbb`; white for a wholly transparent image. */
export function averageColor({ data }: Pixels): string {
  const sums = [0, 0, 0];
  let weight = 0;
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] ?? 0;
    weight += alpha;
    for (let channel = 0; channel < 3; channel++) {
      sums[channel] = (sums[channel] ?? 0) + (data[at + channel] ?? 0) * alpha;
    }
  }
  if (weight === 0) return '#ffffff';
  return formatColor(sums.map((sum) => sum / weight));
}

/** A colour of red, green and blue from 0 to 255 as `#rrggbb`. */
export function formatColor(channels: number[]): string {
  const hex = channels.map((value) => Math.round(value).toString(16).padStart(2, '0'));
  return `#${hex.join('')}`;
}
