import { useEffect, useRef } from 'preact/hooks';

/** Who steps faster than this looks at nothing, and would only fill the line before their decisions. */
const PAUSE_MS = 80;

/** Fetches images before they are asked for. What is passed by is given up, but not what is `shown`. */
export function usePreload(urls: readonly string[], shown: string | null): void {
  const loading = useRef(new Map<string, HTMLImageElement>());
  const key = urls.join('\n');
  useEffect(() => {
    const { current: images } = loading;
    for (const [url, image] of images) {
      if (urls.includes(url)) continue;
      images.delete(url);
      // The browser fetches an address once, also for the image on the well.
      if (!image.complete && url !== shown) image.src = '';
    }
    const timer = setTimeout(() => {
      for (const url of urls.filter((address) => !images.has(address))) {
        const image = new Image();
        image.decoding = 'async';
        image.src = url;
        images.set(url, image);
      }
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [key]);
}
