import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import * as z from 'zod';
import { FAULTY_FILES } from './faulty-files.ts';
import { PHOTOGRAPHS, pathOfPhotograph } from './photographs.ts';
import { FILE_TYPES, planPrints, PRINT_COUNT } from './print-plan.ts';
import { makePrint } from './printing.ts';

/** Raise it when the files would come out different from the same photographs and the same sharp. */
const RECIPE_VERSION = 3;
/** sharp works off the main thread; more than this at once only costs memory. */
const PRINTS_AT_ONCE = 4;
/** The first prints also come in a smaller size, for pages that offer a choice. */
const SMALLER_COUNT = 3;
const SMALLER_WIDTH = 320;
const INDEX_FILE = 'index.json';
const UNFINISHED_PREFIX = 'unfinished-';
/** An unfinished folder of this age was left by a process that died. */
const UNFINISHED_LIFETIME_MS = 3_600_000;

const fileSchema = z.object({
  file: z.string(),
  type: z.string(),
  bytes: z.int().positive(),
  sha256: z.string().length(64),
  /** As seen: after the EXIF orientation. */
  width: z.int().nonnegative(),
  height: z.int().nonnegative(),
  caption: z.string(),
});
const indexSchema = z.object({
  stamp: z.string(),
  prints: z.array(fileSchema),
  smaller: z.array(fileSchema),
  faulty: z.array(fileSchema),
});

export type SiteFile = z.infer<typeof fileSchema>;

/** The files of the site on disk. */
export interface Collection {
  folder: string;
  prints: SiteFile[];
  /** The first of the prints again, 320 pixels wide, in the same order. */
  smaller: SiteFile[];
  faulty: SiteFile[];
  madeAt: Date;
}

/**
 * Opens the collection kept in `cacheDir`, making it first when it is missing, incomplete or of another version. Two
 * processes may do so at once: each works in a folder of its own and one rename wins. `count`: prints that it has.
 */
export async function openCollection(cacheDir: string, count = PRINT_COUNT): Promise<Collection> {
  await mkdir(cacheDir, { recursive: true });
  const stamp = await computeStamp(count);
  const folder = join(cacheDir, `collection-${stamp}`);
  const kept = await readCollection(folder, stamp);
  if (kept) return kept;
  await removeLeftovers(cacheDir);
  const unfinished = join(cacheDir, `${UNFINISHED_PREFIX}${randomUUID()}`);
  try {
    await makeCollection(unfinished, stamp, count);
    await moveIntoPlace(unfinished, folder, stamp);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  const made = await readCollection(folder, stamp);
  if (!made) throw new Error(`the sample photographs in ${folder} are incomplete`);
  return made;
}

/** Recipe, encoder versions, photographs and number decide the files, so together they name the folder. */
async function computeStamp(count: number): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([RECIPE_VERSION, sharp.versions, count]));
  for (const photograph of PHOTOGRAPHS) hash.update(await readFile(pathOfPhotograph(photograph)));
  return hash.digest('hex').slice(0, 16);
}

async function readCollection(folder: string, stamp: string): Promise<Collection | undefined> {
  try {
    const path = join(folder, INDEX_FILE);
    const index = indexSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    if (index.stamp !== stamp) return undefined;
    const { prints, smaller, faulty } = index;
    const all = [...prints, ...smaller, ...faulty];
    const sizes = await Promise.all(all.map(async ({ file }) => (await stat(join(folder, file))).size));
    if (all.some(({ bytes }, at) => bytes !== sizes[at])) return undefined;
    return { folder, prints, smaller, faulty, madeAt: (await stat(path)).mtime };
  } catch {
    // Whatever cannot be read is made again; an unwritable folder then fails with its own error.
    return undefined;
  }
}

async function makeCollection(folder: string, stamp: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const plans = (await planPrints()).slice(0, count);
  const prints: SiteFile[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < plans.length; at = next++) {
      const plan = plans[at];
      if (!plan) return;
      const bytes = await makePrint(plan);
      const { type } = FILE_TYPES[plan.format];
      prints[at] = await keep(folder, plan.file, type, plan.photograph.caption, bytes);
    }
  };
  await Promise.all(Array.from({ length: PRINTS_AT_ONCE }, worker));
  const smaller: SiteFile[] = [];
  for (const { file, caption } of prints.slice(0, SMALLER_COUNT)) {
    const bytes = await sharp(join(folder, file)).autoOrient().resize(SMALLER_WIDTH).jpeg().toBuffer();
    const name = `${file.replace(/\.\w+$/, '')}-${SMALLER_WIDTH}.jpg`;
    smaller.push(await keep(folder, name, 'image/jpeg', caption, bytes));
  }
  const good = await readFile(join(folder, prints[0]?.file ?? ''));
  const faulty: SiteFile[] = [];
  for (const { file, type, make } of Object.values(FAULTY_FILES)) {
    faulty.push(await keep(folder, file, type, '', await make(good)));
  }
  // Written last: a folder without an index is not a collection.
  await writeFile(join(folder, INDEX_FILE), JSON.stringify({ stamp, prints, smaller, faulty }));
}

async function keep(
  folder: string,
  file: string,
  type: string,
  caption: string,
  bytes: Buffer,
): Promise<SiteFile> {
  await writeFile(join(folder, file), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const size = caption === '' ? { width: 0, height: 0 } : (await sharp(bytes).metadata()).autoOrient;
  return { file, type, bytes: bytes.length, sha256, width: size.width, height: size.height, caption };
}

async function moveIntoPlace(unfinished: string, folder: string, stamp: string): Promise<void> {
  // Another process may have finished first; its files are the same, and may be open already.
  if (await readCollection(folder, stamp)) return;
  await rm(folder, { recursive: true, force: true });
  try {
    await rename(unfinished, folder);
  } catch (cause) {
    if (!(await readCollection(folder, stamp))) throw cause;
  }
}

/** Removes collections of other versions and folders of dead processes; everything else in the cache is left alone. */
async function removeLeftovers(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const path = join(cacheDir, name);
    const dead =
      name.startsWith(UNFINISHED_PREFIX) && Date.now() - (await stat(path)).mtimeMs > UNFINISHED_LIFETIME_MS;
    if (dead || /^collection-[0-9a-f]{16}$/.test(name)) await rm(path, { recursive: true, force: true });
  }
}
