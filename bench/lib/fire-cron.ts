const CRON_TIMEOUT_MS = 55_000;

/**
 * Runs the Worker's scheduled handler for one cron expression, under `wrangler dev` and on Miniflare alone. A failure
 * shows in the Worker's own log.
 */
export async function fireCron(workerUrl: string, expression: string): Promise<void> {
  const url = new URL(`/cdn-cgi/local/scheduled?cron=${encodeURIComponent(expression)}`, workerUrl);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(CRON_TIMEOUT_MS) });
    await response.arrayBuffer();
  } catch {
    // The Worker is being stopped, or the task takes longer than a minute.
  }
}
