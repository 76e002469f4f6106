import { createHash } from 'node:crypto';
import type { Api } from '../lib/api.ts';
import type { List } from './site.ts';

const DEADLINE_MS = 30_000;

interface Image {
  sha256: string;
  url: string;
  thumbnail: { url: string } | null;
}

/** What the API serves of every image of a project, as one line an image, sorted. */
export async function readMedia(
  api: Api,
  workerUrl: string,
  projectId: string,
  list: List,
): Promise<string[]> {
  const { data } = await api.call<{ data: Image[] }>(`/v1/projects/${projectId}/images?limit=200`);
  const lines: string[] = [];
  for (const { sha256, url, thumbnail } of data) {
    const name = list.contents.bySha256.get(sha256) ?? sha256;
    const original = await download(new URL(url, workerUrl));
    const small = thumbnail && (await download(new URL(thumbnail.url, workerUrl)));
    lines.push(`${name}: its bytes ${original === sha256 ? 'are right' : original}, its thumbnail ${small}`);
  }
  return lines.sort();
}

/** The SHA-256 of the bytes, or the status of a refusal. */
async function download(url: URL): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return response.ok ? createHash('sha256').update(bytes).digest('hex') : `answered ${response.status}`;
}
