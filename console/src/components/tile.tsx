import type { Image } from '../api/types.ts';
import { pathTo } from '../routing/match.ts';
import { t } from '../strings.ts';
import './tile.css';

/** The part of an image that a tile needs. */
export type TileImage = Pick<
  Image,
  'id' | 'projectId' | 'width' | 'height' | 'averageColor' | 'thumbnail' | 'source'
>;

interface TileProps {
  image: TileImage;
  isCurrent?: boolean;
  isSelected?: boolean;
  /** The query of the list that the image belongs to; its address then leads through that list. */
  search?: string;
  tabIndex?: number;
  testId?: string;
}

/** The last part of an address, decoded; the host when the path is empty. */
export function nameOfSource(address: string): string {
  if (!URL.canParse(address)) return address;
  const { pathname, hostname } = new URL(address);
  const name = pathname.split('/').filter(Boolean).at(-1) ?? hostname;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/**
 * A thumbnail on its average colour. Never the original: without a thumbnail the colour stays, and the
 * name is still in the link.
 */
export function Tile(props: TileProps) {
  const { image, isCurrent = false, isSelected = false, search = '', tabIndex, testId } = props;
  const label = t.gallery.tile(nameOfSource(image.source.url), image.width, image.height);
  return (
    <a
      class={isSelected ? 'tile tile-selected' : 'tile'}
      href={pathTo.image(image.projectId, image.id) + search}
      aria-current={isCurrent ? 'true' : undefined}
      aria-label={isSelected ? t.select.selectedTile(label) : label}
      tabIndex={tabIndex}
      style={{ backgroundColor: image.averageColor }}
      data-testid={testId}
    >
      {image.thumbnail && <img src={image.thumbnail.url} alt="" decoding="async" draggable={false} />}
    </a>
  );
}
