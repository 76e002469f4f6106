import { TextField } from '../components/field.tsx';
import type { UrlList } from '../import-list/parse-urls.ts';
import { UrlText } from '../import-list/url-text.tsx';
import { t } from '../strings.ts';

/** As the API takes them. */
export const MAX_PAGES = 100;
const ROWS = 8;

interface SiteProps {
  text: string;
  onText: (text: string) => void;
  list: UrlList;
}

/** Web pages to find images in. */
export function ImportPages({ text, onText, list }: SiteProps) {
  const words = t.newImport;
  return (
    <div class="stack">
      <p class="muted">{words.intro.pages}</p>
      <UrlText
        label={words.pages}
        hint={words.pagesHint(MAX_PAGES)}
        placeholder={words.pagesPlaceholder}
        rows={ROWS}
        text={text}
        onText={onText}
        list={list}
        error={list.urls.length > MAX_PAGES ? words.tooManyPages(MAX_PAGES) : null}
        testId="import-pages"
      />
    </div>
  );
}

/** One sitemap to find images in. */
export function ImportSitemap({ text, onText, list }: SiteProps) {
  const words = t.newImport;
  // Who has only begun to type needs no correction.
  const isBegun = ['http://', 'https://'].some((scheme) => scheme.startsWith(text.trim()));
  const bad = isBegun ? undefined : list.badLines[0];
  return (
    <div class="stack">
      <p class="muted">{words.intro.sitemap}</p>
      <TextField
        label={words.sitemap}
        hint={words.sitemapHint}
        placeholder={words.sitemapPlaceholder}
        inputMode="url"
        autoComplete="off"
        value={text}
        onValue={onText}
        error={bad ? words.reasons[bad.reason] : null}
        testId="import-sitemap"
      />
    </div>
  );
}
