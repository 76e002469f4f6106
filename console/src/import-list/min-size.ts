/** As the API takes it. */
export const MAX_EDGE_PX = 16_384;

/** A smallest edge in pixels: undefined for an empty text, null for anything but 1 to MAX_EDGE_PX. */
export function parseMinSize(text: string): number | undefined | null {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (!/^\d{1,5}$/.test(trimmed)) return null;
  const pixels = Number(trimmed);
  return pixels >= 1 && pixels <= MAX_EDGE_PX ? pixels : null;
}
