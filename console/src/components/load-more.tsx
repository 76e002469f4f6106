import { t } from '../strings.ts';
import { Button } from './button.tsx';

interface LoadMoreProps {
  pages: { nextCursor: string | null; isLoading: boolean; loadMore: () => void };
}

/** The way to the next page of a list; nothing when this is the last. */
export function LoadMore({ pages }: LoadMoreProps) {
  if (pages.nextCursor === null) return null;
  return (
    <div>
      <Button onClick={pages.loadMore} isBusy={pages.isLoading}>
        {t.loadMore}
      </Button>
    </div>
  );
}
