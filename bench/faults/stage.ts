import { startDatabaseSplit } from '../../test/helpers/database-split.ts';
import { type FaultProxy, startFaultProxy } from '../../test/helpers/fault-proxy.ts';
import { fillProjects } from '../gate/rows.ts';
import { ENTRY_FILE } from '../gate/peer.ts';
import { startBenchStack } from '../lib/stack.ts';
import { type Caller, createCaller } from './caller.ts';
import type { Store } from './plan.ts';

/** As in production, so that the platform's limiter stands in for Redis. */
const VARIABLES = { LIMITER_SCALE: '1' };

export interface Stage {
  proxies: Record<Store, FaultProxy>;
  /** Paths of projects with a page of images each. */
  projects: string[];
  /** A new session: a minute's limit is for the requests of one fault and one route. */
  signIn(): Promise<Caller>;
  stop(): Promise<void>;
}

/** The bundle that is deployed, on workerd alone, with a proxy before Redis, the primary and the replica each. */
export async function startStage(projects: number, signal: AbortSignal): Promise<Stage> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const one of stops.toReversed()) await one();
  };
  const proxies: Partial<Stage['proxies']> = {};
  try {
    const stack = await startBenchStack(
      'direct',
      VARIABLES,
      signal,
      { file: ENTRY_FILE, services: {} },
      {
        async redis(url) {
          const proxy = await startFaultProxy(url);
          stops.push(() => proxy.close());
          proxies.redis = proxy;
          return proxy.url;
        },
        async neon(url, replicaPort) {
          const { primary, replica, ...split } = await startDatabaseSplit(url, replicaPort);
          stops.push(() => split.close());
          Object.assign(proxies, { primary, replica });
          return split.url;
        },
      },
    );
    stops.push(() => stack.stop());
    const { redis, primary, replica } = proxies;
    if (!redis || !primary || !replica) throw new Error('Nothing stands before the gateways.');
    const ids = await fillProjects(stack, projects);
    return {
      proxies: { redis, primary, replica },
      projects: ids.map((id) => `/v1/projects/${id}`),
      // A session from before would not know of these projects yet.
      signIn: async () => createCaller(stack.url, await stack.signIn()),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
