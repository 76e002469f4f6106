import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import { Tooltip } from './tooltip.tsx';
import './button.css';

type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';

interface Looks {
  variant?: ButtonVariant;
  icon?: IconName;
  children: ComponentChildren;
  testId?: string;
}

interface ButtonProps extends Looks {
  onClick?: () => void;
  type?: 'button' | 'submit';
  isDisabled?: boolean;
  isBusy?: boolean;
  /** Present on a button that switches something on and off. */
  isPressed?: boolean;
  /** Takes the focus when the dialog around it opens. */
  isAutoFocused?: boolean;
}

/**
 * Stays focusable while disabled or busy, so that the keyboard does not lose its place; a press then does
 * nothing.
 */
export function Button(props: ButtonProps) {
  const { variant = 'secondary', icon, children, onClick, type = 'button', testId } = props;
  const isOff = props.isDisabled === true || props.isBusy === true;
  return (
    <button
      type={type}
      class={`button button-${variant}`}
      aria-disabled={isOff || undefined}
      aria-busy={props.isBusy || undefined}
      aria-pressed={props.isPressed}
      data-testid={testId}
      data-autofocus={props.isAutoFocused || undefined}
      onClick={(event) => {
        if (isOff) event.preventDefault();
        else onClick?.();
      }}
    >
      {icon && <Icon name={icon} size={16} />}
      {children}
    </button>
  );
}

/** A link that looks like a button; `download` leaves it to the browser. */
export function ButtonLink(props: Looks & { href: string; download?: boolean }) {
  const { variant = 'secondary', icon, children, href, download = false, testId } = props;
  return (
    <a class={`button button-${variant}`} href={href} download={download || undefined} data-testid={testId}>
      {icon && <Icon name={icon} size={16} />}
      {children}
    </a>
  );
}

interface IconButtonProps {
  icon: IconName;
  label: string;
  onClick: () => void;
  isDisabled?: boolean;
  testId?: string;
  side?: 'below' | 'above' | 'right';
}

/** A square button whose words are in its label and its tooltip. */
export function IconButton({ icon, label, onClick, isDisabled = false, testId, side }: IconButtonProps) {
  return (
    <Tooltip text={label} side={side ?? 'below'}>
      <button
        type="button"
        class="button button-quiet button-icon"
        aria-label={label}
        aria-disabled={isDisabled || undefined}
        data-testid={testId}
        onClick={() => {
          if (!isDisabled) onClick();
        }}
      >
        <Icon name={icon} />
      </button>
    </Tooltip>
  );
}
