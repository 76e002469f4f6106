/** Which images of a list are selected, and where a range goes on. */
export interface Selection {
  ids: ReadonlySet<string>;
  /** Every image that matches, also those not loaded; `ids` then are the loaded ones of that moment. */
  isAll: boolean;
  /** Where the next range starts. */
  anchorId: string | null;
  /** What was selected before the range from the anchor, which a further one replaces. */
  base: ReadonlySet<string>;
}

/** A list of images that knows the place of each, so that a range costs only its own length. */
interface Listed {
  images: readonly { id: string }[];
  placeOf: (id: string) => number;
}

export const NOTHING: Selection = { ids: new Set(), isAll: false, anchorId: null, base: new Set() };

export function isEmpty({ ids, isAll }: Selection): boolean {
  return ids.size === 0 && !isAll;
}

export function isSelected({ ids, isAll }: Selection, id: string): boolean {
  return isAll || ids.has(id);
}

function only(ids: ReadonlySet<string>, anchorId: string | null): Selection {
  return { ids, isAll: false, anchorId, base: ids };
}

/** Selects an image, or takes it out; from all that match it leaves the loaded ones without it. */
export function toggle(selection: Selection, { images }: Listed, id: string): Selection {
  const ids = new Set(selection.isAll ? images.map((image) => image.id) : selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return only(ids, id);
}

/**
 * Selects from the anchor to an image, in place of the last range from that anchor. Without an anchor that is in the
 * list, only that image is added.
 */
export function selectTo(selection: Selection, list: Listed, id: string, fallbackId: string): Selection {
  if (selection.isAll) return selection;
  const anchorId =
    selection.anchorId !== null && list.placeOf(selection.anchorId) >= 0 ? selection.anchorId : fallbackId;
  const [from, to] = [list.placeOf(anchorId), list.placeOf(id)].sort((one, other) => one - other);
  if (from === undefined || to === undefined || from < 0) return toggle(selection, list, id);
  const range = list.images.slice(from, to + 1).map((image) => image.id);
  return { ids: new Set([...selection.base, ...range]), isAll: false, anchorId, base: selection.base };
}

/** Selects what is loaded. */
export function selectLoaded({ images }: Listed): Selection {
  return only(new Set(images.map(({ id }) => id)), null);
}

/** Selects every image that matches, loaded or not. */
export function selectAll(list: Listed): Selection {
  return { ...selectLoaded(list), isAll: true };
}

/** Without images that left the list; the same selection when none of them was in it. */
export function without(selection: Selection, gone: ReadonlySet<string>): Selection {
  if (![...gone].some((id) => selection.ids.has(id))) return selection;
  const keep = (ids: ReadonlySet<string>) => new Set([...ids].filter((id) => !gone.has(id)));
  const anchorId = selection.anchorId !== null && gone.has(selection.anchorId) ? null : selection.anchorId;
  return { ids: keep(selection.ids), isAll: selection.isAll, anchorId, base: keep(selection.base) };
}
