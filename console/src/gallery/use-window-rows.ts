import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface GalleryView {
  /** Inner width of the gallery, in pixels; 0 before the first measurement. */
  width: number;
  /** The part of the gallery to keep in the document, in pixels from its top. */
  from: number;
  to: number;
}

/** One screen above and below: enough for a flick, and the document stays small for any number of images. */
const OVERSCAN_SCREENS = 1;
/** Re-rendering on every scrolled pixel would be waste; a quarter of a screen is within the overscan. */
const STEP_PX = 200;

/** Watches the width of a gallery and which part of it the page shows. */
export function useWindowRows() {
  const ref = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<GalleryView>({ width: 0, from: 0, to: 0 });

  const measure = () => {
    const element = ref.current;
    if (!element) return;
    const box = element.getBoundingClientRect();
    const screen = window.innerHeight;
    const snapped = Math.floor(-box.top / STEP_PX) * STEP_PX;
    const next = {
      width: Math.floor(box.width),
      from: snapped - screen * OVERSCAN_SCREENS,
      to: snapped + STEP_PX + screen * (1 + OVERSCAN_SCREENS),
    };
    setView((old) => (old.width === next.width && old.from === next.from && old.to === next.to ? old : next));
  };

  useLayoutEffect(measure);
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (ref.current) observer.observe(ref.current);
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
