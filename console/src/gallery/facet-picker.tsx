import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { moveActive, useActiveOption } from '../components/use-active-option.ts';
import { t } from '../strings.ts';
import type { Choice } from './filter-choices.ts';
import '../components/combobox.css';

interface FacetPickerProps {
  name: string;
  value: string | null;
  choices: readonly Choice[];
  onValue: (value: string | null) => void;
  testId?: string;
}

/** Below that many choices a text box to search them would be in the way. */
const SEARCHED_FROM = 8;

/** A chip that opens a list to choose one value from, or any; long lists have a text box to search them. */
export function FacetPicker({ name, value, choices, onValue, testId }: FacetPickerProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const chosen = choices.find((choice) => choice.value === value);

  useLayoutEffect(() => {
    if (!isOpen) return;
    const closeOutside = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', closeOutside);
    return () => document.removeEventListener('pointerdown', closeOutside);
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div class="facet" ref={root}>
      <button
        type="button"
        ref={button}
        class="chip chip-button facet-button"
        aria-haspopup="listbox"
        aria-expanded={isOpen}
        data-on={chosen ? true : undefined}
        data-testid={testId}
        onClick={() => setOpen(!isOpen)}
      >
        <span class="facet-text">{chosen ? t.filter.chosen(name, chosen.label) : name}</span>
        <Icon name="chevronDown" size={16} />
      </button>
      {isOpen && (
        <FacetList
          name={name}
          value={value}
          choices={choices}
          onClose={close}
          onLeave={() => setOpen(false)}
          onChoose={(choice) => {
            close();
            onValue(choice);
          }}
        />
      )}
    </div>
  );
}

interface FacetListProps {
  name: string;
  value: string | null;
  choices: readonly Choice[];
  onChoose: (value: string | null) => void;
  onClose: () => void;
  /** The focus goes elsewhere by Tab. */
  onLeave: () => void;
}

function FacetList({ name, value, choices, onChoose, onClose, onLeave }: FacetListProps) {
  const [query, setQuery] = useState('');
  const listId = useId();
  const box = useRef<HTMLInputElement>(null);
  const isSearched = choices.length >= SEARCHED_FROM;
  const needle = query.trim().toLowerCase();
  const found = choices.filter(({ label }) => label.toLowerCase().includes(needle));
  const options = needle === '' ? [{ value: null, label: t.filter.any }, ...found] : found;
  const { active, setActive, optionId } = useActiveOption(listId, options.length, needle);

  useLayoutEffect(() => {
    box.current?.focus({ preventScroll: true });
    setActive(
      Math.max(
        0,
        options.findIndex((option) => option.value === value),
      ),
    );
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    const moved = moveActive(event.key, active, options.length);
    const option = options[active];
    if (event.key === 'Tab') onLeave();
    else if (moved !== null) setActive(moved);
    else if (event.key === 'Escape') onClose();
    else if (event.key === 'Enter' && option) onChoose(option.value);
    else return;
    if (event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="facet-list">
      <input
        ref={box}
        class={isSearched ? 'control' : 'visually-hidden'}
        role="combobox"
        aria-label={name}
        aria-expanded
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={options.length > 0 ? optionId(active) : undefined}
        autocomplete="off"
        placeholder={t.filter.search}
        readOnly={!isSearched}
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <ul class="listbox" role="listbox" id={listId} aria-label={name}>
        {options.map((option, index) => (
          <li
            key={option.value}
            id={optionId(index)}
            class="option"
            role="option"
            aria-selected={index === active}
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => setActive(index)}
            onClick={() => onChoose(option.value)}
          >
            {option.label}
            {option.value === value && <Icon name="check" size={16} />}
          </li>
        ))}
      </ul>
      {options.length === 0 && (
        <p class="option-empty" role="status">
          {t.palette.empty}
        </p>
      )}
    </div>
  );
}
