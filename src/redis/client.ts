import type { CommandList } from './command-list.ts';

/** One Redis database behind its REST gateway. */
export interface Endpoint {
  url: string;
  token: string;
}

/**
 * Sends the commands in one HTTP call, without retries: the caller falls back. Resolves with what the gateway answered,
 * whatever that is. Rejects for an answer that is no success, for one that is no JSON, and when `signal` aborts.
 */
export async function sendCommands(
  { url, token }: Endpoint,
  { commands }: CommandList,
  { headers, signal }: { headers: Record<string, string>; signal: AbortSignal },
): Promise<unknown> {
  const response = await fetch(`${url.replace(/\/$/, '')}/pipeline`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(commands),
    signal,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Redis answered ${response.status}: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}
