import { signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { t } from '../strings.ts';

/** The name of the page shown, for the end of the breadcrumb. */
export const pageName = signal('');

/** Names the browser tab and the end of the breadcrumb after the page. */
export function useTitle(page: string): void {
  // Before the paint, so that the breadcrumb never shows the page before.
  useLayoutEffect(() => {
    document.title = t.pageTitle(page);
    pageName.value = page;
  }, [page]);
}
