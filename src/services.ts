import { createSessionCache, type SessionCache } from './cache/session-cache.ts';
import { coordinatorOf, type CrawlCoordinatorRpc } from './crawl/coordinator.ts';
import { createDatabases, type Databases } from './db/client.ts';
import type { HostGateNamespace } from './crawl/host-gate.ts';
import type { Config } from './env.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { createMediaStore, type MediaStore } from './media/store.ts';
import { createUrlSigner, type UrlSigner } from './media/signed-url.ts';
import { createReporter, type Reporter } from './observability/reporter.ts';
import { createRedis } from './redis/client.ts';
import { type AccessTokens, createAccessTokens } from './keys/access-token.ts';
import { type Concurrency, createConcurrency } from './rate-limit/concurrency.ts';
import { createLimiterRedis } from './rate-limit/client.ts';
import { createLimiter, type Limiter } from './rate-limit/limiter.ts';
import { isolateLimiterMemory } from './rate-limit/limiter-memory.ts';
import { isolatePlaces } from './rate-limit/local-places.ts';
import { type Policies, policiesOf } from './rate-limit/policies.ts';
import { type RoomNamespace, roomOf, type RoomRpc } from './rooms/room.ts';
import { createTicketSigner, type TicketSigner } from './rooms/ticket.ts';

/** Everything outside the Worker, wired once a request. */
export interface Services {
  config: Config;
  clock: Clock;
  db: Databases;
  sessions: SessionCache;
  limiter: Limiter;
  policies: Policies;
  concurrency: Concurrency;
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
  reporter: Reporter;
}

/** The one place that knows how the parts are made. Opens no connection. */
export function createServices(config: Config): Services {
  const redis = createRedis(config);
  const limits = {
    ...createLimiterRedis(config),
    enabled: config.LIMITER_ENABLED,
    prefix: config.LIMITER_PREFIX,
    timeoutMs: config.LIMITER_TIMEOUT_MS,
    clock: systemClock,
  };
  return {
    config,
    clock: systemClock,
    db: createDatabases(config),
    sessions: createSessionCache(redis),
    limiter: createLimiter({ ...limits, platform: config, memory: isolateLimiterMemory }),
    policies: policiesOf(config.LIMITER_SCALE),
    concurrency: createConcurrency({ ...limits, local: isolatePlaces }),
    accessTokens: createAccessTokens(
      config.TOKEN_SIGNING_KEYS,
      new URL(config.PUBLIC_URL).origin,
      systemClock,
    ),
    media: createMediaStore(config.MEDIA),
    signer: createUrlSigner(config.MEDIA_SIGNING_KEY),
    crawlQueue: config.CRAWL_QUEUE,
    discoverQueue: config.DISCOVER_QUEUE,
    coordinator: (jobId) => coordinatorOf(config.CRAWL_COORDINATOR, jobId),
    hostGates: config.HOST_GATE,
    room: (projectId) => roomOf(config.ROOM, projectId),
    rooms: config.ROOM,
    tickets: createTicketSigner(config.MEDIA_SIGNING_KEY),
    reporter: createReporter(config),
  };
}
