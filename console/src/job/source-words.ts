import type { Source } from '../api/types.ts';
import { t } from '../strings.ts';
import { reasonWords } from './status-words.ts';

/** Why a page or sitemap gave less than it might have: what only documents can be, else what any address can be. */
function reasonText(status: 'blocked' | 'failed', reason: string | null): string {
  if (reason === null) return t.sources.statuses[status];
  const words: Readonly<Record<string, string>> = t.sources.reasons;
  return Object.hasOwn(words, reason) ? (words[reason] ?? '') : reasonWords(status, reason).text;
}

/** What was found in a page or sitemap, or why nothing was; `detail` is the service's own note or empty. */
export function sourceWords({
  kind,
  status,
  reason,
  detail,
  found,
}: Pick<Source, 'kind' | 'status' | 'reason' | 'detail' | 'found'>): { text: string; detail: string } {
  if (status === 'blocked' || status === 'failed') {
    const notes = [detail ?? '', found > 0 ? t.sources.foundBefore(found) : ''];
    return { text: reasonText(status, reason), detail: notes.filter((note) => note !== '').join('. ') };
  }
  if (found > 0) return { text: t.sources.found(found), detail: '' };
  // What a sitemap lists is in the list of its own.
  if (status === 'done' && kind === 'sitemap') return { text: t.sources.sitemapRead, detail: '' };
  return { text: t.sources.statuses[status], detail: '' };
}

/** Why an import failed as a whole: nothing was found, or the reason of the first page or sitemap that failed. */
export function failureWords(failure: string): string {
  if (failure === 'nothing_found') return t.job.failures.nothing_found;
  const text = reasonText('failed', failure);
  return text === t.status.failed.text ? t.job.failures.other : `${text}.`;
}
