import type { ReadyFile } from './data-dir.ts';

/** What a stack that is ready has to tell. */
export interface Announcement {
  consoleUrl: string;
  apiUrl: string;
  sampleSiteUrl: string;
  redisEngine: string;
  people: { email: string; password: string; name: string }[];
  signInLink: string;
  /** With `--share`. */
  shared: { url: string; signInLink: string; fingerprint: string; certificatePath: string } | null;
}

function describeShared(shared: Announcement['shared']): [string, string][] {
  if (shared === null) return [];
  return [
    ['Shared as', shared.signInLink],
    ['', 'signs another device in, once. Its browser will warn that it does not know the'],
    ['', 'certificate: go on if the SHA-256 fingerprint that it shows is'],
    ['', shared.fingerprint.slice(0, 48)],
    ['', shared.fingerprint.slice(48)],
  ];
}

/** The block that ends a successful start. */
export function renderAnnouncement(ready: Announcement): string {
  const [first, ...others] = ready.people.map(({ email, password }) => `${email}  ${password}`);
  const lines: [string, string][] = [
    ['Console', ready.signInLink],
    ['', 'signs you in, once'],
    ...describeShared(ready.shared),
    ['Sign in as', first ?? ''],
    ...others.map((person): [string, string] => ['', person]),
    ['API', ready.apiUrl],
    ['Sample site', ready.sampleSiteUrl],
    ['Redis', ready.redisEngine],
    ['Stop', 'Ctrl-C'],
  ];
  return [
    '',
    'Darkroom is ready.',
    '',
    ...lines.map(([label, text]) => `  ${label.padEnd(13)}${text}`),
    '',
  ].join('\n');
}

/** The same for other programs. Throws when nobody can sign in. */
export function toReadyFile(ready: Announcement): ReadyFile {
  const [person] = ready.people;
  if (person === undefined) throw new Error('The demo data holds no person.');
  const { consoleUrl, apiUrl, sampleSiteUrl, redisEngine, shared } = ready;
  return {
    consoleUrl,
    apiUrl,
    sampleSiteUrl,
    demo: { email: person.email, password: person.password },
    redisEngine,
    // Without its sign-in link, which is for the person at the terminal.
    shared: shared && {
      url: shared.url,
      fingerprint: shared.fingerprint,
      certificatePath: shared.certificatePath,
    },
  };
}
