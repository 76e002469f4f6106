import { align } from '../lib/align.ts';
import { HEAP_LIMIT_MIB } from './heap.ts';
import type { PhasePeak } from './memory.ts';
import type { Comparison } from './reads.ts';

/** Bytes that an isolate has on Cloudflare (https://developers.cloudflare.com/workers/platform/limits/#memory). */
const LIMIT = 128 * 1024 * 1024;

/** Far more than a page of a hundred rows is spread over. */
const MANY_BUFFERS = 1_000;

const mb = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
const ms = (time: number) => time.toFixed(time < 100 ? 1 : 0);
const ratio = (large: number, small: number) => (small === 0 ? '-' : (large / small).toFixed(2));

export function renderMemory(peaks: PhasePeak[]): string {
  const rest = peaks[0]?.resident ?? 0;
  const rows = peaks.map(({ phase, resident, used, buffers, together, samples }) => [
    phase,
    mb(used),
    mb(buffers),
    mb(together),
    `${((together / LIMIT) * 100).toFixed(0)} %`,
    mb(resident),
    mb(resident - rest),
    String(samples),
  ]);
  const head = ['peak MiB', 'heap', 'buffers', 'isolate', 'of 128', 'RSS workerd', 'above rest', 'samples'];
  return align([head, ...rows]);
}

export function renderComparisons(title: string, compared: Comparison[]): string {
  const rows = compared.map(({ name, large, small }) => [
    name,
    `${ms(large.median)} / ${ms(small.median)}`,
    ratio(large.median, small.median),
    `${ms(large.p95)} / ${ms(small.p95)}`,
    ratio(large.p95, small.p95),
    `${large.buffers} / ${small.buffers}`,
    `${large.calls}${large.failed > 0 ? `, ${large.failed} refused` : ''}`,
  ]);
  const head = [title, 'median ms', 'ratio', 'p95 ms', 'ratio', 'buffers', 'calls'];
  const ways = compared
    .filter(({ large, small }) => Math.max(large.buffers, small.buffers) > MANY_BUFFERS)
    .map(({ name, large, small }) => `  ${name}: ${large.ways.join(', ')} / ${small.ways.join(', ')}`);
  return [align([head, ...rows]), ...ways].join('\n');
}

export function renderTimes(times: Record<string, string>): string {
  return align(Object.entries(times));
}

/** Milliseconds as people read them. */
export function showTime(time: number): string {
  return time < 10_000 ? `${ms(time)} ms` : `${(time / 1_000).toFixed(1)} s`;
}

export const NOTES = `\
heap and buffers: of the isolate that the Worker and its Durable Objects share, as its inspector tells every 0.2 s, garbage
not yet collected included. Cloudflare allows 128 MB for both; here workerd ends when a heap needs more than ${HEAP_LIMIT_MIB} MiB.
RSS: of the workerd processes, with the simulators of R2, queues and storage; under wrangler dev it grows with every
request, whatever the Worker does. Latencies: up to 200 calls each, a large and a small job in turn. buffers: pages of
8 KiB that the statement touches, as explain (analyze, buffers) tells; below, what was read where they are many.
All URLs are on loopback ports, or at private addresses that the address guard refuses without a packet.`;
