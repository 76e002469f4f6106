import { isBoolean, isNumber, isText, listOf, nullable, oneOf, optional, shape } from './shape.ts';
import type { Guard, Guarded } from './shape.ts';

export const isUser = shape({ id: isText, email: isText, name: isText, createdAt: isText });
export type User = Guarded<typeof isUser>;

export const isUserReply = shape({ user: isUser });

export const isSession = shape({
  id: isText,
  kind: oneOf('browser', 'program'),
  createdAt: isText,
  lastSeenAt: isText,
  expiresAt: isText,
  userAgent: nullable(isText),
  current: isBoolean,
});
export type Session = Guarded<typeof isSession>;

export const API_KEY_SCOPES = ['read', 'write'] as const;
const isScope = oneOf(...API_KEY_SCOPES);
export type ApiKeyScope = Guarded<typeof isScope>;

const apiKeyFields = {
  id: isText,
  name: isText,
  prefix: isText,
  scopes: listOf(isScope),
  requestsPerMinute: nullable(isNumber),
  createdAt: isText,
  expiresAt: nullable(isText),
  lastUsedAt: nullable(isText),
};
export const isApiKey = shape(apiKeyFields);
export type ApiKey = Guarded<typeof isApiKey>;
export const isMadeApiKey = shape({ ...apiKeyFields, token: isText });
export type MadeApiKey = Guarded<typeof isMadeApiKey>;

export const ROLES = ['viewer', 'reviewer', 'editor', 'owner'] as const;
const isRole = oneOf(...ROLES);
export type Role = Guarded<typeof isRole>;

export const isProject = shape({
  id: isText,
  name: isText,
  description: nullable(isText),
  visibility: oneOf('private', 'public'),
  role: isRole,
  imageCount: isNumber,
  /** Classes to choose from; the first nine have the digits. */
  labels: listOf(isText),
  createdAt: isText,
  updatedAt: isText,
  deletedAt: nullable(isText),
});
export type Project = Guarded<typeof isProject>;

export const isMember = shape({ userId: isText, name: isText, email: isText, role: isRole });
export type Member = Guarded<typeof isMember>;

const isPerson = shape({ id: isText, name: isText });

const invitation = {
  id: isText,
  role: isRole,
  createdBy: isPerson,
  createdAt: isText,
  expiresAt: isText,
  usedAt: nullable(isText),
  usedBy: nullable(isPerson),
};
export const isInvitation = shape(invitation);
export type Invitation = Guarded<typeof isInvitation>;
export const isMadeInvitation = shape({ ...invitation, token: isText });
export type MadeInvitation = Guarded<typeof isMadeInvitation>;

export const isInvitationOffer = shape({
  projectName: isText,
  role: isRole,
  invitedBy: isText,
  isMember: isBoolean,
});

export const isJoined = shape({ projectId: isText, role: isRole });

const isJobKind = oneOf('urls', 'pages', 'sitemap');
export type JobKind = Guarded<typeof isJobKind>;

const isJobStatus = oneOf(
  'draft',
  'planning',
  'queued',
  'running',
  'stopping',
  'stopped',
  'completed',
  'completed_with_errors',
  'failed',
);
export type JobStatus = Guarded<typeof isJobStatus>;

const isCounts = shape({
  pending: isNumber,
  deferred: isNumber,
  stored: isNumber,
  duplicateExact: isNumber,
  rejected: isNumber,
  blocked: isNumber,
  failed: isNumber,
  skipped: isNumber,
});
export type Counts = Guarded<typeof isCounts>;

/** What an import asks of its images. */
export interface JobOptions {
  minWidth?: number | undefined;
  minHeight?: number | undefined;
  maxAspect?: number | undefined;
  formats?: readonly string[] | undefined;
  maxBytes?: number | undefined;
  maxImages?: number | undefined;
}

const isJobOptions: Guard<JobOptions> = shape({
  minWidth: optional(isNumber),
  minHeight: optional(isNumber),
  maxAspect: optional(isNumber),
  formats: optional(listOf(isText)),
  maxBytes: optional(isNumber),
  maxImages: optional(isNumber),
});

