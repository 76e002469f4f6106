import { openCollection } from './collection.ts';
import { serveCollection, type Site } from './serve.ts';

export interface SiteOptions {
  /** Preferred port of the main origin; the others follow it. A taken one is moved past. 0 = any free ports. */
  port: number;
  /** Where the generated photographs are kept between starts. */
  cacheDir: string;
  host?: string;
}

/**
 * Starts the sample site, a small web of several origins: photographs to crawl, broken and forbidden ones among them,
 * pages and sitemaps that lead to them, and a manifest that says how each must end. The first start makes the
 * photographs (seconds), later ones find them. Throws when no port is free.
 */
export async function startSite({ cacheDir, ...address }: SiteOptions): Promise<Site> {
  return await serveCollection(await openCollection(cacheDir), address);
}
