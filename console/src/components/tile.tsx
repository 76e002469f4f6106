import type { Image } from '../api/types.ts';
import { formatList } from '../format.ts';
import type { Ring } from '../live/people.ts';
import { REVIEW_ICONS } from '../review/review-looks.ts';
import { pathTo } from '../routing/match.ts';
import { t } from '../strings.ts';
import { initialsOf } from './avatar-stack.tsx';
import { Icon } from './icon.tsx';
import './tile.css';

/** The part of an image that a tile needs. */
export type TileImage = Pick<
  Image,
  'id' | 'projectId' | 'width' | 'height' | 'mime' | 'averageColor' | 'thumbnail' | 'source'
> &
  Partial<Pick<Image, 'review' | 'label'>>;

interface TileProps {
  image: TileImage;
  isCurrent?: boolean;
  /** Of teammates who look at it. */
  ring?: Ring | undefined;
  isSelected?: boolean;
  /** Whether the tile has the image's shape, but for rounding; otherwise the image is letterboxed. */
  isFilled?: boolean;
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

function RingMark({ ring }: { ring: Ring }) {
  const more = ring.names.length - 1;
  const initials = initialsOf(ring.name) + (more > 0 ? `+${more}` : '');
  return (
    <span class="tile-ring" style={{ '--person': `var(--person-${ring.colour})` }}>
      <span class="tile-watcher" data-initials={initials} />
    </span>
  );
}

/** What was decided about the image, for the eye; the label of the link says it too. */
function TileMarks({ image: { review = 'undecided', label } }: { image: TileImage }) {
  if (review === 'undecided' && !label) return null;
  return (
    <span class="tile-marks" aria-hidden="true">
      {review !== 'undecided' && (
        <span class={`tile-mark tile-mark-${review}`}>
          <Icon name={REVIEW_ICONS[review]} size={16} />
        </span>
      )}
      {label && <span class="tile-label">{label}</span>}
    </span>
  );
}

function describeTile(
  { source, width, height, review = 'undecided', label }: TileImage,
  ring?: Ring,
): string {
  const state = review === 'undecided' ? '' : t.review.states[review];
  const name = t.gallery.tile(nameOfSource(source.url), width, height);
  const watched = ring ? t.team.watched(formatList(ring.names), ring.names.length) : '';
  return [name, state, label ?? '', watched].filter(Boolean).join(', ');
}

function formatOf({ mime }: TileImage): string {
  const names: Readonly<Record<string, string>> = t.image.types;
  return names[mime] ?? mime;
}

/** What stands for a thumbnail that there is none of. Drawn by the style: the label of the link names the image. */
function TileName({ image }: { image: TileImage }) {
  return (
    <span class="tile-name" aria-hidden="true">
      <span class="tile-words">
        <span data-text={nameOfSource(image.source.url)} />
        <span class="muted" data-text={formatOf(image)} />
      </span>
    </span>
  );
}

/** A rejected image stands back to 35 %, and its placeholder with it. */
function placeholderOf({ averageColor, review }: TileImage): string {
  return review === 'reject' ? `color-mix(in srgb, ${averageColor} 35%, var(--well))` : averageColor;
}

/**
 * A thumbnail on its average colour. Never the original: without a thumbnail its name and format stand on the
 * colour.
 */
export function Tile(props: TileProps) {
  const { image, ring, search = '', tabIndex, testId } = props;
  const { isCurrent = false, isSelected = false, isFilled = false } = props;
  const label = describeTile(image, ring);
  const states = [
    isSelected && 'tile-selected',
    isFilled && 'tile-filled',
    image.review === 'reject' && 'tile-reject',
  ];
  return (
    <a
      class={['tile', ...states].filter(Boolean).join(' ')}
      href={pathTo.image(image.projectId, image.id) + search}
      aria-current={isCurrent ? 'true' : undefined}
      aria-label={isSelected ? t.select.selectedTile(label) : label}
      tabIndex={tabIndex}
      style={{ backgroundColor: placeholderOf(image) }}
      data-testid={testId}
    >
      {image.thumbnail ? (
        <img src={image.thumbnail.url} alt="" decoding="async" draggable={false} />
      ) : (
        <TileName image={image} />
      )}
      {ring && <RingMark ring={ring} />}
      <TileMarks image={image} />
    </a>
  );
}