export const isJob = shape({
  id: isText,
  projectId: isText,
  kind: isJobKind,
  status: isJobStatus,
  options: isJobOptions,
  total: isNumber,
  counts: isCounts,
  endedBy: nullable(oneOf('stopped', 'limit')),
  failure: nullable(isText),
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
  // A room may still show what it was told before there was such a figure.
  runs: optional(isNumber),
  rate: isNumber,
  estimatedEndAt: nullable(isText),
  startedAt: nullable(isText),
  finishedAt: nullable(isText),
  updatedAt: isText,
});
export type Progress = Guarded<typeof isProgress>;

export const isItemStatus = oneOf(
  'pending',
  'deferred',
  'stored',
  'duplicate_exact',
  'rejected',
  'blocked',
  'failed',
  'skipped',
);
export type ItemStatus = Guarded<typeof isItemStatus>;

export const isItem = shape({
  id: isText,
  url: isText,
  status: isItemStatus,
  reason: nullable(isText),
  detail: nullable(isText),
  retryAt: nullable(isText),
  context: nullable(shape({ pageUrl: nullable(isText) })),
  imageId: nullable(isText),
});
export type Item = Guarded<typeof isItem>;

export const isSource = shape({
  id: isText,
  kind: oneOf('page', 'sitemap'),
  url: isText,
  status: oneOf('pending', 'sent', 'done', 'blocked', 'failed'),
  reason: nullable(isText),
  detail: nullable(isText),
  found: isNumber,
});
export type Source = Guarded<typeof isSource>;

export const isReview = oneOf('undecided', 'keep', 'reject');
export type Review = Guarded<typeof isReview>;

/** What was decided about an image; every change makes the next revision. */
const reviewState = {
  review: isReview,
  label: nullable(isText),
  tags: listOf(isText),
  revision: isNumber,
};
export const isReviewState = shape({ id: isText, ...reviewState });
export type ReviewState = Guarded<typeof isReviewState>;

const isReviewer = nullable(shape({ id: isText, name: isText }));
/** An image that was decided on too late, as it is now and by whom. */
const isConflictState = shape({
  id: isText,
  ...reviewState,
  reviewedBy: optional(isReviewer),
  reviewedAt: optional(nullable(isText)),
});

export const isReviewed = shape({
  /** Null when nothing changed; else what an undo names. */
  reviewId: nullable(isText),
  changed: isNumber,
  /** Whether every image that matched was changed; if not, the same call goes on. */
  isComplete: isBoolean,
  images: listOf(isReviewState),
  /** Images that somebody else changed meanwhile, as they are now. */
  conflicts: listOf(isConflictState),
});
export type Reviewed = Guarded<typeof isReviewed>;

/** A change of many images; what is not named stays. */
export interface ReviewChange {
  review?: Review | undefined;
  label?: string | null | undefined;
  addTags?: string[] | undefined;
  removeTags?: string[] | undefined;
}

export const SIZES = ['small', 'medium', 'large'] as const;
export const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const;

/** Which images of a project; every part narrows it. */
export interface ImageFilter {
  review?: Review;
  label?: string;
  tag?: string;
  jobId?: string;
  host?: string;
  size?: (typeof SIZES)[number];
  format?: (typeof FORMATS)[number];
  /** `none` for images of which none is known. */
  license?: string;
}

/** `conflicts`: images whose content is in the project again. */
export const isChanged = shape({ changed: isNumber, conflicts: optional(listOf(isText)) });

export const isFacets = shape({
  labels: listOf(isText),
  tags: listOf(isText),
  hosts: listOf(isText),
  licenses: listOf(isText),
});
export type Facets = Guarded<typeof isFacets>;

export const isImage = shape({
  id: isText,
  projectId: isText,
  jobId: nullable(isText),
  sha256: isText,
  mime: oneOf('image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'),
  bytes: isNumber,
  width: isNumber,
  height: isNumber,
  averageColor: isText,
  url: isText,
  thumbnail: nullable(shape({ url: isText, width: isNumber, height: isNumber })),
  source: shape({ url: isText, finalUrl: isText, fetchedAt: isText }),
  host: nullable(isText),
  license: nullable(isText),
  ...reviewState,
  reviewedBy: isReviewer,
  reviewedAt: nullable(isText),
  createdAt: isText,
  deletedAt: nullable(isText),
});
export type Image = Guarded<typeof isImage>;

/** Admits one socket to a project's room; `url` is a path. */
export const isRoomTicket = shape({ ticket: isText, expiresAt: isText, url: isText });

export const isConfig = shape({
  environment: isText,
  sampleSiteUrl: nullable(isText),
  sharedOrigin: nullable(isText),
});
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
