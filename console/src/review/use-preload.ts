import { useEffect } from 'preact/hooks';

/** Fetches images before they are asked for; those that are passed by in a hurry are given up. */
export function usePreload(urls: readonly string[]): void {
  const key = urls.join('\n');
  useEffect(() => {
    const images = urls.map((url) => {
      const image = new Image();
      image.decoding = 'async';
      image.src = url;
      return image;
    });
    return () => {
      // The next one may be on the well by now, and the browser has it only once.
      for (const image of images.slice(1)) if (!image.complete) image.src = '';
    };
  }, [key]);
}
