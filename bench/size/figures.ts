import * as z from 'zod';
import { describeMeasured, markdownTable, measured } from '../lib/measured.ts';

export const SizeFigures = z.object({
  /** KiB, as `wrangler deploy` uploads them. */
  scriptKiB: z.number(),
  scriptGzipKiB: z.number(),
  wasmKiB: z.number(),
  wasmGzipKiB: z.number(),
  /** What must stay below: of the script alone, compressed. */
  scriptGzipLimitKiB: z.number(),
  /** What workerd was busy for while it loaded the bundle, as its profiler saw it; median of `starts`. */
  startUpCpuMs: z.number(),
  /** The least of them: other work of the machine counts in the rest. */
  leastStartUpCpuMs: z.number(),
  /** The same of a Worker that answers and does nothing else. */
  emptyStartUpCpuMs: z.number(),
  startUpLimitMs: z.number(),
  starts: z.int(),
});
export type SizeFigures = z.infer<typeof SizeFigures>;

export function sizeCells(figures: SizeFigures): { head: string[]; rows: string[][] } {
  const {
    scriptKiB,
    scriptGzipKiB,
    wasmKiB,
    wasmGzipKiB,
    scriptGzipLimitKiB,
    startUpCpuMs,
    leastStartUpCpuMs,
    emptyStartUpCpuMs,
    startUpLimitMs,
  } = figures;
  const row = (name: string, value: number, limit: number | null) => [
    name,
    value.toFixed(1),
    limit === null ? '' : String(limit),
  ];
  return {
    head: ['', 'measured', 'limit'],
    rows: [
      row('script, KiB', scriptKiB, null),
      row('script compressed, KiB', scriptGzipKiB, scriptGzipLimitKiB),
      row('codecs (WASM), KiB', wasmKiB, null),
      row('codecs compressed, KiB', wasmGzipKiB, null),
      row('both compressed, KiB', scriptGzipKiB + wasmGzipKiB, null),
      row('start-up, ms of processor time, median', startUpCpuMs, startUpLimitMs),
      row('the same, least of all starts', leastStartUpCpuMs, startUpLimitMs),
      row('start-up of an empty Worker, ms', emptyStartUpCpuMs, null),
    ],
  };
}

/** The block of docs/performance.md. Throws for a file that is of another shape. */
export function renderSize(json: unknown): string {
  const kept = SizeFigures.extend(measured).parse(json);
  const { head, rows } = sizeCells(kept);
  return `${describeMeasured(kept)}\n\n${markdownTable(head, rows)}`;
}
