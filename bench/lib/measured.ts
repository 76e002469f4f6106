import * as z from 'zod';
import { align } from './align.ts';

/** What every kept result begins with: what it was measured on, and when. */
export const measured = {
  machine: z.object({
    cpus: z.number(),
    model: z.string(),
    memoryGb: z.number(),
    os: z.string(),
    node: z.string(),
    workerd: z.string(),
  }),
  measuredAt: z.iso.datetime(),
};

type Measured = z.infer<z.ZodObject<typeof measured>>;

/** One line that names the machine by what it is. */
export function describeMeasured({ machine, measuredAt }: Measured): string {
  const { cpus, model, memoryGb, os, node, workerd } = machine;
  return `Measured on ${measuredAt.slice(0, 10)}: ${model}, ${cpus} cores, ${memoryGb} GB, ${os}, Node ${node}, workerd ${workerd}.`;
}

/** Rows as a table of Markdown; the first column is text, the others are numbers. */
export function markdownTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** The same for a terminal. */
export function plainTable(head: string[], rows: string[][]): string {
  return align([head, ...rows]);
}
