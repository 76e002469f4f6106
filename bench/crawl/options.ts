import { parseArgs } from 'node:util';
import { type Contender, CONTENDERS } from './contender.ts';
import { type Profile, PROFILES } from './plan.ts';

export interface Options {
  profiles: Profile[];
  contenders: Contender[];
  /** Null: as many as the profile has. */
  urls: number | null;
  /** Whether everything is measured, so that the figures may be kept. */
  isWhole: boolean;
}

export const USAGE = `npm run bench -- crawl [--profile ${PROFILES.join('|')}] [--only ${CONTENDERS.join('|')}] [--urls N]`;

/** Null when the arguments are wrong. */
export function readOptions(args: string[]): Options | null {
  try {
    const { values } = parseArgs({
      args,
      options: { profile: { type: 'string' }, only: { type: 'string' }, urls: { type: 'string' } },
    });
    const profiles = PROFILES.filter((name) => values.profile === undefined || name === values.profile);
    const contenders = CONTENDERS.filter((name) => values.only === undefined || name === values.only);
    const urls = values.urls === undefined ? null : Number(values.urls);
    if (profiles.length === 0 || contenders.length === 0) return null;
    if (urls !== null && !(Number.isInteger(urls) && urls >= 20 && urls <= 100_000)) return null;
    const isWhole = values.profile === undefined && values.only === undefined && urls === null;
    return { profiles, contenders, urls, isWhole };
  } catch {
    return null;
  }
}
