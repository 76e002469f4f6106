import type { Item, Page } from '../api/types.ts';
import { MAX_IMPORT_URLS } from '../import-list/parse-urls.ts';

/** The addresses of all pages, up to what one import takes. Fails when a page fails. */
export async function collectUrls(load: (cursor: string | null) => Promise<Page<Item>>): Promise<string[]> {
  const urls: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await load(cursor);
    urls.push(...page.data.map(({ url }) => url));
    cursor = page.nextCursor;
  } while (cursor !== null && urls.length < MAX_IMPORT_URLS);
  return urls.slice(0, MAX_IMPORT_URLS);
}
