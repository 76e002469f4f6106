import { Delayed } from '../components/skeleton.tsx';
import { t } from '../strings.ts';
import './gallery.css';

const TILES = 24;
const ASPECTS = [1.5, 0.75, 1.33, 1, 1.78, 1.5, 0.67];

/** Blank frames in place of images that are being loaded. */
export function GallerySkeleton({ rowHeight }: { rowHeight: number }) {
  return (
    <Delayed>
      <div class="gallery-skeleton" role="status">
        <span class="visually-hidden">{t.loading}</span>
        {Array.from({ length: TILES }, (_, index) => {
          const aspect = ASPECTS[index % ASPECTS.length] ?? 1;
          // Narrower than wanted and then grown, so that every row is flush.
          const flex = `${aspect} 1 ${aspect * rowHeight * 0.75}px`;
          return <div key={index} class="gallery-frame" style={{ height: `${rowHeight}px`, flex }} />;
        })}
      </div>
    </Delayed>
  );
}
