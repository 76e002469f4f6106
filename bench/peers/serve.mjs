// The conversation of a peer with the benchmark, over IPC: `{ready}`, then an order, then `{ended}` with the last
// result, and `{written}` when the results are in the order's file.
import { writeFile } from 'node:fs/promises';

/**
 * @typedef {import('./keep.mjs').Verdict} Verdict
 * @typedef {{ urls: string[], sinkUrl: string, file: string, delaySeconds: number }} Order
 */

/** @param {(order: Order) => Promise<Map<string, Verdict>>} crawl */
export function serve(crawl) {
  process.once('disconnect', () => process.exit(0));
  process.once('message', async (message) => {
    const order = /** @type {Order} */ (message);
    const verdicts = await crawl(order);
    process.send?.({ ended: true });
    const outcomes = [...verdicts].map(([url, verdict]) => ({ url, ...verdict }));
    await writeFile(order.file, JSON.stringify(outcomes));
    process.send?.({ written: true });
  });
  process.send?.({ ready: true });
}
