import path from 'node:path';
import * as z from 'zod';
import { startNodeProcess } from '../../dev/stack/node-process.ts';
import { Outcome, Visit } from './manifest.ts';
import type { Profile } from './plan.ts';

const READY_TIMEOUT_MS = 120_000;

export interface Site {
  origins: string[];
  /** The URLs in the order in which they are given to a contender, and what is right for each. */
  manifest: Outcome[];
  /** Forgets who asked what. */
  reset(): Promise<void>;
  /** Requests since the last reset, in their order. */
  readLog(): Promise<Visit[]>;
  stop(): Promise<void>;
}

/** Starts the site of a profile; its log is in `dataDir`. */
export async function startSite(
  profile: Profile,
  urls: number,
  dataDir: string,
  signal: AbortSignal,
): Promise<Site> {
  const { child, url, origins } = await startNodeProcess({
    dataDir,
    name: `site-${profile}`,
    script: path.join(import.meta.dirname, 'site-process.ts'),
    env: { SITE_PROFILE: profile, SITE_URLS: String(urls) },
    readyTimeoutMs: READY_TIMEOUT_MS,
    signal,
  });
  const read = async (what: string) => await (await fetch(new URL(what, url))).json();
  return {
    origins,
    manifest: z.array(Outcome).parse(await read('/manifest')),
    reset: async () => {
      await (await fetch(url, { method: 'POST' })).arrayBuffer();
    },
    readLog: async () => z.array(Visit).parse(await read('/log')),
    stop: async () => await child.stop(),
  };
}
