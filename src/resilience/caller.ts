import type { Settings } from '../settings/index.ts';
import type { CallScope } from './call-scope.ts';
import type { DependencyMemory } from './dependency-memory.ts';

/** On whose behalf a dependency is called, and how carefully: what every client of one is made with. */
export interface Caller {
  scope: CallScope;
  settings: Settings;
  memory: DependencyMemory;
}
