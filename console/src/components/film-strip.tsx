import { useEffect, useRef } from 'preact/hooks';
import type { Ring } from '../live/people.ts';
import { Tile } from './tile.tsx';
import type { TileImage } from './tile.tsx';
import './film-strip.css';

const FRAME_HEIGHT = 64;
const MIN_FRAME = 44;
const MAX_FRAME = 128;

interface FilmStripProps {
  label: string;
  images: readonly TileImage[];
  currentId: string;
  /** Of the teammates who look at an image. */
  ringOf?: (imageId: string) => Ring | undefined;
  /** As of Tile. */
  search?: string;
}

function centreCurrent(strip: HTMLElement): void {
  const frame = strip.querySelector('[aria-current]')?.parentElement;
  // Only the strip may scroll: scrollIntoView would move the page too.
  if (frame) strip.scrollLeft = frame.offsetLeft - (strip.clientWidth - frame.offsetWidth) / 2;
}

/** The neighbours of the image on the well; the current frame is kept in the middle. */
export function FilmStrip({ label, images, currentId, ringOf, search = '' }: FilmStripProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (list.current) centreCurrent(list.current);
  }, [currentId, images.length]);
  useEffect(() => {
    const strip = list.current;
    if (!strip) return;
    // A window that narrows or turns would push the current frame out of sight.
    const observer = new ResizeObserver(() => centreCurrent(strip));
    observer.observe(strip);
    return () => observer.disconnect();
  }, []);
  return (
    <ul class="film-strip" ref={list} aria-label={label}>
      {images.map((image) => {
        const natural = Math.round((image.width / image.height) * FRAME_HEIGHT);
        const width = Math.min(MAX_FRAME, Math.max(MIN_FRAME, natural));
        return (
          <li key={image.id} style={{ width: `${width}px` }}>
            <Tile
              image={image}
              isCurrent={image.id === currentId}
              ring={ringOf?.(image.id)}
              search={search}
            />
          </li>
        );
      })}
    </ul>
  );
}
