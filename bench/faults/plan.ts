import type { FaultMode } from '../../test/helpers/fault-modes.ts';

export type Store = 'redis' | 'primary' | 'replica';

export const CACHED = 'cached read';
export const UNCACHED = 'uncached read';
export const WRITE = 'write';
export type RouteName = typeof CACHED | typeof UNCACHED | typeof WRITE;

export interface PlannedFault {
  name: string;
  store: Store;
  mode: FaultMode;
  /** What is answered while it lasts, and so has a latency. */
  routes: RouteName[];
}

export const FAULTS: PlannedFault[] = [
  {
    name: 'Redis never answers',
    store: 'redis',
    mode: 'black-hole',
    routes: [CACHED, UNCACHED, WRITE],
  },
  { name: 'Redis refuses connections', store: 'redis', mode: 'down', routes: [CACHED, UNCACHED, WRITE] },
  {
    name: 'the replica never answers',
    store: 'replica',
    mode: 'black-hole',
    routes: [CACHED, UNCACHED, WRITE],
  },
  { name: 'the primary never answers', store: 'primary', mode: 'black-hole', routes: [CACHED, UNCACHED] },
];
