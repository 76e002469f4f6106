/** Every screen, with the ids its address carries. */
export type Route =
  | { name: 'projects' | 'account' | 'join' | 'signIn' | 'signUp' | 'design' | 'notFound' }
  | { name: 'images' | 'bin' | 'imports' | 'newImport' | 'settings'; projectId: string }
  | { name: 'image'; projectId: string; imageId: string }
  | { name: 'import'; projectId: string; jobId: string };

type FixedName = 'projects' | 'account' | 'join' | 'signIn' | 'signUp' | 'design';

const FIXED: ReadonlyMap<string, FixedName> = new Map([
  ['', 'projects'],
  ['projects', 'projects'],
  ['account', 'account'],
  ['join', 'join'],
  ['sign-in', 'signIn'],
  ['sign-up', 'signUp'],
  ['design', 'design'],
]);

function decodeSegments(pathname: string): string[] | null {
  try {
    return pathname.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** The screen for a path; anything unknown or badly encoded is `notFound`. */
export function matchRoute(pathname: string): Route {
  const segments = decodeSegments(pathname);
  if (!segments) return { name: 'notFound' };
  const [first = '', projectId, section = 'images', id, ...rest] = segments;
  if (projectId === undefined) {
    return { name: FIXED.get(first) ?? 'notFound' };
  }
  if (first !== 'projects' || rest.length > 0) return { name: 'notFound' };
  if (section === 'images') {
    return id === undefined ? { name: 'images', projectId } : { name: 'image', projectId, imageId: id };
  }
  if (section === 'bin' && id === undefined) return { name: 'bin', projectId };
  if (section === 'settings' && id === undefined) return { name: 'settings', projectId };
  if (section !== 'imports') return { name: 'notFound' };
  if (id === undefined) return { name: 'imports', projectId };
  return id === 'new' ? { name: 'newImport', projectId } : { name: 'import', projectId, jobId: id };
}

/** The project that a route belongs to, or null. */
export function projectIdOf(route: Route): string | null {
  return 'projectId' in route ? route.projectId : null;
}

const segment = encodeURIComponent;

/** Addresses of all screens; the inverse of matchRoute. */
export const pathTo = {
  projects: () => '/projects',
  account: () => '/account',
  /** With the token of an invitation in the fragment, which no server sees. */
  join: (token?: string) => (token === undefined ? '/join' : `/join#${token}`),
  signUp: () => '/sign-up',
  design: () => '/design',
  signIn: (returnPath?: string) =>
    returnPath === undefined ? '/sign-in' : `/sign-in?return=${segment(returnPath)}`,
  images: (projectId: string) => `/projects/${segment(projectId)}/images`,
  image: (projectId: string, imageId: string) => `/projects/${segment(projectId)}/images/${segment(imageId)}`,
  bin: (projectId: string) => `/projects/${segment(projectId)}/bin`,
  imports: (projectId: string) => `/projects/${segment(projectId)}/imports`,
  settings: (projectId: string) => `/projects/${segment(projectId)}/settings`,
  newImport: (projectId: string) => `/projects/${segment(projectId)}/imports/new`,
  import: (projectId: string, jobId: string) => `/projects/${segment(projectId)}/imports/${segment(jobId)}`,
};

/**
 * Where to go after sign-in. Only a path of this origin is accepted: an absolute or protocol-relative
 * address in the query would make the sign-in page an open redirect.
 */
export function safeReturnPath(value: string | null): string {
  const fallback = pathTo.projects();
  if (value === null || !value.startsWith('/')) return fallback;
  const base = 'http://console.invalid';
  if (!URL.canParse(value, base)) return fallback;
  const target = new URL(value, base);
  const isAuthPage = target.pathname.startsWith('/sign-');
  return target.origin === base && !isAuthPage ? target.pathname + target.search : fallback;
}

/** The one-time token of `/sign-in#link=TOKEN`, or null. */
export function linkToken(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('link');
}

/** The token of an invitation in `/join#TOKEN`, or null. */
export function joinTokenOf(hash: string): string | null {
  return /^#([A-Za-z0-9_-]{1,200})$/.exec(hash)?.[1] ?? null;
}
