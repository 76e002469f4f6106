import { createSessionCache, type SessionCache } from './cache/session-cache.ts';
import { coordinatorOf, type CrawlCoordinatorRpc } from './crawl/coordinator.ts';
import { type NameService, nameServiceOf } from './crawl/name-service.ts';
import { createDatabases, type Databases } from './db/client.ts';
import type { HostGateNamespace } from './crawl/host-gate.ts';
import type { Config } from './env.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { createMediaStore, type MediaStore } from './media/store.ts';
import { createUrlSigner, type UrlSigner } from './media/signed-url.ts';
import { createReporter, type Reporter } from './observability/reporter.ts';
import { createRedis } from './redis/client.ts';
import type { BreakerState } from './resilience/breaker.ts';
import type { CallScope } from './resilience/call-scope.ts';
import { createDependencyMemory } from './resilience/dependency-memory.ts';
import type { Settings } from './settings/index.ts';
import { type AccessTokens, createAccessTokens } from './keys/access-token.ts';
import { createLimiter, type Limiter } from './rate-limit/limiter.ts';
import { type RoomNamespace, roomOf, type RoomRpc } from './rooms/room.ts';
import { createTicketSigner, type TicketSigner } from './rooms/ticket.ts';

/** Everything outside the Worker, wired once a request. */
export interface Services {
  config: Config;
  settings: Settings;
  /** On whose behalf the services are asked. */
  scope: CallScope;
  clock: Clock;
  db: Databases;
  sessions: SessionCache;
  attempts: Limiter;
  accessTokens: AccessTokens;
  media: MediaStore;
  signer: UrlSigner;
  crawlQueue: Queue;
  discoverQueue: Queue;
  coordinator(jobId: string): CrawlCoordinatorRpc;
  hostGates: HostGateNamespace;
  room(projectId: string): RoomRpc;
  rooms: RoomNamespace;
  tickets: TicketSigner;
  /** Looks names up over HTTPS; null without an address to ask at. */
  names: NameService | null;
  reporter: Reporter;
  breakerStates(): BreakerState[];
}

// Isolate lifetime: what a request learns about a dependency spares the next one the wait.
const memory = createDependencyMemory(systemClock);

/** The one place that knows how the parts are made. Opens no connection. `scope`: who asks. */
export function createServices(config: Config, scope: CallScope): Services {
  const { SETTINGS: settings } = config;
  const caller = { scope, settings, memory };
  const redis = createRedis(config, caller);
  return {
    config,
    settings,
    scope,
    clock: systemClock,
    db: createDatabases(config, caller),
    sessions: createSessionCache(redis),
    attempts: createLimiter(redis, systemClock),
    accessTokens: createAccessTokens(
      config.TOKEN_SIGNING_KEYS,
      new URL(config.PUBLIC_URL).origin,
      systemClock,
    ),
    media: createMediaStore(config.MEDIA, settings.deadlines),
    signer: createUrlSigner(config.MEDIA_SIGNING_KEY),
    crawlQueue: config.CRAWL_QUEUE,
    discoverQueue: config.DISCOVER_QUEUE,
    coordinator: (jobId) => coordinatorOf(config.CRAWL_COORDINATOR, jobId),
    hostGates: config.HOST_GATE,
    room: (projectId) => roomOf(config.ROOM, projectId),
    rooms: config.ROOM,
    tickets: createTicketSigner(config.MEDIA_SIGNING_KEY),
    names: nameServiceOf(config, caller),
    reporter: createReporter(config, caller),
    breakerStates: () => memory.states(),
  };
}
