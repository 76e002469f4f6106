import type { Call, Client, Reply } from './client.ts';
import { imageHost } from './crawl.ts';

export interface Upload {
  id: string;
  projectId: string;
  jobId: string | null;
  sha256: string;
  bytes: number;
  url: string;
  thumbnail: { url: string; width: number; height: number } | null;
  source: { url: string; finalUrl: string; fetchedAt: string; uploadedBy: string | null };
  duplicate: boolean;
}

/** The bytes of a picture of its own, or of another path of the image host. */
export async function picture(path = `/image/${crypto.randomUUID()}.jpg`): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await fetch(new URL(path, imageHost))).arrayBuffer());
}

export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
}

/** A request with raw bytes, image/jpeg unless the headers say otherwise. */
export function uploadCall(raw: BodyInit, headers: Record<string, string> = {}): Call {
  return { raw, headers: { 'content-type': 'image/jpeg', ...headers } };
}

export async function upload(
  client: Client,
  projectId: string,
  bytes: BodyInit,
  options: { fileName?: string; headers?: Record<string, string> } = {},
): Promise<Reply<Upload>> {
  const query = options.fileName ? `?fileName=${encodeURIComponent(options.fileName)}` : '';
  return await client.call<Upload>(
    `/v1/projects/${projectId}/images${query}`,
    uploadCall(bytes, options.headers),
  );
}

export async function imageCountOf(client: Client, projectId: string): Promise<unknown> {
  return (await client.call(`/v1/projects/${projectId}`)).body['imageCount'];
}

/** A body in pieces of 64 KiB without a length, that counts how much of it was asked for. */
export function countedBody(bytes: number): { stream: ReadableStream; sent: () => number } {
  let sent = 0;
  const stream = new ReadableStream(
    {
      pull(controller) {
        if (sent >= bytes) return controller.close();
        sent += 65_536;
        return controller.enqueue(new Uint8Array(65_536));
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, sent: () => sent };
}
