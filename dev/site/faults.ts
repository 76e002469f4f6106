import { ORIGIN, type Exhibit, type Section } from './exhibit.ts';
import { FAULTY_FILES } from './faulty-files.ts';
import type { Resource } from './resource.ts';
import { stored, type Supply } from './supply.ts';
import { createTurnstile } from './turnstile.ts';

/** Over the 10 MiB that a crawl takes. */
const OVERSIZED_BYTES = 11 * 1024 * 1024;
const SLOW_MS = 2_000;

/** Files that are not what they seem, and a server that does not do what it should. */
export function layOutFaults(supply: Supply): Section {
  const [named, slow, busy, broken] = [
    supply.take(ORIGIN.files),
    supply.take(ORIGIN.faults),
    supply.take(ORIGIN.faults),
    supply.take(ORIGIN.faults),
  ];
  const { path, type, bytes } = supply.serve(broken);
  const rejected = (path: string, reason: string, file: { file: string }): Exhibit => {
    const resource = supply.serveFaulty(file);
    return { origin: ORIGIN.files, path, expected: 'rejected', reason, resource };
  };
  const failed = (path: string, reason: string, resource: Resource): Exhibit => {
    return { origin: ORIGIN.faults, path, expected: 'failed', reason, resource };
  };
  return {
    exhibits: [
      // A JPEG whatever it is called, and stored as one.
      stored({ origin: ORIGIN.files, path: '/spoilt/jpeg-inside.png' }, named, {
        ...supply.serve(named),
        type: 'image/png',
      }),
      rejected('/spoilt/truncated.jpg', 'corrupt', FAULTY_FILES.truncated),
      rejected('/spoilt/truncated.webp', 'corrupt', FAULTY_FILES.truncatedWebp),
      rejected('/spoilt/bad-checksum.png', 'corrupt', FAULTY_FILES.badChecksum),
      rejected('/spoilt/page.jpg', 'not_image', FAULTY_FILES.page),
      rejected('/spoilt/page-in-disguise.jpg', 'not_image', FAULTY_FILES.pageInDisguise),
      rejected('/spoilt/scan.tif', 'format', FAULTY_FILES.scan),
      stored({ origin: ORIGIN.faults, path: '/broken/slow.jpg' }, slow, {
        ...supply.serve(slow),
        delayMs: SLOW_MS,
      }),
      stored({ origin: ORIGIN.faults, path: '/broken/busy.jpg' }, busy, {
        ...supply.serve(busy),
        turnstile: createTurnstile(),
      }),
      failed('/broken/missing.jpg', 'http_4xx', { kind: 'status', status: 404 }),
      failed('/broken/gone.jpg', 'http_4xx', { kind: 'status', status: 410 }),
      failed('/broken/error.jpg', 'http_5xx', { kind: 'status', status: 500 }),
      failed('/broken/reset.jpg', 'reset', { kind: 'cut', ending: 'reset', path, type, bytes }),
      failed('/broken/short.jpg', 'reset', { kind: 'cut', ending: 'close', path, type, bytes }),
      {
        origin: ORIGIN.faults,
        path: '/broken/oversized.jpg',
        expected: 'rejected',
        reason: 'too_large',
        resource: { kind: 'oversized', path, type, bytes: OVERSIZED_BYTES },
      },
    ],
    unlisted: [],
  };
}
