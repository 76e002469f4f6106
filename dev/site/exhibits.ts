import { join } from 'node:path';
import type { Collection, SiteFile } from './collection.ts';
import { FAULTY_FILES } from './faulty-files.ts';

/** What the server answers at one path. */
export type Resource =
  | { kind: 'file'; path: string; type: string; bytes: number; etag: string }
  | { kind: 'status'; status: number }
  | { kind: 'redirect'; location: string }
  /** Declares and sends so many bytes: a good beginning, then padding. */
  | { kind: 'oversized'; path: string; type: string; bytes: number }
  /** Declares the whole file, sends half of it and resets the connection. */
  | { kind: 'reset'; path: string; type: string; bytes: number };

/** One URL to crawl and the item status it must end in. */
export interface Exhibit {
  path: string;
  expected: 'stored' | 'duplicate_exact' | 'rejected' | 'failed';
  reason?: string;
  /** Of the bytes, for those that are stored or found again. */
  sha256?: string;
  /** Exhibits of one group hold the same bytes: any one of them may be the stored one, the others are duplicates. */
  group?: string;
  resource: Resource;
}

/** Over the 10 MiB that a crawl takes. */
const OVERSIZED_BYTES = 11 * 1024 * 1024;
/** Prints that are also served under a second URL. */
const COPIED: readonly number[] = [3, 10];

/** Everything that the manifest lists, good ones first, and the paths that only redirects lead to. */
export interface Exhibition {
  exhibits: Exhibit[];
  unlisted: { path: string; resource: Resource }[];
}

/** Lays out the site: every print once (the last one behind a redirect), two of them twice, and the broken ones. */
export function layOut(collection: Collection): Exhibition {
  const fileResource = (file: SiteFile): Resource => ({
    kind: 'file',
    path: join(collection.folder, file.file),
    type: file.type,
    bytes: file.bytes,
    etag: `"${file.sha256.slice(0, 32)}"`,
  });
  const groups = new Map(COPIED.map((at, pair) => [at, `copy-${pair + 1}`]));
  const last = collection.prints.length - 1;
  const listed = collection.prints.map((print, at): Exhibit => {
    const group = groups.get(at);
    const stored = { expected: 'stored', sha256: print.sha256 } as const;
    if (at === last) {
      const resource = { kind: 'redirect', location: photoPath(print) } as const;
      return { path: `/moved/${print.file}`, ...stored, resource };
    }
    return { path: photoPath(print), ...stored, ...(group ? { group } : {}), resource: fileResource(print) };
  });
  const copies = collection.prints.flatMap((print, at): Exhibit[] => {
    const group = groups.get(at);
    if (!group) return [];
    const path = `/copies/${print.file}`;
    return [
      { path, expected: 'duplicate_exact', sha256: print.sha256, group, resource: fileResource(print) },
    ];
  });
  const [first] = collection.prints;
  const target = collection.prints[last];
  if (!first || !target) throw new Error('the collection holds no prints');
  const start = { path: join(collection.folder, first.file), type: first.type };
  const spoilt = ({ file }: { file: string }): Resource => {
    const found = collection.faulty.find((candidate) => candidate.file === file);
    if (!found) throw new Error(`the collection lacks ${file}`);
    return fileResource(found);
  };
  const broken: Exhibit[] = [
    failed('/broken/missing.jpg', 'http_4xx', { kind: 'status', status: 404 }),
    failed('/broken/gone.jpg', 'http_4xx', { kind: 'status', status: 410 }),
    failed('/broken/error.jpg', 'http_5xx', { kind: 'status', status: 500 }),
    failed('/broken/loop.jpg', 'redirects', { kind: 'redirect', location: '/broken/loop-back.jpg' }),
    failed('/broken/reset.jpg', 'reset', { kind: 'reset', ...start, bytes: first.bytes }),
    rejected('/broken/truncated.jpg', 'corrupt', spoilt(FAULTY_FILES.truncated)),
    rejected('/broken/bad-checksum.png', 'corrupt', spoilt(FAULTY_FILES.badChecksum)),
    rejected('/broken/page.jpg', 'not_image', spoilt(FAULTY_FILES.page)),
    rejected('/broken/drawing.gif', 'format', spoilt(FAULTY_FILES.animation)),
    rejected('/broken/oversized.jpg', 'too_large', { kind: 'oversized', ...start, bytes: OVERSIZED_BYTES }),
  ];
  return {
    exhibits: [...listed, ...copies, ...broken],
    unlisted: [
      { path: photoPath(target), resource: fileResource(target) },
      { path: '/broken/loop-back.jpg', resource: { kind: 'redirect', location: '/broken/loop.jpg' } },
    ],
  };
}

function photoPath(print: SiteFile): string {
  return `/photos/${print.file}`;
}

function failed(path: string, reason: string, resource: Resource): Exhibit {
  return { path, expected: 'failed', reason, resource };
}

function rejected(path: string, reason: string, resource: Resource): Exhibit {
  return { path, expected: 'rejected', reason, resource };
}
