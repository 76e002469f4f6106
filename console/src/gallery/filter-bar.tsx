import { useState } from 'preact/hooks';
import type { ImageFilter } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { FilterChip } from '../components/chip.tsx';
import { Select } from '../components/select.tsx';
import { Sheet } from '../components/sheet.tsx';
import { REVIEW_ICONS, REVIEWS, toneOf } from '../review/review-looks.ts';
import { t } from '../strings.ts';
import { FacetPicker } from './facet-picker.tsx';
import { choicesOf } from './filter-choices.ts';
import type { FilterSources } from './filter-choices.ts';
import { FILTER_PARTS, isFiltered, withPart } from './filter.ts';
import './filter-bar.css';

interface FilterProps {
  filter: ImageFilter;
  sources: FilterSources;
  onFilter: (filter: ImageFilter) => void;
}

/** All but the state of review, which has chips. */
const PICKED = FILTER_PARTS.filter((part) => part !== 'review');

function ReviewChips({ filter, onFilter }: Omit<FilterProps, 'sources'>) {
  return (
    <div class="row" role="group" aria-label={t.filter.parts.review}>
      {REVIEWS.map((value) => (
        <FilterChip
          key={value}
          tone={toneOf(value)}
          icon={REVIEW_ICONS[value]}
          isOn={filter.review === value}
          testId={`filter-${value}`}
          onToggle={() => onFilter(withPart(filter, 'review', filter.review === value ? null : value))}
        >
          {t.filter.review[value]}
        </FilterChip>
      ))}
    </div>
  );
}

/** The filters in one row, for wide screens. A part with nothing to choose from is left out. */
export function FilterBar({ filter, sources, onFilter }: FilterProps) {
  return (
    <div class="filter-bar" role="group" aria-label={t.filter.label}>
      <ReviewChips filter={filter} onFilter={onFilter} />
      {PICKED.map((part) => {
        const choices = choicesOf(part, filter, sources);
        if (choices.length === 0) return null;
        return (
          <FacetPicker
            key={part}
            name={t.filter.parts[part]}
            value={filter[part] ?? null}
            choices={choices}
            testId={`filter-${part}`}
            onValue={(value) => onFilter(withPart(filter, part, value))}
          />
        );
      })}
      {isFiltered(filter) && (
        <Button variant="quiet" icon="close" testId="filter-clear" onClick={() => onFilter({})}>
          {t.filter.clear}
        </Button>
      )}
    </div>
  );
}

interface FilterSheetProps extends FilterProps {
  /** How many images match, or null while that is not known. */
  matching: number | null;
}

function FilterSheet(props: FilterSheetProps & { onClose: () => void }) {
  const { filter, sources, matching, onFilter, onClose } = props;
  return (
    <Sheet title={t.filter.label} onClose={onClose} testId="filter-sheet">
      <ReviewChips filter={filter} onFilter={onFilter} />
      {PICKED.map((part) => {
        const choices = choicesOf(part, filter, sources);
        if (choices.length === 0) return null;
        return (
          <Select
            key={part}
            label={t.filter.parts[part]}
            value={filter[part] ?? ''}
            choices={[{ value: '', label: t.filter.any }, ...choices]}
            onValue={(value) => onFilter(withPart(filter, part, value === '' ? null : value))}
          />
        );
      })}
      <div class="dialog-actions filter-actions">
        {isFiltered(filter) && (
          <Button variant="quiet" onClick={() => onFilter({})}>
            {t.filter.clear}
          </Button>
        )}
        <Button variant="primary" onClick={onClose}>
          {t.filter.show(matching)}
        </Button>
      </div>
    </Sheet>
  );
}

/** The filters behind a button, for narrow screens. */
export function FilterButton(props: FilterSheetProps) {
  const [isOpen, setOpen] = useState(false);
  const count = FILTER_PARTS.filter((part) => props.filter[part] !== undefined).length;
  return (
    <span class="filter-button">
      <Button icon="filter" testId="filter-open" onClick={() => setOpen(true)}>
        {t.filter.open(count)}
      </Button>
      {isOpen && <FilterSheet {...props} onClose={() => setOpen(false)} />}
    </span>
  );
}
