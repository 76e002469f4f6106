import { neon, neonConfig, type NeonQueryFunction } from '@neondatabase/serverless';

/** Rows come back as arrays, in the order of the columns. */
export type Queries = NeonQueryFunction<true, true>;

/** As neonConfig.fetchFunction gets them: the client's own `headers`, and what a batch adds as `extraHeaders`. */
interface NeonRequest extends RequestInit {
  extraHeaders?: Record<string, string>;
}

// The client lets its caller replace its headers, which carry the connection string, but not add to them.
neonConfig.fetchFunction = async (url: string, { extraHeaders, ...init }: NeonRequest): Promise<Response> => {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(extraHeaders ?? {})) headers.set(name, value);
  return await fetch(url, { ...init, headers });
};

/**
 * A client of the database at `url`; it holds no connection. `fetchEndpoint`: the local gateway, which speaks Neon's
 * protocol at an address of its own; production derives it from the host.
 */
export function createQueries(url: string, fetchEndpoint: string | undefined): Queries {
  if (fetchEndpoint !== undefined) neonConfig.fetchEndpoint = fetchEndpoint;
  return neon(url, { arrayMode: true, fullResults: true });
}
