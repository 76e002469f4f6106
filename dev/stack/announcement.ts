import type { ReadyFile } from './data-dir.ts';

/** What a stack that is ready has to tell. */
export interface Announcement {
  consoleUrl: string;
  apiUrl: string;
  sampleSiteUrl: string;
  redisEngine: string;
  people: { email: string; password: string; name: string }[];
  signInLink: string;
}

/** The block that ends a successful start. */
export function renderAnnouncement(ready: Announcement): string {
  const [first, ...others] = ready.people.map(({ email, password }) => `${email}  ${password}`);
  const lines: [string, string][] = [
    ['Console', ready.signInLink],
    ['', 'signs you in, once'],
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
  const { consoleUrl, apiUrl, sampleSiteUrl, redisEngine } = ready;
  return {
    consoleUrl,
    apiUrl,
    sampleSiteUrl,
    demo: { email: person.email, password: person.password },
    redisEngine,
  };
}
