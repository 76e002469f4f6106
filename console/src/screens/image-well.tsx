import { useState } from 'preact/hooks';
import type { Image } from '../api/types.ts';
import { IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { nameOfSource } from '../components/tile.tsx';
import { t } from '../strings.ts';

interface ImageWellProps {
  image: Image;
  previous: (() => void) | null;
  next: (() => void) | null;
}

function Original({ image }: { image: Image }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <p role="alert">{t.image.missing}</p>;
  return (
    <img
      src={image.url}
      width={image.width}
      height={image.height}
      alt={t.gallery.tile(nameOfSource(image.source.url), image.width, image.height)}
      // A placeholder of the right shape until the bytes arrive.
      style={{ backgroundColor: image.averageColor, aspectRatio: `${image.width} / ${image.height}` }}
      onLoad={(event) => (event.currentTarget.style.backgroundColor = 'transparent')}
      onError={() => setBroken(true)}
      class={image.review === 'reject' ? 'well-reject' : undefined}
      data-testid="image-detail"
    />
  );
}

/** The image on a surface that flatters no colour, with the way to its neighbours. */
export function ImageWell({ image, previous, next }: ImageWellProps) {
  return (
    <>
      <Original key={image.id} image={image} />
      {image.review !== 'undecided' && (
        <span class={`well-mark well-mark-${image.review}`}>
          <Icon name={image.review === 'keep' ? 'check' : 'cross'} />
          {t.review.states[image.review]}
        </span>
      )}
      {previous && (
        <div class="well-step well-previous">
          <IconButton icon="chevronLeft" label={t.image.previous} onClick={previous} side="above" />
        </div>
      )}
      {next && (
        <div class="well-step well-next">
          <IconButton icon="chevronRight" label={t.image.next} onClick={next} side="above" />
        </div>
      )}
    </>
  );
}
