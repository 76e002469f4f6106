import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import './chip.css';

export type Tone = 'plain' | 'keep' | 'error' | 'info' | 'blocked' | 'warning';

interface ChipProps {
  tone?: Tone;
  icon?: IconName;
  children: ComponentChildren;
}

/** A short state or mark. The tone colours its icon only; the word carries the meaning. */
export function Chip({ tone = 'plain', icon, children }: ChipProps) {
  return (
    <span class={`chip chip-${tone}`}>
      {icon && <Icon name={icon} size={16} />}
      {children}
    </span>
  );
}

interface FilterChipProps extends ChipProps {
  isOn: boolean;
  onToggle: () => void;
  count?: string;
  testId?: string;
}

/** A chip that switches a filter. */
export function FilterChip({
  tone = 'plain',
  icon,
  children,
  isOn,
  onToggle,
  count,
  testId,
}: FilterChipProps) {
  return (
    <button
      type="button"
      class={`chip chip-${tone} chip-button`}
      aria-pressed={isOn}
      data-testid={testId}
      onClick={onToggle}
    >
      {icon && <Icon name={icon} size={16} />}
      {children}
      {count !== undefined && <span class="chip-count">{count}</span>}
    </button>
  );
}
