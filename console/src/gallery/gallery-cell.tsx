import { useComputed } from '@preact/signals';
import type { Image } from '../api/types.ts';
import { Tile, nameOfSource } from '../components/tile.tsx';
import { ringOf } from '../live/people.ts';
import type { GalleryStore } from '../state/gallery-store.ts';
import { t } from '../strings.ts';
import { isSelected } from './selection.ts';

interface GalleryCellProps {
  store: GalleryStore;
  image: Image;
  index: number;
  /** In pixels, within the gallery. */
  left: number;
  top: number;
  width: number;
  height: number;
  search: string;
  /** As of Tile. */
  isFilled: boolean;
  canSelect: boolean;
}

/**
 * A tile in its place, with the mark that selects it. Reads signals, so that it renders again only when its own
 * props change, it is itself selected, or somebody looks at it; of the others in the gallery it hears nothing.
 */
export function GalleryCell(props: GalleryCellProps) {
  const { store, image, index, left, top, width, height, search, isFilled, canSelect } = props;
  const isChosen = useComputed(() => isSelected(store.selection.value, image.id)).value;
  const ring = useComputed(() => ringOf(image.id)).value;
  return (
    <li
      class="gallery-cell"
      data-index={index}
      style={`left:${left}px;top:${top}px;width:${width}px;height:${height}px`}
    >
      <Tile
        image={image}
        isSelected={isChosen}
        isFilled={isFilled}
        ring={ring}
        search={search}
        testId="gallery-tile"
      />
      {canSelect && (
        // For the pointer; from the keyboard the tile itself takes Space, and Tab need not stop twice.
        <button
          type="button"
          class="tile-check"
          role="checkbox"
          aria-checked={isChosen}
          aria-label={t.select.check(nameOfSource(image.source.url))}
          tabIndex={-1}
          data-check
        />
      )}
    </li>
  );
}
