import * as z from 'zod';
import { describeMeasured, markdownTable, measured } from '../lib/measured.ts';

export const GrowthFigures = z.object({
  /** Images of the project; of each page the lists below hold one figure for each size. */
  sizes: z.array(z.int()),
  listings: z.array(
    z.object({
      name: z.string(),
      /** Median of what Postgres took, in milliseconds. */
      ms: z.array(z.number()),
      /** Of 8 KiB, touched. */
      pages: z.array(z.int()),
      /** The last of `ms` by the first. */
      ratio: z.number(),
      /** How the largest was read, in the order of the plan. */
      ways: z.array(z.string()),
    }),
  ),
});
export type GrowthFigures = z.infer<typeof GrowthFigures>;

const inWords = (size: number) => size.toLocaleString('en');

/** The cells of the table, for people at a terminal and for the page. */
export function growthCells({ sizes, listings }: GrowthFigures): { head: string[]; rows: string[][] } {
  const [smallest = 0] = sizes;
  const largest = sizes.at(-1) ?? 0;
  return {
    head: [
      'page of 50',
      ...sizes.map((size) => `ms at ${inWords(size)}`),
      `${inWords(largest)} / ${inWords(smallest)}`,
      ...sizes.map((size) => `pages at ${inWords(size)}`),
    ],
    rows: listings.map(({ name, ms, pages, ratio }) => [
      name,
      ...ms.map((one) => one.toFixed(2)),
      ratio.toFixed(2),
      ...pages.map(String),
    ]),
  };
}

/** The block of docs/performance.md. Throws for a file that is of another shape. */
export function renderGrowth(json: unknown): string {
  const kept = GrowthFigures.extend(measured).parse(json);
  const { head, rows } = growthCells(kept);
  return `${describeMeasured(kept)}\n\n${markdownTable(head, rows)}`;
}
