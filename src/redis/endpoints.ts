import type { Config } from '../env.ts';
import type { Endpoint } from './client.ts';

interface OwnDatabase {
  url: string | undefined;
  token: string | undefined;
}

/** A database of its own where one is named, else the common one with its second endpoint. */
export function endpointsOf(config: Config, own: OwnDatabase): Endpoint[] {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = config;
  if (own.url !== undefined && own.url !== url) return [{ url: own.url, token: own.token ?? '' }];
  const { UPSTASH_REDIS_SECOND_REST_URL: second, UPSTASH_REDIS_SECOND_REST_TOKEN: secondToken } = config;
  return [{ url, token }, ...(second === undefined ? [] : [{ url: second, token: secondToken ?? '' }])];
}
