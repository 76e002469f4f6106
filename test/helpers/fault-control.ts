import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DatabaseSplit, startDatabaseSplit } from './database-split.ts';
import { FAULT_MODES } from './fault-modes.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/**
 * Lets tests inside workerd switch the proxies: POST /<proxy>/<mode>, with `/<milliseconds>` behind `slow`; the reply
 * comes when the mode holds. GET /<proxy>/calls answers with `calls`, the requests that the proxy has had. POST
 * /<proxy>/fork starts another proxy to the same server and answers with its `name` and `url`, so that files that run
 * side by side break only their own. POST /<proxy>/split/<port> does the same for a gateway with two databases, of which
 * the replica has the port: it answers with the `url` and the names of both proxies.
 */
export async function startFaultControl(
  proxies: Record<string, FaultProxy>,
): Promise<{ url: string; close(): Promise<void> }> {
  const forks: FaultProxy[] = [];
  const splits: DatabaseSplit[] = [];

  async function answer(path: string): Promise<{ status: number; body?: object }> {
    const [, name = '', action = '', detail] = path.split('/');
    const proxy = proxies[name];
    if (!proxy) return { status: 404 };
    if (action === 'calls') return { status: 200, body: { calls: proxy.calls() } };
    if (action === 'fork') {
      const fork = await startFaultProxy(proxy.upstream);
      const forkName = `${name}-${forks.push(fork)}`;
      proxies[forkName] = fork;
      return { status: 200, body: { name: forkName, url: fork.url } };
    }
    if (action === 'split') {
      const split = await startDatabaseSplit(proxy.upstream, detail ?? '');
      const number = splits.push(split);
      const [primary, replica] = [`primary-${number}`, `replica-${number}`];
      proxies[primary] = split.primary;
      proxies[replica] = split.replica;
      return { status: 200, body: { url: split.url, primary, replica } };
    }
    const mode = FAULT_MODES.find((one) => one === action);
    if (!mode) return { status: 400 };
    await proxy.set(mode, detail === undefined ? undefined : Number(detail));
    return { status: 204 };
  }

  const server = http.createServer((request, response) => {
    answer(request.url ?? '').then(
      ({ status, body }) => response.writeHead(status).end(body && JSON.stringify(body)),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const one of [...forks, ...splits]) await one.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
