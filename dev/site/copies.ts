import { ORIGIN, type Exhibit, type Place, type Section } from './exhibit.ts';
import type { Resource } from './resource.ts';
import { photoPath, stored, type Supply } from './supply.ts';

/** Photographs that lie under more than one URL: beside the first one, on another origin, behind a redirect. */
export function layOutCopies(supply: Supply): Section {
  const share = (
    group: string,
    origin: number,
    elsewhere: (photo: string) => (Place & { resource?: Resource })[],
  ): Exhibit[] => {
    const print = supply.take(origin);
    const resource = supply.serve(print);
    const first = { ...stored({ origin, path: photoPath(print) }, print, resource), group };
    const others = elsewhere(photoPath(print)).map((place): Exhibit => {
      return { resource, ...place, expected: 'duplicate_exact', sha256: print.sha256, group };
    });
    return [first, ...others];
  };
  const { main, rules, notices, files, moves, faults } = ORIGIN;
  const copy = (origin: number, photo: string): Place => ({ origin, path: `/copies${photo}` });
  return {
    exhibits: [
      ...share('copy-1', main, (photo) => [copy(main, photo)]),
      ...share('copy-2', rules, (photo) => [copy(files, photo)]),
      ...share('copy-3', notices, (photo) => [{ origin: notices, path: `${photo}?download=1` }]),
      ...share('copy-4', moves, (photo) => [copy(main, photo), copy(faults, photo)]),
      ...share('copy-5', moves, (photo) => [
        {
          origin: moves,
          path: `/moved${photo}`,
          resource: { kind: 'redirect', status: 301, location: photo },
        },
      ]),
    ],
    unlisted: [],
  };
}
