import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface GalleryView {
  /** Inner width of the gallery, in pixels; 0 before the first measurement. */
  width: number;
  /** The part of the gallery that the screen shows, in pixels from its top, to the next step. */
  from: number;
  to: number;
}

/** Re-rendering on every scrolled pixel would be waste; this is well within what is kept around the screen. */
const STEP_PX = 200;

/** Watches the width of a gallery and which part of it the page shows. */
export function useWindowRows() {
  const ref = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<GalleryView>({ width: 0, from: 0, to: 0 });

  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    // Only in events that come when the layout is fresh: asked for after a change, it would be worked out twice.
    const measure = () => {
      const box = element.getBoundingClientRect();
      const from = Math.floor(-box.top / STEP_PX) * STEP_PX;
      const next = { width: Math.floor(box.width), from, to: from + STEP_PX + window.innerHeight };
      setView((old) =>
        old.width === next.width && old.from === next.from && old.to === next.to ? old : next,
      );
    };
    measure();
    // The body too: what stands above the gallery may grow and push it down.
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(document.body);
    window.addEventListener('scroll', measure, { passive: true });
    window.addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      window.removeEventListener('scroll', measure);
      window.removeEventListener('resize', measure);
    };
  }, []);

  return { ref, view };
}
