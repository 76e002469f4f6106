import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

export interface DatabaseSplit {
  url: string;
  primary: FaultProxy;
  replica: FaultProxy;
  close(): Promise<void>;
}

/**
 * Neon's gateway with a fault proxy of its own for each database behind it, as each has an address of its own at Neon:
 * a call goes by the port in its connection string. What breaks behind breaks the caller's connection.
 */
export async function startDatabaseSplit(gateway: string, replicaPort: string): Promise<DatabaseSplit> {
  const [primary, replica] = await Promise.all([startFaultProxy(gateway), startFaultProxy(gateway)]);
  const server = http.createServer((request, response) => {
    const asked = new URL(String(request.headers['neon-connection-string']));
    const { hostname, port } = new URL((asked.port === replicaPort ? replica : primary).url);
    const { method, url: path, headers } = request;
    // A connection that was kept alive would be one of before the fault.
    const forwarded = http.request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    primary,
    replica,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([primary.close(), replica.close()]);
    },
  };
}
