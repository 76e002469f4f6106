import type { Image } from '../api/types.ts';
import { formatList } from '../format.ts';
import type { Ring } from '../live/people.ts';
import { pathTo } from '../routing/match.ts';
import { t } from '../strings.ts';
import { initialsOf } from './avatar-stack.tsx';
import './tile.css';

/** The part of an image that a tile needs. */
export type TileImage = Pick<
  Image,
  'id' | 'projectId' | 'width' | 'height' | 'averageColor' | 'thumbnail' | 'source'
>;

interface TileProps {
  image: TileImage;
  isCurrent?: boolean;
  /** Of teammates who look at it. */
  ring?: Ring | undefined;
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

function RingMark({ ring }: { ring: Ring }) {
  const more = ring.names.length - 1;
  const initials = initialsOf(ring.name) + (more > 0 ? `+${more}` : '');
  return (
    <span class="tile-ring" style={{ '--person': `var(--person-${ring.colour})` }}>
      <span class="tile-watcher" data-initials={initials} />
    </span>
  );
}

/**
 * A thumbnail on its average colour. Never the original: without a thumbnail the colour stays, and the
 * name is still in the link.
 */
export function Tile({ image, isCurrent = false, ring, tabIndex, testId }: TileProps) {
  const name = t.gallery.tile(nameOfSource(image.source.url), image.width, image.height);
  const label = ring ? `${name}, ${t.team.watched(formatList(ring.names), ring.names.length)}` : name;
  return (
    <a
      class="tile"
      href={pathTo.image(image.projectId, image.id)}
      aria-current={isCurrent ? 'true' : undefined}
      aria-label={label}
      tabIndex={tabIndex}
      style={{ backgroundColor: image.averageColor }}
      data-testid={testId}
    >
      {image.thumbnail && (
        <img
          src={image.thumbnail.url}
          alt=""
          decoding="async"
          draggable={false}
          onLoad={(event) => event.currentTarget.classList.add('tile-ready')}
        />
      )}
      {ring && <RingMark ring={ring} />}
    </a>
  );
}
