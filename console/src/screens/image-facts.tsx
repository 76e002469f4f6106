import { api } from '../api/endpoints.ts';
import type { Image } from '../api/types.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { formatAgo, formatBytes, formatTime } from '../format.ts';
import { pathTo } from '../routing/match.ts';
import { t } from '../strings.ts';

function SourceLink({ address }: { address: string }) {
  return (
    <a class="mono" href={address} target="_blank" rel="noreferrer noopener">
      {address}
    </a>
  );
}

/** Who decided last, and when; nothing about an image that nobody decided on. */
function ReviewedFact({ image: { review, reviewedBy, reviewedAt } }: { image: Image }) {
  if (reviewedAt === null) return null;
  const who = reviewedBy?.name ?? t.review.somebody;
  return (
    <div>
      <dt>{review === 'undecided' ? t.review.lastChange : t.review.reviewedBy}</dt>
      <dd data-testid="image-reviewed">{t.review.reviewed(who, formatAgo(reviewedAt))}</dd>
    </div>
  );
}

/** What is known of the right to use an image, and of the site's wish. */
function RightsFacts({ image: { license, host } }: { image: Image }) {
  const names: Readonly<Record<string, string>> = t.review.licenses;
  return (
    <>
      <div>
        <dt>{t.review.license}</dt>
        <dd data-testid="image-license">{license === null ? t.unknown : (names[license] ?? license)}</dd>
      </div>
      {/* Nothing is fetched from a host without its leave, and what was uploaded has no host. */}
      {host !== null && (
        <div>
          <dt>{t.review.robots}</dt>
          <dd>{t.review.robotsAllowed}</dd>
        </div>
      )}
    </>
  );
}

/** Where an image came from and what it is. */
export function ImageFacts({ image }: { image: Image }) {
  const { source, jobId } = image;
  return (
    <dl class="facts">
      <ReviewedFact image={image} />
      <div>
        <dt>{t.image.dimensions}</dt>
        <dd data-testid="image-dimensions">{t.image.dimensionsValue(image.width, image.height)}</dd>
      </div>
      <div>
        <dt>{t.image.size}</dt>
        <dd>
          {formatBytes(image.bytes)}, {t.image.types[image.mime]}
        </dd>
      </div>
      <div>
        <dt>{t.image.averageColor}</dt>
        <dd>
          <span class="swatch" style={{ backgroundColor: image.averageColor }} />
          <span class="mono">{image.averageColor}</span>
        </dd>
      </div>
      <div>
        <dt>{t.image.source}</dt>
        <dd data-testid="image-source">
          <SourceLink address={source.url} />
        </dd>
      </div>
      {source.finalUrl !== source.url && (
        <div>
          <dt>{t.image.finalSource}</dt>
          <dd>
            <SourceLink address={source.finalUrl} />
          </dd>
        </div>
      )}
      <RightsFacts image={image} />
      <div>
        <dt>{t.image.fetchedAt}</dt>
        <dd>{formatTime(source.fetchedAt)}</dd>
      </div>
      <div>
        <dt>{t.image.hash}</dt>
        <dd>
          <span class="mono">{image.sha256}</span>
          <CopyButton text={image.sha256} label={t.image.copyHash} done={t.image.hashCopied} />
        </dd>
      </div>
      {jobId !== null && (
        <div>
          <dt>{t.image.addedBy}</dt>
          <dd>
            <a href={pathTo.import(image.projectId, jobId)}>{t.image.openImport}</a>
          </dd>
        </div>
      )}
    </dl>
  );
}

interface ActionsProps {
  image: Image;
  canDelete: boolean;
  onDelete: () => void;
}

/** What can be done with one image. */
export function ImageActions({ image, canDelete, onDelete }: ActionsProps) {
  return (
    <>
      <ButtonLink href={api.downloadPath(image.id)} download icon="export" testId="image-download">
        {t.image.download}
      </ButtonLink>
      {canDelete && (
        <Button variant="danger" icon="trash" onClick={onDelete} testId="image-delete">
          {t.image.delete}
        </Button>
      )}
    </>
  );
}
