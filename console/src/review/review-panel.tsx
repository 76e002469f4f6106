import type { RefObject } from 'preact';
import type { Image, ReviewChange } from '../api/types.ts';
import { Chip, FilterChip } from '../components/chip.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import { t } from '../strings.ts';
import { REVIEW_ICONS, toneOf } from './review-looks.ts';
import { loadProjectTags, projectTags } from './project-tags.ts';
import { digitOf } from './review-keys.ts';
import { TagsField } from './tags-field.tsx';
import './review-panel.css';

interface ReviewPanelProps {
  image: Image;
  /** The labels of the project, in the order of their digits. */
  labels: readonly string[];
  /** False shows labels and tags without a way to change them. */
  canDecide: boolean;
  onChange: (change: ReviewChange) => void;
  /** For a key that leads to it. */
  tagsInput: RefObject<HTMLInputElement | null>;
}

function Labels({ image, labels, onChange }: Pick<ReviewPanelProps, 'image' | 'labels' | 'onChange'>) {
  // A label that has left the project's list can still be taken off.
  const isListed = image.label === null || labels.includes(image.label);
  const shown = isListed ? labels : [...labels, image.label ?? ''];
  return (
    <div class="label-chips" role="group" aria-label={t.review.labels}>
      {shown.map((label) => {
        const digit = digitOf(labels.indexOf(label));
        const isOn = image.label === label;
        return (
          <FilterChip key={label} isOn={isOn} onToggle={() => onChange({ label: isOn ? null : label })}>
            <span class="label-name">{label}</span>
            {digit !== null && (
              <span class="label-key" aria-hidden="true">
                <KeyCap name={digit} />
              </span>
            )}
          </FilterChip>
        );
      })}
    </div>
  );
}

function ReadOnly({ values }: { values: readonly string[] }) {
  if (values.length === 0) return <p class="muted">{t.review.none}</p>;
  return (
    <div class="label-chips">
      {values.map((value) => (
        <Chip key={value}>{value}</Chip>
      ))}
    </div>
  );
}

function ReviewChip({ review }: Pick<Image, 'review'>) {
  return (
    <div>
      <Chip icon={REVIEW_ICONS[review]} tone={toneOf(review)}>
        {t.review.states[review]}
      </Chip>
    </div>
  );
}

/** Label and tags of an image, and for those who may not decide its review. */
export function ReviewPanel({ image, labels, canDecide, onChange, tagsInput }: ReviewPanelProps) {
  const known = projectTags.value?.projectId === image.projectId ? projectTags.value.tags : [];
  const hasLabels = labels.length > 0 || image.label !== null;
  return (
    <div class="review-panel">
      {!canDecide && (
        <section>
          <h3>{t.review.title}</h3>
          <ReviewChip review={image.review} />
        </section>
      )}
      {hasLabels && (
        <section>
          <h3>{t.review.labels}</h3>
          {canDecide ? (
            <Labels image={image} labels={labels} onChange={onChange} />
          ) : (
            <ReadOnly values={image.label === null ? [] : [image.label]} />
          )}
        </section>
      )}
      <section>
        {!canDecide && <h3>{t.review.tags}</h3>}
        {canDecide ? (
          <TagsField
            // What was begun for one image is not for the next.
            key={image.id}
            tags={image.tags}
            known={known}
            onAdd={(addTags) => onChange({ addTags })}
            onRemove={(tag) => onChange({ removeTags: [tag] })}
            onFocus={() => void loadProjectTags(image.projectId)}
            inputRef={tagsInput}
          />
        ) : (
          <ReadOnly values={image.tags} />
        )}
      </section>
    </div>
  );
}
