import { encodeCursor } from '../../src/lib/cursor.ts';
import { idOf, type Scale } from './scale.ts';

export interface Listing {
  name: string;
  path(scale: Scale): string;
}

const images =
  (filter: string) =>
  ({ project }: Scale) =>
    `/v1/projects/${project}/images?limit=50${filter}`;
const items =
  (filter: string) =>
  ({ job }: Scale) =>
    `/v1/jobs/${job}/items?limit=50${filter}`;
const chunks =
  (filter: string) =>
  ({ job }: Scale) =>
    `/v1/jobs/${job}/chunks?limit=50${filter}`;
const ofProject =
  (rest: string) =>
  ({ project }: Scale) =>
    `/v1/projects/${project}/${rest}`;
const middle = ({ images }: Scale) => Math.floor(images / 2);

/** Every list of the API, each of its filters alone by a value that is common and by one that only the oldest have. */
export const LISTINGS: readonly Listing[] = [
  { name: 'images', path: images('') },
  {
    name: 'images, from the middle',
    path: (scale) => images(`&cursor=${encodeCursor(idOf('img', scale.digit, 0, middle(scale)))}`)(scale),
  },
  { name: 'images, review (common)', path: images('&review=keep') },
  { name: 'images, label (common)', path: images('&label=cat') },
  { name: 'images, label (rare)', path: images('&label=rare') },
  { name: 'images, label (none)', path: images('&label=nowhere') },
  { name: 'images, tag (common)', path: images('&tag=red') },
  { name: 'images, tag (rare)', path: images('&tag=rare') },
  { name: 'images, host (common)', path: images('&host=large.example') },
  { name: 'images, host (rare)', path: images('&host=rare.example') },
  { name: 'images, size (common)', path: images('&size=medium') },
  { name: 'images, format (common)', path: images('&format=jpeg') },
  { name: 'images, format (rare)', path: images('&format=avif') },
  { name: 'images, licence (common)', path: images('&license=cc-by') },
  { name: 'images, licence (rare)', path: images('&license=cc0') },
  {
    name: 'images, job (common)',
    path: (scale) => images(`&jobId=${idOf('job', scale.digit, 1, 3)}`)(scale),
  },
  {
    name: 'images, job (rare)',
    path: (scale) => images(`&jobId=${idOf('job', scale.digit, 2, 0)}`)(scale),
  },
  { name: 'facets', path: ofProject('facets') },
  { name: 'bin of a project', path: ofProject('bin?limit=50') },
  { name: 'progress', path: ({ job }) => `/v1/jobs/${job}/progress` },
  { name: 'items', path: items('') },
  {
    name: 'items, from the middle',
    path: (scale) => items(`&cursor=${encodeCursor(String(middle(scale)))}`)(scale),
  },
  { name: 'items, status (common)', path: items('&status=stored') },
  { name: 'items, status (rare)', path: items('&status=skipped') },
  { name: 'items, status (none)', path: items('&status=deferred') },
  { name: 'items, reason (common)', path: items('&reason=unreachable') },
  { name: 'items, reason (rare)', path: items('&reason=corrupt') },
  { name: 'chunks', path: chunks('') },
  { name: 'chunks, status (common)', path: chunks('&status=done') },
  { name: 'chunks, status (rare)', path: chunks('&status=failed') },
  { name: 'sources', path: ({ job }) => `/v1/jobs/${job}/sources?limit=50` },
  { name: 'jobs', path: ofProject('jobs?limit=50') },
  { name: 'members', path: ofProject('members?limit=50') },
  { name: 'invitations', path: ofProject('invitations?limit=50') },
  { name: 'projects', path: () => '/v1/projects?limit=50' },
  { name: 'bin of projects', path: () => '/v1/bin?limit=50' },
  { name: 'sessions', path: () => '/v1/sessions?limit=50' },
];
