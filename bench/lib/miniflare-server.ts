import { Miniflare, type MiniflareOptions } from 'miniflare';

/**
 * Runs Miniflare as all that this process does: it ends with the parent's IPC channel or by SIGTERM. Resolves with the
 * address once workerd listens.
 */
export async function serveMiniflare(options: MiniflareOptions): Promise<URL> {
  const server = new Miniflare(options);
  const end = () => {
    server.dispose().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('disconnect', end);
  process.once('SIGTERM', end);
  return await server.ready;
}
