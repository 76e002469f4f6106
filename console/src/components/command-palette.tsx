import { useId, useState } from 'preact/hooks';
import { t } from '../strings.ts';
import { Icon } from './icon.tsx';
import { KeyCap } from './key-cap.tsx';
import { moveActive, useActiveOption } from './use-active-option.ts';
import { useModal } from './use-modal.ts';
import './combobox.css';
import './command-palette.css';

export interface Command {
  id: string;
  label: string;
  kind: string;
  run: () => void;
}

/** The commands whose label holds every word of the query, in their own order. */
function filterCommands(commands: readonly Command[], query: string): Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}

interface CommandPaletteProps {
  commands: readonly Command[];
  onClose: () => void;
}

/** One box to go anywhere and do anything. Mounted means open. */
export function CommandPalette({ commands, onClose }: CommandPaletteProps) {
  const [query, setQuery] = useState('');
  const listId = useId();
  const modal = useModal(onClose);
  const matches = filterCommands(commands, query);
  const { active, setActive, optionId } = useActiveOption(listId, matches.length, query);
  const runCommand = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moved = moveActive(event.key, active, matches.length);
    if (moved !== null) {
      event.preventDefault();
      setActive(moved);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      runCommand(matches[active]);
    }
  };
  return (
    <dialog class="palette" aria-label={t.palette.open} data-testid="command-palette" {...modal}>
      <div class="palette-input">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label={t.palette.open}
          aria-expanded={matches.length > 0}
          aria-controls={matches.length > 0 ? listId : undefined}
          aria-autocomplete="list"
          aria-activedescendant={matches.length > 0 ? optionId(active) : undefined}
          autocomplete="off"
          placeholder={t.palette.placeholder}
          value={query}
          data-autofocus
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <KeyCap name="Esc" />
      </div>
      {matches.length > 0 ? (
        <ul class="listbox" role="listbox" id={listId} aria-label={t.palette.results}>
          {matches.map((command, index) => (
            <li
              key={command.id}
              id={optionId(index)}
              class="option"
              role="option"
              aria-selected={index === active}
              onMouseMove={() => setActive(index)}
              onClick={() => runCommand(command)}
            >
              {command.label}
              <span class="option-kind">{command.kind}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p class="option-empty" role="status">
          {t.palette.empty}
        </p>
      )}
    </dialog>
  );
}
