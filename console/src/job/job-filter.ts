import { isItemStatus } from '../api/types.ts';
import type { ItemStatus } from '../api/types.ts';

/** Which addresses of an import are listed; a reason only with its status. */
export interface ItemFilter {
  status: ItemStatus | null;
  reason: string | null;
}

export const NO_FILTER: ItemFilter = { status: null, reason: null };

/** The filter in the query of an import's page; what is no filter is none. */
export function readFilter(search: string): ItemFilter {
  const query = new URLSearchParams(search);
  const status = query.get('status');
  const reason = query.get('reason');
  if (!isItemStatus(status)) return NO_FILTER;
  return { status, reason: reason !== null && /^[a-z0-9_]{1,40}$/.test(reason) ? reason : null };
}

/** The query of a filter, the inverse of readFilter. */
export function filterSearch({ status, reason }: ItemFilter): string {
  if (status === null) return '';
  return reason === null ? `?status=${status}` : `?status=${status}&reason=${reason}`;
}
