import type { RefObject } from 'preact';
import { useId, useState } from 'preact/hooks';
import { Field } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import '../components/combobox.css';
import { t } from '../strings.ts';
import { TAGS_KEY } from './review-keys.ts';
import { MAX_TAGS, MAX_TAG_LENGTH, readTags, suggestTags } from './tag-text.ts';
import './tags-field.css';

interface TagsFieldProps {
  tags: readonly string[];
  /** Tags of the project, to choose from. */
  known: readonly string[];
  onAdd: (tags: string[]) => void;
  onRemove: (tag: string) => void;
  /** Called when one begins to type, which is when the project's tags are needed. */
  onFocus: () => void;
  inputRef: RefObject<HTMLInputElement | null>;
}

/** The tags, each with a button that removes it. */
function TagChips({ tags, onRemove }: Pick<TagsFieldProps, 'tags' | 'onRemove'>) {
  return (
    <ul class="tags">
      {tags.map((tag) => (
        <li key={tag} class="chip tag">
          {tag}
          <button
            type="button"
            class="tag-remove"
            aria-label={t.review.removeTag(tag)}
            onClick={() => onRemove(tag)}
          >
            <Icon name="close" size={16} />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Tags as chips and a box for more: Enter or a comma adds what is typed, arrows choose a suggestion. */
export function TagsField({ tags, known, onAdd, onRemove, onFocus, inputRef }: TagsFieldProps) {
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  /** The suggestion that Enter would take; -1: what is typed. */
  const [active, setActive] = useState(-1);
  const listId = useId();
  const isFull = tags.length >= MAX_TAGS;
  const choices = isFull ? [] : suggestTags(text, known, tags);
  const isShown = isOpen && choices.length > 0;

  const add = (typed: string) => {
    const added = readTags(typed)
      .filter((tag) => !tags.includes(tag))
      .slice(0, MAX_TAGS - tags.length);
    if (added.length > 0) onAdd(added);
    setText('');
    setActive(-1);
    // The list would lie over the tag that was just added.
    setOpen(false);
  };
  const move = (by: number) => {
    setOpen(true);
    // One place more than there are suggestions: the text itself.
    const places = choices.length + 1;
    setActive(((active + 1 + by + places) % places) - 1);
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    if (event.isComposing) return;
    const { key, currentTarget } = event;
    if (key === 'ArrowDown' || key === 'ArrowUp') move(key === 'ArrowDown' ? 1 : -1);
    else if (key === 'Enter' || key === ',') add(choices[active] ?? text);
    else if (key === 'Escape') currentTarget.blur();
    else return;
    event.preventDefault();
    // Escape leaves the box and not also the sheet around it.
    event.stopPropagation();
  };
  const onInput = (value: string) => {
    setActive(-1);
    setOpen(true);
    // A pasted list, or a comma from a keyboard that reports no key.
    if (value.includes(',')) add(value);
    else setText(value);
  };

  return (
    <div class="tags-field">
      <span class="tags-key" aria-hidden="true">
        <KeyCap name={TAGS_KEY} />
      </span>
      <Field
        label={t.review.tags}
        hint={isFull ? t.review.tagsFull(MAX_TAGS) : t.review.tagsHint}
        control={(ids) => (
          <div class="combobox">
            <input
              {...ids}
              ref={inputRef}
              class="control"
              type="text"
              role="combobox"
              aria-keyshortcuts={TAGS_KEY}
              autocomplete="off"
              autocapitalize="off"
              maxLength={isFull ? 0 : MAX_TAG_LENGTH * MAX_TAGS}
              aria-expanded={isShown}
              aria-controls={isShown ? listId : undefined}
              aria-autocomplete="list"
              aria-activedescendant={isShown && active >= 0 ? `${listId}-${active}` : undefined}
              value={text}
              data-testid="tags-input"
              onInput={(event) => onInput(event.currentTarget.value)}
              onFocus={onFocus}
              onClick={() => setOpen(true)}
              onBlur={() => setOpen(false)}
              onKeyDown={onKeyDown}
            />
            {isShown && (
              <ul class="listbox" role="listbox" id={listId} aria-label={t.review.suggestions}>
                {choices.map((choice, index) => (
                  <li
                    key={choice}
                    id={`${listId}-${index}`}
                    class="option"
                    role="option"
                    aria-selected={index === active}
                    // The text box keeps the focus; a blur would close the list before the click.
                    onMouseDown={(event) => event.preventDefault()}
                    onMouseMove={() => setActive(index)}
                    onClick={() => add(choice)}
                  >
                    {choice}
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
      />
      {tags.length > 0 && <TagChips tags={tags} onRemove={onRemove} />}
    </div>
  );
}
