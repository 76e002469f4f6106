import { Fragment } from 'preact';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';
import './menu.css';

interface MenuItem {
  label: string;
  onSelect: () => void;
  /** Present on items of which one is chosen, such as themes. */
  isChecked?: boolean;
  /** Shown above this item, as the name of the group that it opens. */
  heading?: string;
  /** What it does takes something away. */
  isDanger?: boolean;
  testId?: string;
}

interface MenuProps {
  label: string;
  trigger: ComponentChildren;
  items: readonly MenuItem[];
  side?: 'below' | 'right';
  triggerClass?: string;
  testId?: string;
}

function nextIndex(key: string, current: number, items: readonly MenuItem[]): number | null {
  const last = items.length - 1;
  if (key === 'ArrowDown') return current >= last ? 0 : current + 1;
  if (key === 'ArrowUp') return current <= 0 ? last : current - 1;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (key.length !== 1) return null;
  const order = [...items.keys()].map((offset) => (current + 1 + offset) % items.length);
  return order.find((index) => items[index]?.label.toLowerCase().startsWith(key.toLowerCase())) ?? null;
}

/** A button with a list of actions: arrows, Home, End, first letters; Escape returns to the button. */
export function Menu(props: MenuProps) {
  const { label, trigger, items, side = 'below', testId } = props;
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const menuId = useId();

  const itemElements = () => [...(root.current?.querySelectorAll<HTMLElement>('.menu-item') ?? [])];
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };

  useLayoutEffect(() => {
    if (!isOpen) return;
    itemElements()[0]?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', closeOutside);
    return () => document.removeEventListener('pointerdown', closeOutside);
  }, [isOpen]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === 'Tab') {
      setOpen(false);
    } else {
      const elements = itemElements();
      const current = elements.findIndex((element) => element === document.activeElement);
      const next = nextIndex(event.key, current, items);
      if (next === null) return;
      event.preventDefault();
      elements[next]?.focus();
    }
  };

  return (
    <div class="menu" ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        class={props.triggerClass ?? 'button button-quiet button-icon'}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? menuId : undefined}
        data-testid={testId}
        ref={button}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' || isOpen) return;
          event.preventDefault();
          // The list renders before the event bubbles on; it would move past its first item.
          event.stopPropagation();
          setOpen(true);
        }}
      >
        {trigger}
      </button>
      {isOpen && (
        <div class={`menu-list menu-${side}`} role="menu" id={menuId} aria-label={label}>
          {items.map((item) => (
            <Fragment key={item.label}>
              {item.heading && (
                <div class="menu-heading" role="presentation">
                  {item.heading}
                </div>
              )}
              <button
                type="button"
                class={item.isDanger ? 'menu-item menu-item-danger' : 'menu-item'}
                role={item.isChecked === undefined ? 'menuitem' : 'menuitemradio'}
                aria-checked={item.isChecked}
                tabIndex={-1}
                data-testid={item.testId}
                onClick={() => {
                  close();
                  item.onSelect();
                }}
              >
                {item.isChecked !== undefined && (
                  <span class="menu-mark">{item.isChecked && <Icon name="check" size={16} />}</span>
                )}
                {item.label}
              </button>
            </Fragment>
          ))}
        </div>
      )}
    </div>
  );
}
