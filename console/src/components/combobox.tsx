import { useId, useState } from 'preact/hooks';
import { t } from '../strings.ts';
import { Field } from './field.tsx';
import type { FieldTexts } from './field.tsx';
import { moveActive, useActiveOption } from './use-active-option.ts';
import './combobox.css';

interface ComboboxProps extends FieldTexts {
  value: string;
  choices: readonly string[];
  onValue: (value: string) => void;
}

/** Text with suggestions: the list-autocomplete combobox of the ARIA Authoring Practices. */
export function Combobox(props: ComboboxProps) {
  const { value, choices, onValue, label } = props;
  const [isOpen, setOpen] = useState(false);
  const listId = useId();
  const query = value.trim().toLowerCase();
  const matches = choices.filter((choice) => choice.toLowerCase().includes(query));
  const { active, setActive, optionId } = useActiveOption(listId, matches.length, query);
  const choose = (choice: string | undefined) => {
    if (choice !== undefined) onValue(choice);
    setOpen(false);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const moved = moveActive(event.key, active, matches.length);
    if (moved !== null) {
      event.preventDefault();
      if (isOpen) setActive(moved);
      setOpen(true);
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      choose(matches[active]);
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };

  return (
    <Field
      {...props}
      control={(ids) => (
        <div class="combobox">
          <input
            {...ids}
            class="control"
            role="combobox"
            autocomplete="off"
            aria-expanded={isOpen}
            aria-controls={isOpen ? listId : undefined}
            aria-autocomplete="list"
            aria-activedescendant={isOpen && matches.length > 0 ? optionId(active) : undefined}
            value={value}
            onInput={(event) => {
              onValue(event.currentTarget.value);
              setOpen(true);
            }}
            onClick={() => setOpen(true)}
            onBlur={() => setOpen(false)}
            onKeyDown={onKeyDown}
          />
          {isOpen && matches.length > 0 && (
            <ul class="listbox" role="listbox" id={listId} aria-label={label}>
              {matches.map((choice, index) => (
                <li
                  key={choice}
                  id={optionId(index)}
                  class="option"
                  role="option"
                  aria-selected={index === active}
                  // The text box keeps the focus; a blur would close the list before the click.
                  onMouseDown={(event) => event.preventDefault()}
                  onMouseMove={() => setActive(index)}
                  onClick={() => choose(choice)}
                >
                  {choice}
                </li>
              ))}
            </ul>
          )}
          {isOpen && matches.length === 0 && (
            <p class="visually-hidden" role="status">
              {t.palette.empty}
            </p>
          )}
        </div>
      )}
    />
  );
}
