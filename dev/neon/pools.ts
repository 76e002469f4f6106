import pg from 'pg';
import { GatewayError } from './protocol.ts';

const MAX_CONNECTIONS_PER_ROLE = 20;
const MAX_POOLS = 50;
const CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_PORT = 5432;

export interface Pools {
  /** The pool for a connection string. Throws `GatewayError` for a string or host that is not accepted. */
  get(connectionString: string | undefined): pg.Pool;
  close(): Promise<void>;
}

/**
 * Parses a connection string. Its query part is left out on purpose: options such as `?host=` would override the
 * host that was checked. Throws `GatewayError`.
 */
export function parseTarget(connectionString: string | undefined, allowedHosts: ReadonlySet<string>) {
  if (connectionString === undefined) throw new GatewayError('the header neon-connection-string is missing');
  if (!URL.canParse(connectionString)) throw new GatewayError('the connection string is not a URL');
  const url = new URL(connectionString);
  if (!allowedHosts.has(url.hostname)) {
    throw new GatewayError(`the host ${url.hostname} is not allowed`, 400, '08001');
  }
  return {
    host: url.hostname,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  };
}

/** One pool of connections per connection string, made at first use. */
export function createPools(allowedHosts: ReadonlySet<string>): Pools {
  const pools = new Map<string, pg.Pool>();
  return {
    get(connectionString) {
      const known = pools.get(connectionString ?? '');
      if (known !== undefined) return known;
      const target = parseTarget(connectionString, allowedHosts);
      if (pools.size >= MAX_POOLS) removeUnused(pools);
      const pool = new pg.Pool({
        ...target,
        max: MAX_CONNECTIONS_PER_ROLE,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        // A statement whose client has gone is given up by Postgres itself within this time.
        options: '-c client_connection_check_interval=500ms',
      });
      pool.on('error', () => {
        // An idle connection broke, for example because the database stops; the pool has dropped it already.
      });
      // A connection that breaks while it is lent fails the query on it; without a listener it would end the gateway.
      pool.on('connect', (client) => client.on('error', () => {}));
      pools.set(connectionString ?? '', pool);
      return pool;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
      pools.clear();
    },
  };
}

function removeUnused(pools: Map<string, pg.Pool>): void {
  for (const [key, pool] of pools) {
    if (pool.totalCount > 0) continue;
    pools.delete(key);
    void pool.end();
  }
}
