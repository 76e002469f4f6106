import { createHash } from 'node:crypto';
import type { Collection, SiteFile } from '../../../dev/site/collection.ts';
import { FAULTY_FILES } from '../../../dev/site/faulty-files.ts';
import { FILE_TYPES, planPrints } from '../../../dev/site/print-plan.ts';

/**
 * The records of the collection without its files, which take seconds to make: enough for all that the site writes
 * about its photographs, and for none of the photographs.
 */
export async function recordCollection(): Promise<Collection> {
  const record = (file: string, type: string, caption: string, width: number): SiteFile => {
    const sha256 = createHash('sha256').update(file).digest('hex');
    return { file, type, bytes: 1, sha256, width, height: 400, caption };
  };
  const prints = (await planPrints()).map(({ file, format, photograph, longSide }) => {
    return record(file, FILE_TYPES[format].type, photograph.caption, longSide);
  });
  return {
    folder: '/nowhere',
    prints,
    smaller: prints
      .slice(0, 3)
      .map(({ file, caption }) => record(`${file.slice(0, -4)}-320.jpg`, 'image/jpeg', caption, 320)),
    faulty: Object.values(FAULTY_FILES).map(({ file, type }) => record(file, type, '', 0)),
    madeAt: new Date('2026-01-02T03:04:05Z'),
  };
}
