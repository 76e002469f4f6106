import { ORIGIN, type Exhibit, type Section } from './exhibit.ts';
import type { Resource } from './resource.ts';
import { photoPath, stored, type Supply } from './supply.ts';

type Redirect = Extract<Resource, { kind: 'redirect' }>;

const STATUSES = [301, 302, 303, 307, 308] as const;
/** No router leads there from outside (RFC 1918). */
const PRIVATE_URL = 'http://10.0.0.1/photograph.jpg';

/** Redirects, good and bad. A crawl follows four in a row. */
export function layOutMoves(supply: Supply): Section {
  const origin = ORIGIN.moves;
  const section: Section = { exhibits: [], unlisted: [] };

  /** A print that is served at a path nobody lists. */
  const hide = (at: number) => {
    const print = supply.take(at);
    section.unlisted.push({ origin: at, path: photoPath(print), resource: supply.serve(print) });
    return print;
  };
  /** So many redirects in a row; returns the first. */
  const chain = (name: string, hops: number, end: string): Redirect => {
    const path = (hop: number): string => `/moved/${name}/${hop}.jpg`;
    const redirects = STATUSES.slice(0, hops).map((status, hop): Redirect => ({
      kind: 'redirect',
      status,
      location: hop === hops - 1 ? end : path(hop + 1),
    }));
    redirects.forEach((resource, hop) => {
      if (hop > 0) section.unlisted.push({ origin, path: path(hop), resource });
    });
    const [first] = redirects;
    if (!first) throw new Error('a chain has at least one redirect');
    return first;
  };
  const bad = (path: string, expected: Exhibit['expected'], reason: string, resource: Resource): Exhibit => {
    return { origin, path, expected, reason, resource };
  };

  const moved = hide(origin);
  const far = hide(origin);
  const abroad = hide(ORIGIN.faults);
  section.unlisted.push({
    origin,
    path: '/moved/loop-back.jpg',
    resource: { kind: 'redirect', status: 302, location: '/moved/loop.jpg' },
  });
  section.exhibits.push(
    stored({ origin, path: '/moved/one-hop.jpg' }, moved, {
      kind: 'redirect',
      status: 302,
      location: `..${photoPath(moved)}`,
    }),
    stored({ origin, path: '/moved/four-hops.jpg' }, far, chain('four-hops', 4, photoPath(far))),
    stored({ origin, path: '/moved/elsewhere.jpg' }, abroad, {
      kind: 'redirect',
      status: 301,
      location: photoPath(abroad),
      origin: ORIGIN.faults,
    }),
    bad('/moved/five-hops.jpg', 'failed', 'redirects', chain('five-hops', 5, photoPath(moved))),
    bad('/moved/loop.jpg', 'failed', 'redirects', {
      kind: 'redirect',
      status: 302,
      location: '/moved/loop-back.jpg',
    }),
    bad('/moved/private.jpg', 'blocked', 'private_address', {
      kind: 'redirect',
      status: 302,
      location: PRIVATE_URL,
    }),
  );
  return section;
}
