import { type SQL, sql } from 'drizzle-orm';
import { blobs, images, imageSources, type Review } from '../../db/schema/image.ts';
import { rfc3339 } from '../../db/statement.ts';
import type { ImageInfo } from '../../media/image/types.ts';
import type { Services } from '../../services.ts';

/** An image as the database knows it. */
export interface ImageRecord {
  id: string;
  projectId: string;
  jobId: string | null;
  /** Hexadecimal. */
  sha256: string;
  mime: ImageInfo['mime'];
  bytes: number;
  crc32: number;
  /** Pixels, after the orientation is applied. */
  width: number;
  height: number;
  orientation: number;
  averageColor: string;
  thumbnailSize: { width: number; height: number } | null;
  /** `url` is `upload:` with the file's name (URL-encoded, maybe none) for a file that `uploadedBy` sent. */
  source: { url: string; finalUrl: string; fetchedAt: string; uploadedBy: string | null };
  /** Of the address, with its port; null for a file that was sent. */
  host: string | null;
  /** The licence that the page or the file names, as `cc-by`, `cc0`, `pdm` or `other`. */
  license: string | null;
  review: Review;
  label: string | null;
  /** Sorted. */
  tags: string[];
  /** Raised by every decision; the next one names it. */
  revision: number;
  reviewedBy: { id: string; name: string } | null;
  reviewedAt: string | null;
  createdAt: string;
  /** When it was moved to the bin. */
  deletedAt: string | null;
}

/** An image as the API shows it, with signed addresses of its bytes. */
export interface Image extends Omit<ImageRecord, 'crc32' | 'thumbnailSize'> {
  url: string;
  thumbnail: { url: string; width: number; height: number } | null;
}

/** Selects rows of images by a condition over them as `i`. */
export function imagesWhere(condition: SQL): SQL {
  return sql`select i.* from ${images} i where ${condition}`;
}

/**
 * Selects ImageRecords of `rows`, a statement that selects rows of images; the first source is the one it was found at.
 * Over images as `i` are `order`, the clause, and `more`, an object of members that are added or stand instead.
 */
export function selectImages(rows: SQL, { order, more }: { order?: SQL; more?: SQL } = {}): SQL {
  // Text is put together faster than jsonb, which has its members sorted, but nothing can be added to it.
  const build = sql.raw(more ? 'jsonb_build_object' : 'json_build_object');
  // Each name is looked up once: that costs as much as all else that a row is made of.
  return sql`with found as materialized (${rows}),
      reviewers as materialized (
        select id, app.name_of(id) as name
        from (select distinct reviewed_by as id from found where reviewed_by is not null) reviewer
      )
    select ${build}(
      'id', i.id, 'projectId', i.project_id, 'jobId', i.job_id, 'sha256', encode(i.sha256, 'hex'),
      'mime', b.mime, 'bytes', b.bytes, 'crc32', b.crc32, 'width', b.width, 'height', b.height,
      'orientation', b.orientation, 'averageColor', b.average_color,
      'thumbnailSize', case when b.thumbnail_width is not null
        then ${build}('width', b.thumbnail_width, 'height', b.thumbnail_height) end,
      'source', ${build}('url', s.url, 'finalUrl', s.final_url, 'fetchedAt', ${rfc3339(sql`s.fetched_at`)},
        'uploadedBy', s.uploaded_by),
      'host', i.host, 'license', nullif(i.license, 'none'),
      'review', i.review, 'label', i.label, 'tags', i.tags, 'revision', i.revision,
      'reviewedBy', case when i.reviewed_by is not null
        then ${build}('id', i.reviewed_by, 'name', coalesce(r.name, '')) end,
      'reviewedAt', ${rfc3339(sql`i.reviewed_at`)},
      'createdAt', ${rfc3339(sql`i.created_at`)}, 'deletedAt', ${rfc3339(sql`i.deleted_at`)})${more ? sql` || ${more}` : sql``}
    from found i
    join ${blobs} b on b.sha256 = i.sha256
    left join reviewers r on r.id = i.reviewed_by
    left join lateral (
      select url, final_url, fetched_at, uploaded_by from ${imageSources} s where s.image_id = i.id
      order by s.fetched_at limit 1
    ) s on true
    ${order ?? sql``}`;
}

/** Adds the signed addresses. */
export function showImage(services: Services, record: ImageRecord): Image {
  const { crc32: _crc32, thumbnailSize, ...shown } = record;
  const now = services.clock.now();
  const isBinned = record.deletedAt !== null;
  const claim = { sha256: record.sha256, projectId: record.projectId, imageId: record.id, isBinned };
  const { original, thumbnail } = services.signer.sign(claim, now);
  return {
    ...shown,
    url: original,
    thumbnail: thumbnailSize && {
      url: thumbnail,
      ...thumbnailSize,
    },
  };
}
