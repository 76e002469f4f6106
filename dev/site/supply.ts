import { join } from 'node:path';
import type { Collection, SiteFile } from './collection.ts';
import { ORIGIN_COUNT, type Photo, type Place } from './exhibit.ts';
import type { Resource } from './resource.ts';

/** So many neighbouring prints go to one origin: one of each photograph. */
const PRINTS_DEALT = 7;

/** The prints, dealt to the origins, from which each section takes what it shows. */
export interface Supply {
  /** Takes a JPEG out of an origin's part, so that it is shown at one place only. Throws when none is left. */
  take(origin: number): SiteFile;
  /** What is left of an origin's part. */
  rest(origin: number): SiteFile[];
  /** A file answered as it is. */
  serve(file: SiteFile): Extract<Resource, { kind: 'file' }>;
  serveFaulty(faulty: { file: string }): Resource;
}

export function createSupply(collection: Collection): Supply {
  const parts = Array.from({ length: ORIGIN_COUNT }, (_, origin) =>
    collection.prints.filter((_print, at) => Math.floor(at / PRINTS_DEALT) % ORIGIN_COUNT === origin),
  );
  const serve: Supply['serve'] = ({ file, type, bytes, sha256 }) => {
    return {
      kind: 'file',
      path: join(collection.folder, file),
      type,
      bytes,
      etag: `"${sha256.slice(0, 32)}"`,
    };
  };
  return {
    serve,
    take(origin) {
      const part = parts[origin] ?? [];
      const taken = part.findLast(({ type }) => type === 'image/jpeg');
      if (!taken) throw new Error(`origin ${origin} has no JPEG left`);
      part.splice(part.indexOf(taken), 1);
      return taken;
    },
    rest: (origin) => [...(parts[origin] ?? [])],
    serveFaulty({ file }) {
      const found = collection.faulty.find((candidate) => candidate.file === file);
      if (!found) throw new Error(`the collection lacks ${file}`);
      return serve(found);
    },
  };
}

/** A print that is stored from this place. */
export function stored(place: Place, print: SiteFile, resource: Resource): Photo {
  return { ...place, expected: 'stored', sha256: print.sha256, print, resource };
}

export function photoPath({ file }: { file: string }): string {
  return `/photos/${file}`;
}
