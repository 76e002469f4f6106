import fc from 'fast-check';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import { media } from '../helpers/crawl.ts';
import { countRows } from '../helpers/sql.ts';
import { picture, sha256Of, upload } from '../helpers/uploads.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** One way in which a file may come. */
interface Delivery {
  chunks: Bytes[];
  fileName: string;
  type: string;
  /** So often under one Idempotency-Key, all at once. */
  times: number;
}
/** Stores a file and says by which hashes its senders know it. */
type Store = (person: Person, project: string, delivery: Delivery) => Promise<string[]>;

/** In each a file is sent in four ways to two projects. */
const RUNS = Math.ceil(inject('propertyRuns') / 25);

const fractions = fc.double({ min: 0, max: 1, noNaN: true });
const ways = fc.array(
  fc.record({
    /** Where the file is cut into chunks. */
    cuts: fc.array(fractions, { maxLength: 20 }),
    fileName: fc.constantFrom('a.jpg', 'b.png', 'c.txt', 'no extension'),
    type: fc.constantFrom('image/jpeg', 'image/png', 'image/webp', 'application/octet-stream'),
    times: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 4, maxLength: 4 },
);
type Way = (typeof ways extends fc.Arbitrary<infer T> ? T : never)[number];

function deliveryOf(bytes: Bytes, { cuts, ...way }: Way): Delivery {
  const places = cuts.map((fraction) => Math.floor(fraction * bytes.byteLength)).sort((a, b) => a - b);
  const ends = [...places, bytes.byteLength];
  return { ...way, chunks: ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end)) };
}

const byUpload: Store = async (person, project, { chunks, fileName, type, times }) => {
  const headers = { 'content-type': type, 'idempotency-key': crypto.randomUUID() };
  const send = async () => {
    const body = new ReadableStream<Bytes>({
      start(controller) {
        for (const chunk of chunks) if (chunk.byteLength > 0) controller.enqueue(chunk);
        controller.close();
      },
    });
    return await upload(person, project, body, { fileName, headers });
  };
  const replies = await Promise.all(Array.from({ length: times }, send));
  // One whose key is in use at this moment is told to repeat it.
  for (const { status } of replies) expect([200, 201, 409]).toContain(status);
  const again = await send();
  expect([200, 201]).toContain(again.status);
  return [...replies, again].filter(({ status }) => status !== 409).map(({ body }) => body.sha256);
};

/** What is wrong once a file has come in several ways at once. */
async function findFaults(store: Store, people: [Person, string][], deliveredBy: Way[]): Promise<string[]> {
  const bytes = await picture();
  const hash = await sha256Of(bytes);
  const known = await Promise.all(
    deliveredBy.map(async (way, nth) => {
      const [person, project] = people[nth % people.length] ?? [];
      return person && project ? await store(person, project, deliveryOf(bytes, way)) : [];
    }),
  );
  const faults = known.flat().flatMap((name) => (name === hash ? [] : [`known as ${name}`]));
  const { objects } = await media.list({ prefix: `original/${hash}` });
  if (objects.length !== 1) faults.push(`${objects.length} objects`);
  for (const { key } of objects) {
    const stored = await media.get(key);
    const named = stored ? await sha256Of(new Uint8Array(await stored.arrayBuffer())) : null;
    if (key !== `original/${named}`) faults.push(`${key} holds ${named}`);
  }
  const rows = await countRows('images', `sha256 = decode($1, 'hex')`, [hash]);
  if (rows !== people.length) faults.push(`${rows} images in ${people.length} projects`);
  return faults;
}

describe('the hash of a file', () => {
  let people: [Person, string][];

  beforeAll(async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    people = [
      [ada, await createProject(ada)],
      [eve, await createProject(eve)],
    ];
  });

  const check = async (store: Store, numRuns: number) => {
    const property = fc.asyncProperty(ways, async (deliveredBy) => {
      expect(await findFaults(store, people, deliveredBy)).toEqual([]);
    });
    return await fc.check(property, { numRuns, endOnFailure: true });
  };

  it('is of its bytes alone, however they come and however often, and names what is stored once', async () => {
    const result = await check(byUpload, RUNS);
    expect(fc.defaultReportMessage(result)).toBeUndefined();
  });

  it('is found wanting by this test when it is of what came first, or of the name as well', async () => {
    const ofTheFirstChunk: Store = async (person, project, delivery) => {
      await byUpload(person, project, delivery);
      return [await sha256Of(delivery.chunks[0] ?? new Uint8Array())];
    };
    const ofTheName: Store = async (person, project, delivery) => {
      const name = new Uint8Array(new TextEncoder().encode(delivery.fileName));
      return await byUpload(person, project, { ...delivery, chunks: [...delivery.chunks, name] });
    };
    for (const mutant of [ofTheFirstChunk, ofTheName]) expect((await check(mutant, 5)).failed).toBe(true);
  });
});
