import type { ListEntry } from '../import-list/list-entry.ts';
import { createClient } from './client.ts';
import { ProblemError, unreadableProblem } from './problem.ts';
import {
  isApiKey,
  isChanged,
  isConfig,
  isFacets,
  isImage,
  isInvitation,
  isInvitationOffer,
  isItem,
  isJob,
  isJoined,
  isMadeApiKey,
  isMadeInvitation,
  isMember,
  isProgress,
  isProject,
  isReviewed,
  isRoomTicket,
  isSampleManifest,
  isSession,
  isSource,
  isUser,
  isUserReply,
  pageOf,
} from './types.ts';
import type {
  ApiKeyScope,
  ImageFilter,
  ItemStatus,
  JobOptions,
  Project,
  ReviewChange,
  Role,
} from './types.ts';

const SAMPLE_DEADLINE_MS = 5_000;
export const ITEMS_PAGE = 100;
const SOURCES_PAGE = 20;
const IMAGES_PAGE = 120;

let reportUnauthenticated = (): void => {};

/** Sets what happens when any call finds the session gone. */
export function onUnauthenticated(report: () => void): void {
  reportUnauthenticated = report;
}

const client = createClient({
  fetch: (url, init) => fetch(url, init),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  newKey,
  onUnauthenticated: () => reportUnauthenticated(),
});

/** Takes the bookmark of something that was told: what is read from then on is no older. */
export function seeBookmark(bookmark: string): void {
  client.see(bookmark);
}

/** crypto.randomUUID exists only in secure contexts; a self-hosted console on plain http has none. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

function withQuery(path: string, query: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

const project = (projectId: string) => `/v1/projects/${encodeURIComponent(projectId)}`;
const job = (jobId: string) => `/v1/jobs/${encodeURIComponent(jobId)}`;
const image = (imageId: string) => `/v1/images/${encodeURIComponent(imageId)}`;
const optional = (signal: AbortSignal | undefined) => (signal ? { signal } : {});

type NewJob = { options: JobOptions } & (
  | { kind: 'urls'; urls: readonly string[] }
  | { kind: 'pages'; pages: readonly string[] }
  | { kind: 'sitemap'; sitemap: string }
);

/** What is not named stays. */
type ProjectChange = Partial<Pick<Project, 'name' | 'visibility' | 'labels'>> & { description?: string };

/** What a retry takes up again besides the addresses without a result. */
export interface RetryInput {
  statuses: ItemStatus[];
  /** Only these; all when null. */
  reasons: string[] | null;
}

interface ItemQuery {
  status: ItemStatus | null;
  reason: string | null;
  cursor: string | null;
  limit: number;
}

