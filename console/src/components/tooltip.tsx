import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import './tooltip.css';

interface TooltipProps {
  text: string;
  side?: 'below' | 'above' | 'right';
  children: ComponentChildren;
}

/**
 * Shows the name of an icon on hover and keyboard focus; Escape hides it. The text repeats the label of the
 * control inside, so it is hidden from assistive technology.
 */
export function Tooltip({ text, side = 'below', children }: TooltipProps) {
  const [isShown, setShown] = useState(false);
  return (
    <span
      class="tooltip"
      onMouseEnter={() => setShown(true)}
      onMouseLeave={() => setShown(false)}
      onFocusIn={(event) => {
        if (event.target instanceof Element && event.target.matches(':focus-visible')) setShown(true);
      }}
      onFocusOut={() => setShown(false)}
      onClick={() => setShown(false)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setShown(false);
      }}
    >
      {children}
      {isShown && (
        <span class={`tooltip-text tooltip-${side}`} aria-hidden="true">
          {text}
        </span>
      )}
    </span>
  );
}
