import { createSessionCache, type SessionCache } from './cache/session-cache.ts';
import { coordinatorOf, type CrawlCoordinatorRpc } from './crawl/coordinator.ts';
import { createDatabases, type Databases } from './db/client.ts';
import type { HostGateNamespace } from './crawl/host-gate.ts';
import type { Config } from './env.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { createMediaStore, type MediaStore } from './media/store.ts';
import { createUrlSigner, type UrlSigner } from './media/signed-url.ts';
import { createReporter, type Reporter } from './observability/reporter.ts';
import { createEdgePurger, type PublicSite } from './public-site/public-site.ts';
import { forgetPages } from './public-site/page-memory.ts';
import type { Purger } from './purge/purger.ts';
import { createZonePurger, type ZoneAccess } from './purge/zone-purger.ts';
import { createRedis } from './redis/client.ts';
import { type AccessTokens, createAccessTokens } from './keys/access-token.ts';
import { createLimiter, type Limiter } from './rate-limit/limiter.ts';
import { type RoomNamespace, roomOf, type RoomRpc } from './rooms/room.ts';
import { createTicketSigner, type TicketSigner } from './rooms/ticket.ts';

/** Everything outside the Worker, wired once a request. */
export interface Services {
  config: Config;
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
  reporter: Reporter;
  /** Every place that keeps copies. */
  purgers: readonly Purger[];
}

function zoneOf(config: Config): ZoneAccess | null {
  const { CACHE_PURGE_URL, CACHE_PURGE_ZONE_ID: zoneId, CACHE_PURGE_TOKEN: token, PUBLIC_URL } = config;
  if (zoneId === undefined || token === undefined) return null;
  return { apiUrl: CACHE_PURGE_URL.replace(/\/$/, ''), zoneId, token, origin: new URL(PUBLIC_URL).origin };
}

/** The one place that knows how the parts are made. Opens no connection. `site` is not there for a Durable Object. */
export function createServices(config: Config, site: PublicSite | null = null): Services {
  const redis = createRedis(config);
  return {
    config,
    clock: systemClock,
    db: createDatabases(config),
    sessions: createSessionCache(redis),
    attempts: createLimiter(redis, systemClock),
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
    purgers: [forgetPages, createEdgePurger(site), createZonePurger(zoneOf(config))],
  };
}
