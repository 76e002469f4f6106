import type { Collection } from './collection.ts';
import { layOutCopies } from './copies.ts';
import { ORIGIN, ORIGIN_COUNT, type Photo, type Place, type Section } from './exhibit.ts';
import { layOutFaults } from './faults.ts';
import { layOutMoves } from './moves.ts';
import { layOutRefusals } from './refusals.ts';
import { createSupply, photoPath, stored } from './supply.ts';

/** Everything that is on the site, over all its origins. */
export interface Exhibition extends Section {
  /** Of the exhibits, the photographs that just lie there, origin by origin. */
  photos: Photo[][];
  /** The first photographs of the main origin in a smaller size. */
  smaller: Place[];
}

/**
 * Lays out the site: every origin gets its part of the prints, most of them plainly under `/photos/`, some for what the
 * origin is there to show. No print is listed twice but in a group.
 */
export function layOut(collection: Collection): Exhibition {
  const supply = createSupply(collection);
  const sections = [layOutCopies, layOutRefusals, layOutMoves, layOutFaults].map((build) => build(supply));
  // The one photograph of which the only URL has a query, with a sign that HTML and XML have to escape.
  const asked = supply.take(ORIGIN.main);
  const query = `${photoPath(asked)}?size=full&v=2`;
  const photos = Array.from({ length: ORIGIN_COUNT }, (_, origin) =>
    supply
      .rest(origin)
      .map((print) => stored({ origin, path: photoPath(print) }, print, supply.serve(print))),
  );
  photos[ORIGIN.main]?.push(stored({ origin: ORIGIN.main, path: query }, asked, supply.serve(asked)));
  const smaller = collection.smaller.map((file) => {
    return { origin: ORIGIN.main, path: photoPath(file), resource: supply.serve(file) };
  });
  return {
    photos,
    smaller,
    exhibits: [...photos.flat(), ...sections.flatMap(({ exhibits }) => exhibits)],
    unlisted: [...sections.flatMap(({ unlisted }) => unlisted), ...smaller],
  };
}
