import pg from 'pg';
import { SUPERUSER } from './settings.ts';

/** Connects as the superuser, runs `work`, and closes the connection whatever happens. */
export async function withSuperuser<T>(
  port: number,
  password: string,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password,
    database,
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {
    // A connection that breaks fails the query that runs on it; nothing else is to be done.
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
