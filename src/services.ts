import { type Cache, createCache, createCacheMemory } from './cache/cache.ts';
import { createPrincipalCache, type PrincipalCache } from './cache/principal-cache.ts';
import { createPrincipalMemory } from './cache/principal-memory.ts';
import { coordinatorOf, type CrawlCoordinatorRpc } from './crawl/coordinator.ts';
import { type NameService, nameServiceOf } from './crawl/name-service.ts';
import { createDatabases, type Databases } from './db/client.ts';
import type { HostGateNamespace } from './crawl/host-gate.ts';
import type { Config } from './env.ts';
import { AppError } from './errors/app-error.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import type { Bookmark } from './lib/bookmark.ts';
import { once } from './lib/once.ts';
import { sleep } from './lib/sleep.ts';
import { createMediaStore, type MediaStore } from './media/store.ts';
import { type UrlSigner, urlSignerOf } from './media/signed-url.ts';
import { keepGoing } from './observability/keep-going.ts';
import { createReporter, type Reporter } from './observability/reporter.ts';
import { createEdgePurger, type PublicSite } from './public-site/public-site.ts';
import { forgetPages } from './public-site/page-memory.ts';
import type { Purger } from './purge/purger.ts';
import { createZonePurger, type ZoneAccess } from './purge/zone-purger.ts';
import type { Endpoint } from './redis/client.ts';
import { endpointsOf } from './redis/endpoints.ts';
import { createRedisDatabase, type RedisDatabase } from './redis/redis-database.ts';
import type { BreakerState } from './resilience/breaker.ts';
import type { CallScope } from './resilience/call-scope.ts';
import { createDependencyMemory } from './resilience/dependency-memory.ts';
import type { Settings } from './settings/index.ts';
import { type AccessTokens, createAccessTokens } from './keys/access-token.ts';
import { type Concurrency, createConcurrency } from './rate-limit/concurrency.ts';
import { createLimiter, type Limiter } from './rate-limit/limiter.ts';
import { isolateLimiterMemory } from './rate-limit/limiter-memory.ts';
import { isolatePlaces } from './rate-limit/local-places.ts';
import { type Policies, policiesOf } from './rate-limit/policies.ts';
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
  /** Of the cache; of the limiter, too, unless that has a database of its own. */
  redis: RedisDatabase;
  cache: Cache;
  principals: PrincipalCache;
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
  /** Looks names up over HTTPS; null without an address to ask at. */
  names: NameService | null;
  reporter: Reporter;
  breakerStates(): BreakerState[];
  /** Every place that keeps copies of replies. */
  purgers: readonly Purger[];
}

/** What the parts may do besides on behalf of the request, or of the other work, that they are made for. */
export interface Host {
  /** Keeps a promise going after the reply. */
  background(name: string, work: Promise<unknown>): void;
  /** What the caller has written or seen last. */
  known(): Bookmark | null;
  /** Not there for a Durable Object. */
  site: PublicSite | null;
}

function zoneOf(config: Config): ZoneAccess | null {
  const { CACHE_PURGE_URL, CACHE_PURGE_ZONE_ID: zoneId, CACHE_PURGE_TOKEN: token, PUBLIC_URL } = config;
  if (zoneId === undefined || token === undefined) return null;
  return { apiUrl: CACHE_PURGE_URL.replace(/\/$/, ''), zoneId, token, origin: new URL(PUBLIC_URL).origin };
}

/** For a Durable Object, which lives on by itself. */
const UNATTENDED: Host = {
  background: (name, work) =>
    keepGoing({ waitUntil: () => undefined }, { name, requestId: 'unattended' }, work),
  known: () => null,
  site: null,
};

// Isolate lifetime: what a request learns about a dependency spares the next one the wait; values that were read.
const memory = createDependencyMemory(systemClock);
const cacheMemory = createCacheMemory(systemClock);
const principalMemory = createPrincipalMemory();

