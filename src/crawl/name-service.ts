import type { Config } from '../env.ts';
import type { Caller } from '../resilience/caller.ts';
import { type Upstream, upstream } from '../resilience/upstream.ts';

/** A DNS-over-HTTPS service that answers in JSON. */
export interface NameService {
  url: string;
  service: Upstream;
}

/**
 * The service of the configuration, or null without one. Fails closed: nobody is fetched from whose name is unknown. No
 * retries: the gate asks again by itself.
 */
export function nameServiceOf({ DOH_URL: url }: Pick<Config, 'DOH_URL'>, caller: Caller): NameService | null {
  if (url === undefined) return null;
  const deadlineMs = caller.settings.deadlines.namesMs;
  const address = new URL(url).origin;
  return { url, service: upstream('names', { ...caller, deadlineMs, retries: 0, address }) };
}
