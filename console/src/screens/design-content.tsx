import { useState } from 'preact/hooks';
import type { ItemStatus } from '../api/types.ts';
import { Avatar, AvatarStack } from '../components/avatar-stack.tsx';
import { Button } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { FilmStrip } from '../components/film-strip.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import { ProgressLine } from '../components/progress.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Table } from '../components/table.tsx';
import { Tile } from '../components/tile.tsx';
import { StatusBar } from '../job/status-bar.tsx';
import { ITEM_LOOKS } from '../job/status-looks.ts';
import { STATUS_ORDER } from '../job/status-words.ts';
import { t } from '../strings.ts';
import { SAMPLE_COUNTS, SAMPLE_PEOPLE, SAMPLE_PROBLEM, SAMPLE_RING, sampleImages } from './design-samples.ts';
import { DesignSection } from './design-section.tsx';

/** What shows images, lists and states. */
export function ContentSamples({ theme }: { theme: string }) {
  const words = t.design.sections;
  const images = sampleImages(theme);
  const [filter, setFilter] = useState<ItemStatus | null>(null);
  const total = Object.values(SAMPLE_COUNTS).reduce((sum, count) => sum + count, 0);
  return (
    <>
      <DesignSection title={words.table}>
        <Table
          caption={words.table}
          rows={STATUS_ORDER}
          rowKey={(status) => status}
          columns={[
            {
              header: t.imports.status,
              cell: (status) => <Chip {...ITEM_LOOKS[status]}>{t.status[status].text}</Chip>,
            },
            { header: t.job.outcome, cell: (status) => t.status[status].hint },
            { header: t.job.count, cell: (status) => SAMPLE_COUNTS[status], isEnd: true, showsLabel: true },
          ]}
        />
      </DesignSection>
      <DesignSection title={words.tile}>
        <ul class="design-tiles">
          {images.slice(0, 4).map((image, index) => (
            <li key={image.id}>
              <Tile image={image} ring={index === 1 ? SAMPLE_RING : undefined} />
            </li>
          ))}
        </ul>
        <FilmStrip
          label={`${t.image.strip}, ${theme}`}
          images={images}
          currentId={images[2]?.id ?? ''}
          ringOf={(id) => (id === images[3]?.id ? SAMPLE_RING : undefined)}
        />
      </DesignSection>
      <DesignSection title={words.progress}>
        <ProgressLine label={t.job.progress} value={0.4} />
        <ProgressLine label={t.loading} value={null} />
        <StatusBar
          counts={SAMPLE_COUNTS}
          total={total}
          filter={filter}
          isMoving={false}
          onFilter={setFilter}
        />
      </DesignSection>
      <DesignSection title={words.keyCap}>
        <div class="row">
          <KeyCap name="←" />
          <KeyCap name="→" />
          <span>{t.image.keysHint}</span>
          <KeyCap name="Ctrl" />
          <KeyCap name="K" />
          <span>{t.palette.open}</span>
        </div>
      </DesignSection>
      <DesignSection title={words.avatars}>
        <div class="row">
          <AvatarStack people={SAMPLE_PEOPLE} label={t.team.label(SAMPLE_PEOPLE.length)} />
          {SAMPLE_PEOPLE.map(({ id, name }, index) => (
            <Avatar key={id} name={name} colour={index + 1} isHere />
          ))}
        </div>
      </DesignSection>
      <DesignSection title={words.states}>
        <EmptyState text={t.gallery.empty}>
          <Button variant="primary">{t.gallery.emptyAction}</Button>
        </EmptyState>
        <Skeleton lines={3} />
        <ErrorState problem={SAMPLE_PROBLEM} onRetry={() => setFilter(null)} />
      </DesignSection>
    </>
  );
}
