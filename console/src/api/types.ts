import { isBoolean, isNumber, isText, listOf, nullable, oneOf, optional, shape } from './shape.ts';
import type { Guard, Guarded } from './shape.ts';

export const isUser = shape({ id: isText, email: isText, name: isText, createdAt: isText });
export type User = Guarded<typeof isUser>;

export const isUserReply = shape({ user: isUser });

export const isSession = shape({
  id: isText,
  createdAt: isText,
  lastSeenAt: isText,
  expiresAt: isText,
  userAgent: nullable(isText),
  current: isBoolean,
});
export type Session = Guarded<typeof isSession>;

export const isProject = shape({
  id: isText,
  name: isText,
  description: nullable(isText),
  role: oneOf('owner', 'editor', 'reviewer', 'viewer'),
  imageCount: isNumber,
  createdAt: isText,
  updatedAt: isText,
});
export type Project = Guarded<typeof isProject>;

export const isMember = shape({ userId: isText, name: isText, role: isText });
export type Member = Guarded<typeof isMember>;

const isJobStatus = oneOf('draft', 'queued', 'running', 'completed', 'completed_with_errors', 'failed');
export type JobStatus = Guarded<typeof isJobStatus>;

const isCounts = shape({
  stored: isNumber,
  duplicateExact: isNumber,
  rejected: isNumber,
  blocked: isNumber,
  failed: isNumber,
  skipped: isNumber,
});
export type Counts = Guarded<typeof isCounts>;

export const isJob = shape({
  id: isText,
  projectId: isText,
  status: isJobStatus,
  total: isNumber,
  counts: optional(isCounts),
  createdAt: isText,
  startedAt: nullable(isText),
  finishedAt: nullable(isText),
});
export type Job = Guarded<typeof isJob>;

export const isProgress = shape({
  jobId: isText,
  status: isJobStatus,
  total: isNumber,
  pending: isNumber,
  done: isNumber,
  counts: isCounts,
  startedAt: nullable(isText),
  finishedAt: nullable(isText),
  updatedAt: nullable(isText),
});
export type Progress = Guarded<typeof isProgress>;

const isItemStatus = oneOf(
  'stored',
  'duplicate_exact',
  'rejected',
  'blocked',
  'failed',
  'skipped',
  'pending',
);
export type ItemStatus = Guarded<typeof isItemStatus>;

export const isItem = shape({
  id: isText,
  url: isText,
  status: isItemStatus,
  reason: nullable(isText),
  detail: nullable(isText),
  imageId: nullable(isText),
});
export type Item = Guarded<typeof isItem>;

export const isImage = shape({
  id: isText,
  projectId: isText,
  jobId: nullable(isText),
  sha256: isText,
  mime: oneOf('image/jpeg', 'image/png'),
  bytes: isNumber,
  width: isNumber,
  height: isNumber,
  averageColor: isText,
  url: isText,
  thumbnail: nullable(shape({ url: isText, width: isNumber, height: isNumber })),
  source: shape({ url: isText, finalUrl: isText, fetchedAt: isText }),
  createdAt: isText,
});
export type Image = Guarded<typeof isImage>;

export const isConfig = shape({ environment: isText, sampleSiteUrl: nullable(isText) });
export type Config = Guarded<typeof isConfig>;

export const isSampleManifest = shape({ urls: listOf(shape({ url: isText })) });

/** One page of a keyset list; `nextCursor` is opaque and null on the last page. */
export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

/** The guard of a list reply whose elements pass `guard`. */
export function pageOf<T>(guard: Guard<T>): Guard<Page<T>> {
  return shape({ data: listOf(guard), nextCursor: nullable(isText) });
}
