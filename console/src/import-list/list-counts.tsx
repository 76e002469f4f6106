import { Chip } from '../components/chip.tsx';
import { formatCount } from '../format.ts';
import { t } from '../strings.ts';

interface ListCountsProps {
  ready: number;
  notUsable: number;
  /** Null where repetitions are not counted. */
  repeated: number | null;
  /** The figures still change by themselves, and are not announced. */
  isMoving?: boolean;
}

/** How much of a list can be used; what there is none of is left out. */
export function ListCounts({ ready, notUsable, repeated, isMoving = false }: ListCountsProps) {
  return (
    <div class="counts" role={isMoving ? undefined : 'status'} data-testid="import-counts">
      {ready > 0 ? (
        <Chip tone="keep" icon="check">
          {formatCount(ready)} {t.newImport.valid}
        </Chip>
      ) : (
        <span class="muted">
          {formatCount(ready)} {t.newImport.valid}
        </span>
      )}
      {notUsable > 0 && (
        <Chip tone="warning" icon="warning">
          {formatCount(notUsable)} {t.newImport.invalid}
        </Chip>
      )}
      {repeated !== null && repeated > 0 && (
        <Chip tone="info" icon="twice">
          {formatCount(repeated)} {t.newImport.duplicates}
        </Chip>
      )}
    </div>
  );
}