/** Every call of the HTTP contract that the console makes. */
export const api = {
  signUp: (input: { email: string; password: string; name: string }) =>
    client.read('/v1/auth/sign-up', isUserReply, { method: 'POST', body: input }),
  signIn: (input: { email: string; password: string }) =>
    client.read('/v1/auth/sign-in', isUserReply, { method: 'POST', body: input }),
  signInByLink: (token: string) =>
    client.read('/v1/auth/sign-in-link', isUserReply, { method: 'POST', body: { token } }),
  signOut: () => client.send('/v1/auth/sign-out', { method: 'POST' }),

  profile: () => client.read('/v1/profile', isUser),
  rename: (name: string) => client.read('/v1/profile', isUser, { method: 'PATCH', body: { name } }),
  changePassword: (input: { currentPassword: string; newPassword: string }) =>
    client.send('/v1/profile/password', { method: 'POST', body: input }),
  sessions: (cursor: string | null, signal?: AbortSignal) =>
    client.read(withQuery('/v1/sessions', { cursor }), pageOf(isSession), optional(signal)),
  revokeSession: (sessionId: string) =>
    client.send(`/v1/sessions/${encodeURIComponent(sessionId)}`, { method: 'DELETE' }),

  apiKeys: (cursor: string | null, signal?: AbortSignal) =>
    client.read(withQuery('/v1/api-keys', { cursor }), pageOf(isApiKey), optional(signal)),
  createApiKey: (input: {
    name: string;
    scopes: readonly ApiKeyScope[];
    expiresInDays: number | null;
    requestsPerMinute: number | null;
  }) => client.read('/v1/api-keys', isMadeApiKey, { method: 'POST', body: input }),
  revokeApiKey: (keyId: string) =>
    client.send(`/v1/api-keys/${encodeURIComponent(keyId)}`, { method: 'DELETE' }),

  projects: (cursor: string | null, signal?: AbortSignal) =>
    client.read(withQuery('/v1/projects', { limit: 50, cursor }), pageOf(isProject), optional(signal)),
  createProject: (input: { name: string; description?: string }) =>
    client.read('/v1/projects', isProject, { method: 'POST', body: input }),
  project: (projectId: string, signal?: AbortSignal) =>
    client.read(project(projectId), isProject, optional(signal)),
  updateProject: (projectId: string, input: ProjectChange) =>
    client.read(project(projectId), isProject, { method: 'PATCH', body: input }),
  deleteProject: (projectId: string) => client.send(project(projectId), { method: 'DELETE' }),
  members: (projectId: string, signal?: AbortSignal) =>
    client.read(`${project(projectId)}/members`, pageOf(isMember), optional(signal)),
  roomTicket: (projectId: string, signal: AbortSignal) =>
    client.read(`${project(projectId)}/room/ticket`, isRoomTicket, { method: 'POST', signal }),

  memberPage: (projectId: string, cursor: string | null, signal?: AbortSignal) =>
    client.read(
      withQuery(`${project(projectId)}/members`, { limit: 50, cursor }),
      pageOf(isMember),
      optional(signal),
    ),
  changeMember: (projectId: string, userId: string, role: Role) =>
    client.read(`${project(projectId)}/members/${encodeURIComponent(userId)}`, isMember, {
      method: 'PATCH',
      body: { role },
    }),
  removeMember: (projectId: string, userId: string) =>
    client.send(`${project(projectId)}/members/${encodeURIComponent(userId)}`, { method: 'DELETE' }),

  invitations: (projectId: string, cursor: string | null, signal?: AbortSignal) =>
    client.read(
      withQuery(`${project(projectId)}/invitations`, { limit: 50, cursor }),
      pageOf(isInvitation),
      optional(signal),
    ),
  createInvitation: (projectId: string, input: { role: Role; expiresInDays: number }) =>
    client.read(`${project(projectId)}/invitations`, isMadeInvitation, { method: 'POST', body: input }),
  withdrawInvitation: (projectId: string, invitationId: string) =>
    client.send(`${project(projectId)}/invitations/${encodeURIComponent(invitationId)}`, {
      method: 'DELETE',
    }),
  lookAtInvitation: (token: string, signal?: AbortSignal) =>
    client.read('/v1/invitations/look', isInvitationOffer, {
      method: 'POST',
      body: { token },
      ...optional(signal),
    }),
  acceptInvitation: (token: string) =>
    client.read('/v1/invitations/accept', isJoined, { method: 'POST', body: { token } }),

  jobs: (projectId: string, cursor: string | null, signal?: AbortSignal) =>
    client.read(
      withQuery(`${project(projectId)}/jobs`, { limit: 50, cursor }),
      pageOf(isJob),
      optional(signal),
    ),
  createJob: (projectId: string, input: NewJob) =>
    client.read(`${project(projectId)}/jobs`, isJob, { method: 'POST', body: input }),
  addUrls: (jobId: string, urls: readonly ListEntry[], signal?: AbortSignal) =>
    client.read(`${job(jobId)}/urls`, isJob, { method: 'POST', body: { urls }, ...optional(signal) }),
  deleteJob: (jobId: string) => client.send(job(jobId), { method: 'DELETE' }),
  job: (jobId: string, signal?: AbortSignal) => client.read(job(jobId), isJob, optional(signal)),
  startJob: (jobId: string) => client.read(`${job(jobId)}/start`, isJob, { method: 'POST' }),
  stopJob: (jobId: string) => client.read(`${job(jobId)}/stop`, isJob, { method: 'POST' }),
  retryJob: (jobId: string, input: RetryInput) =>
    client.read(`${job(jobId)}/retry`, isJob, { method: 'POST', body: input }),
  progress: (jobId: string, signal?: AbortSignal) =>
    client.read(`${job(jobId)}/progress`, isProgress, optional(signal)),
  items: (jobId: string, query: ItemQuery, signal?: AbortSignal) =>
    client.read(withQuery(`${job(jobId)}/items`, { ...query }), pageOf(isItem), optional(signal)),
  sources: (jobId: string, cursor: string | null, signal?: AbortSignal) =>
    client.read(
      withQuery(`${job(jobId)}/sources`, { limit: SOURCES_PAGE, cursor }),
      pageOf(isSource),
      optional(signal),
    ),

  images: (projectId: string, filter: ImageFilter, cursor: string | null, signal?: AbortSignal) =>
    client.read(
      withQuery(`${project(projectId)}/images`, { ...filter, limit: IMAGES_PAGE, cursor }),
      pageOf(isImage),
      optional(signal),
    ),
  facets: (projectId: string, signal?: AbortSignal) =>
    client.read(`${project(projectId)}/facets`, isFacets, optional(signal)),
  bin: (projectId: string, cursor: string | null, signal?: AbortSignal) =>
    client.read(
      withQuery(`${project(projectId)}/bin`, { limit: IMAGES_PAGE, cursor }),
      pageOf(isImage),
      optional(signal),
    ),
  deleteImages: (projectId: string, ids: readonly string[]) =>
    client.read(`${project(projectId)}/images/delete`, isChanged, { method: 'POST', body: { ids } }),
  restoreImages: (projectId: string, ids: readonly string[]) =>
    client.read(`${project(projectId)}/images/restore`, isChanged, { method: 'POST', body: { ids } }),
  deletedProjects: (cursor: string | null, signal?: AbortSignal) =>
    client.read(withQuery('/v1/bin', { limit: 50, cursor }), pageOf(isProject), optional(signal)),
  restoreProject: (projectId: string) =>
    client.read(`${project(projectId)}/restore`, isProject, { method: 'POST' }),
  reviewImages: (
    projectId: string,
    change: ReviewChange,
    of: { images: readonly { id: string; revision: number }[] } | { filter: ImageFilter },
    key?: string,
  ) =>
    client.read(`${project(projectId)}/images/review`, isReviewed, {
      method: 'POST',
      body: { change, ...of },
      ...(key !== undefined && { key }),
    }),
  undoReview: (reviewId: string, key?: string) =>
    client.read(`/v1/reviews/${encodeURIComponent(reviewId)}/undo`, isReviewed, {
      method: 'POST',
      ...(key !== undefined && { key }),
    }),
  image: (imageId: string, signal?: AbortSignal) => client.read(image(imageId), isImage, optional(signal)),
  downloadPath: (imageId: string) => `${image(imageId)}/download`,
  exportPath: (projectId: string, format: 'jsonl' | 'zip', filter: Pick<ImageFilter, 'review'>) =>
    withQuery(`${project(projectId)}/export`, { format, ...filter }),

  config: (signal?: AbortSignal) => client.read('/v1/config', isConfig, optional(signal)),
};

/** The addresses of the sample site's manifest. Throws ProblemError `unreadable` on any other shape. */
export async function fetchSampleUrls(siteUrl: string): Promise<string[]> {
  const address = new URL('manifest.json', siteUrl.endsWith('/') ? siteUrl : `${siteUrl}/`);
  try {
    const response = await fetch(address, {
      credentials: 'omit',
      signal: AbortSignal.timeout(SAMPLE_DEADLINE_MS),
    });
    const manifest: unknown = await response.json();
    if (response.ok && isSampleManifest(manifest)) return manifest.urls.map(({ url }) => url);
  } catch (cause) {
    throw new ProblemError(unreadableProblem(null), { cause });
  }
  throw new ProblemError(unreadableProblem(null));
}
