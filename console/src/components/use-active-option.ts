import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

/** The next active index for a key, or null when the key is not about moving. Wraps at both ends. */
export function moveActive(key: string, active: number, count: number): number | null {
  if (count === 0) return null;
  if (key === 'ArrowDown') return (active + 1) % count;
  if (key === 'ArrowUp') return (active - 1 + count) % count;
  return null;
}

/**
 * The option that Enter would choose while focus stays in the text box (`aria-activedescendant`). A change
 * of `query` makes the first option active again.
 */
export function useActiveOption(listId: string, count: number, query: string) {
  const [active, setActive] = useState(0);
  useLayoutEffect(() => setActive(0), [query]);
  const optionId = (index: number) => `${listId}-${index}`;
  useEffect(() => {
    document.getElementById(optionId(active))?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return { active: Math.min(active, Math.max(0, count - 1)), setActive, optionId };
}
