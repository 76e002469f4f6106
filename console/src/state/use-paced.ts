import { useEffect, useRef, useState } from 'preact/hooks';

/** A value that follows `value` at most once every `intervalMs`, the first change at once. */
export function usePaced<T>(value: T, intervalMs: number): T {
  const [paced, setPaced] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    if (Object.is(value, paced)) return;
    const wait = Math.max(0, changedAt.current + intervalMs - Date.now());
    const timer = setTimeout(() => {
      changedAt.current = Date.now();
      setPaced(value);
    }, wait);
    return () => clearTimeout(timer);
  }, [value, paced, intervalMs]);
  return paced;
}
