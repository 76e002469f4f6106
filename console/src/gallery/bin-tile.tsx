import type { Image } from '../api/types.ts';
import { IconButton } from '../components/button.tsx';
import { nameOfSource } from '../components/tile.tsx';
import { t } from '../strings.ts';
import { daysLeft } from './days-left.ts';

interface BinTileProps {
  image: Image;
  isSelected: boolean;
  /** Null for who may not restore. */
  onToggle: (() => void) | null;
  onRestore: () => void;
}

/** An image in the bin: when it goes, and the way back. It leads nowhere, as its page is gone. */
export function BinTile({ image, isSelected, onToggle, onRestore }: BinTileProps) {
  const name = nameOfSource(image.source.url);
  const days = daysLeft(image.deletedAt, Date.now());
  return (
    <li class={isSelected ? 'bin-tile bin-tile-selected' : 'bin-tile'} data-testid="bin-tile">
      <label class="bin-frame" style={{ backgroundColor: image.averageColor }}>
        {image.thumbnail && (
          <img
            src={image.thumbnail.url}
            alt={t.gallery.tile(name, image.width, image.height)}
            loading="lazy"
            decoding="async"
          />
        )}
        {onToggle && (
          <input
            type="checkbox"
            class="bin-check"
            checked={isSelected}
            aria-label={t.select.check(name)}
            onChange={onToggle}
          />
        )}
      </label>
      <div class="bin-words">
        <div class="bin-names">
          <p class="bin-name">{name}</p>
          {days !== null && <p class="small muted">{t.bin.goesIn(days)}</p>}
        </div>
        {onToggle && <IconButton icon="restore" label={t.bin.restoreNamed(name)} onClick={onRestore} />}
      </div>
    </li>
  );
}
