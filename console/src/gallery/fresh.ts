/**
 * What a newly read first page adds to the images already shown. `hasGap` says that the page does not reach
 * the shown ones: more arrived than fit on one page.
 */
export function splitFresh<T extends { id: string }>(
  page: readonly T[],
  shown: readonly T[],
): { added: T[]; hasGap: boolean } {
  const known = new Set(shown.map(({ id }) => id));
  const added = page.filter(({ id }) => !known.has(id));
  return { added, hasGap: added.length === page.length && shown.length > 0 };
}

/** The new images before the shown ones, none twice. */
export function mergeFresh<T extends { id: string }>(fresh: readonly T[], shown: readonly T[]): T[] {
  const known = new Set(shown.map(({ id }) => id));
  return [...fresh.filter(({ id }) => !known.has(id)), ...shown];
}