/** The one place that knows how the parts are made. Opens no connection. `scope`: who asks. */
export function createServices(config: Config, scope: CallScope, host: Host = UNATTENDED): Services {
  const { SETTINGS: settings, CACHE_PREFIX: prefix } = config;
  const { background } = host;
  const caller = { scope, settings, memory };
  const openRedis = (endpoints: Endpoint[], timeoutMs = settings.deadlines.redisMs) =>
    createRedisDatabase({ endpoints, timeoutMs, caller, clock: systemClock, background });
  const endpoints = endpointsOf(config, {
    url: config.CACHE_REDIS_REST_URL,
    token: config.CACHE_REDIS_REST_TOKEN,
  });
  const limiterEndpoints = endpointsOf(config, {
    url: config.LIMITER_REDIS_REST_URL,
    token: config.LIMITER_REDIS_REST_TOKEN,
  });
  const redis = openRedis(endpoints, config.CACHE_TIMEOUT_MS);
  const hasOwnDatabase = limiterEndpoints[0]?.url !== endpoints[0]?.url;
  const limits = {
    redis: hasOwnDatabase ? openRedis(limiterEndpoints, config.LIMITER_TIMEOUT_MS) : redis,
    enabled: config.LIMITER_ENABLED,
    prefix: config.LIMITER_PREFIX,
    timeoutMs: config.LIMITER_TIMEOUT_MS ?? settings.deadlines.redisMs,
    clock: systemClock,
  };
  // What most requests do without is made when it is asked for.
  const db = once(() => createDatabases(config, systemClock, caller));
  const concurrency = once(() => createConcurrency({ ...limits, local: isolatePlaces, sleep }));
  const accessTokens = once(() =>
    createAccessTokens(config.TOKEN_SIGNING_KEYS, new URL(config.PUBLIC_URL).origin, systemClock),
  );
  const media = once(() => createMediaStore(config.MEDIA, settings.deadlines));
  const signer = once(() => urlSignerOf(config.MEDIA_SIGNING_KEY));
  const tickets = once(() => createTicketSigner(config.MEDIA_SIGNING_KEY));
  const names = once(() => nameServiceOf(config, caller));
  const reporter = once(() => createReporter(config, caller));
  const purgers = once(() => [
    forgetPages,
    createEdgePurger(host.site),
    createZonePurger(zoneOf(config), caller),
  ]);
  return {
    config,
    settings,
    scope,
    clock: systemClock,
    get db() {
      return db();
    },
    redis,
    cache: createCache({
      redis,
      prefix,
      isEnabled: config.CACHE_ENABLED,
      ttlScale: config.CACHE_TTL_SCALE,
      clock: systemClock,
      memory: cacheMemory,
      bookmark: host.known,
      background,
      isOutage: (error) => error instanceof AppError && error.code === 'unavailable',
    }),
    principals: createPrincipalCache({
      redis,
      prefix,
      now: () => systemClock.now(),
      bumpedAt: (tag) => cacheMemory.bumped.get(tag) ?? null,
      memory: principalMemory,
    }),
    limiter: createLimiter({ ...limits, hasOwnDatabase, platform: config, memory: isolateLimiterMemory }),
    policies: policiesOf(config.LIMITER_SCALE),
    get concurrency() {
      return concurrency();
    },
    get accessTokens() {
      return accessTokens();
    },
    get media() {
      return media();
    },
    get signer() {
      return signer();
    },
    crawlQueue: config.CRAWL_QUEUE,
    discoverQueue: config.DISCOVER_QUEUE,
    coordinator: (jobId) => coordinatorOf(config.CRAWL_COORDINATOR, jobId),
    hostGates: config.HOST_GATE,
    room: (projectId) => roomOf(config.ROOM, projectId),
    rooms: config.ROOM,
    get tickets() {
      return tickets();
    },
    get names() {
      return names();
    },
    get reporter() {
      return reporter();
    },
    breakerStates: () => memory.states(),
    get purgers() {
      return purgers();
    },
  };
}
