import * as z from 'zod';
import type { Site } from '../../../dev/site/serve.ts';

const entrySchema = z.strictObject({
  url: z.url(),
  expected: z.enum(['stored', 'duplicate_exact', 'blocked', 'rejected', 'failed']),
  reason: z.string().optional(),
  sha256: z.string().length(64).optional(),
  group: z.string().optional(),
});
const pageImageSchema = z.strictObject({
  url: z.url(),
  alt: z.string().nullable(),
  caption: z.string().nullable(),
  licenseUrl: z.url().nullable(),
});
const manifestSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1),
  license: z.string().includes('CC0'),
  urls: z.array(entrySchema),
  page: z.strictObject({ url: z.url(), images: z.array(pageImageSchema) }),
  closedPage: z.strictObject({ url: z.url(), expected: z.literal('blocked'), reason: z.literal('noai') }),
});

export type Entry = z.infer<typeof entrySchema>;
export type PageImage = z.infer<typeof pageImageSchema>;
export type Manifest = z.infer<typeof manifestSchema>;

/** What the site says of itself. Throws when it is not in the form of a manifest. */
export async function readManifest(site: Site): Promise<Manifest> {
  return manifestSchema.parse(await (await fetch(`${site.url}/manifest.json`)).json());
}

/** The one URL of the manifest that ends so. */
export function findUrl(urls: readonly Entry[], end: string): string {
  const [found, ...others] = urls.filter(({ url }) => url.endsWith(end));
  if (!found || others.length > 0) throw new Error(`${end} is not one URL of the manifest`);
  return found.url;
}

/** Follows redirects by hand, as long as they lead to the site and are no more than 20. */
export async function follow(
  address: string,
  site: Site,
  method: 'GET' | 'HEAD' = 'GET',
): Promise<{ response: Response; hops: number; url: URL }> {
  let url = new URL(address);
  for (let hops = 0; ; hops += 1) {
    const response = await fetch(url, { method, redirect: 'manual' });
    const location = response.headers.get('location');
    if (location === null) return { response, hops, url };
    url = new URL(location, url);
    if (hops >= 20 || !site.origins.includes(url.origin)) return { response, hops: hops + 1, url };
  }
}
