import { migrate } from '../../dev/database/migrate.ts';
import { startNeonGateway } from '../../dev/neon/index.ts';
import { startDatabase } from '../../dev/postgres/index.ts';
import {
  chooseEngine,
  createEmbeddedEngine,
  createRealEngine,
  startGateway,
  startSystemServer,
} from '../../dev/redis/index.ts';
import { startDohServer } from './doh-server.ts';
import { startFaultControl } from './fault-control.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { startImageHost } from './image-host.ts';
import { startPurgeApi } from './purge-api.ts';
import { startPoliteSite } from './polite-site.ts';
import { startSlowSite } from './slow-site.ts';
import { startTripControl } from './trip-counter.ts';
import { startHostileHost } from './hostile-host.ts';

const SIGNING_KEYS = [
  {
    kty: 'EC',
    crv: 'P-256',
    kid: 'tests-new',
    x: 'fa_-eFaanfQyt637kb26KayIGGr74nlfwyeSMAYXEnM',
    y: 'BeYGXtml0pDRWBAu4BEv7lajzVboIofZF1zsHeV7GW8',
    d: '4-upd7hEAdbcE6I2ACfPfqOmvmegphPeViO9eU-KUjg',
  },
  {
    kty: 'EC',
    crv: 'P-256',
    kid: 'tests-old',
    x: 'PS4ltkwAcIuM4C-W881V2iRttKME1oL9uVIcyMYapzI',
    y: 'HdtdDRIlsT8xdPFydgZ82FlOHirq3-em3OpT_qILLjk',
    d: 'ptQBueg4eW8BCVG73rO2GuU1eSFahNzgEiIKPaUFoZs',
  },
];

const REDIS_TOKEN = 'test-token';

/** A machine that is busy with other tests is not a part that is down. */
const SETTINGS = JSON.stringify({
  deadlines: { redisMs: 500 },
  breaker: { failuresInARow: 20, pauseMs: 500 },
});

async function startRedis() {
  const choice = chooseEngine(process.env);
  if (choice.kind === 'embedded')
    return { name: 'embedded', engine: await createEmbeddedEngine(), stop: async () => {} };
  const server = choice.kind === 'system' ? await startSystemServer(choice.binary) : null;
  const url = choice.kind === 'url' ? choice.url : (server?.url ?? '');
  return { name: choice.kind, engine: await createRealEngine(url), stop: async () => await server?.close() };
}

export interface Stores {
  variables: Record<string, string>;
  addresses: {
    ownerUrl: string;
    superuserUrl: string;
    serviceUrl: string;
    appUrl: string;
    /** Where the Worker's stores are reached through a proxy that can break them. */
    faults: {
      controlUrl: string;
      neonUrl: string;
      redisUrl: string;
      /** The database once more, for consumers: files of tests that run together must not share a fault. */
      queueUrl: string;
    };
    /** Counts the calls that reach the gateways. */
    trips: { url: string };
    imageHostUrl: string;
    politeSiteUrl: string;
    slowSiteUrl: string;
    hostileHostUrl: string;
    /** Cloudflare's API, as far as purging a zone goes. */
    purgeApiUrl: string;
    redisEngine: string;
  };
  stop: () => Promise<void>;
}

/** The real stores in a temporary folder: Postgres with its replica, Redis, both gateways. */
export async function startStores(): Promise<Stores> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const one of stops.reverse()) await one().catch((error: unknown) => console.error(error));
  };
  try {
    const [database, redis, neon, imageHost, politeSite, slowSite, hostileHost, doh, purgeApi] =
      await Promise.all([
        startDatabase({ ephemeral: true }),
        startRedis(),
        startNeonGateway(),
        startImageHost(),
        startPoliteSite(),
        startSlowSite(),
        startHostileHost(),
        startDohServer({ 'inside.example': { A: ['10.0.0.1'] } }),
        startPurgeApi(),
      ]);
    stops.push(
      () => database.stop(),
      redis.stop,
      () => redis.engine.close(),
      () => neon.close(),
      () => imageHost.close(),
      () => politeSite.close(),
      () => slowSite.close(),
      () => hostileHost.close(),
      () => doh.close(),
      () => purgeApi.close(),
    );
    await migrate(database.ownerUrl);
    const gateway = await startGateway({ engine: redis.engine, token: REDIS_TOKEN });
    stops.push(() => gateway.close());
    const neonFaults = await startFaultProxy(neon.url);
    const redisFaults = await startFaultProxy(gateway.url);
    // Another database, as the second one of an installation is: nothing of the first is in it.
    const secondEngine = await createEmbeddedEngine();
    stops.push(() => secondEngine.close());
    const second = await startGateway({ engine: secondEngine, token: REDIS_TOKEN });
    stops.push(() => second.close());
    const secondFaults = await startFaultProxy(second.url);
    const nameFaults = await startFaultProxy(new URL(doh.url).origin);
    const queueFaults = await startFaultProxy(neon.url);
    // Postgres itself, behind the gateway: what a fault of one server looks like to the Worker.
    const primaryFaults = await startFaultProxy(database.roleUrl('darkroom_app', 'primary'));
    const replicaFaults = await startFaultProxy(database.roleUrl('darkroom_app', 'replica'));
    const control = await startFaultControl({
      neon: neonFaults,
      redis: redisFaults,
      secondRedis: secondFaults,
      names: nameFaults,
      queue: queueFaults,
      primary: primaryFaults,
      replica: replicaFaults,
    });
    const trips = await startTripControl({ redis: gateway.url, database: neon.url });
    stops.push(
      () => trips.close(),
      () => neonFaults.close(),
      () => redisFaults.close(),
      () => secondFaults.close(),
      () => nameFaults.close(),
      () => queueFaults.close(),
      () => primaryFaults.close(),
      () => replicaFaults.close(),
      () => control.close(),
    );
    return {
      variables: {
        ENVIRONMENT: 'development',
        DATABASE_URL: database.roleUrl('darkroom_app', 'primary'),
        DATABASE_REPLICA_URL: database.roleUrl('darkroom_app', 'replica'),
        DATABASE_SERVICE_URL: database.roleUrl('darkroom_service', 'primary'),
        NEON_FETCH_ENDPOINT: `${neon.url}/sql`,
        UPSTASH_REDIS_REST_URL: gateway.url,
        UPSTASH_REDIS_REST_TOKEN: REDIS_TOKEN,
        // So long that a busy machine is not taken for a Redis that is out of order.
        CACHE_TIMEOUT_MS: '5000',
        LIMITER_TIMEOUT_MS: '5000',
        SETTINGS,
        OPERATOR_TOKEN: 'integration-tests-only-operator-token-of-nobody',
        MEDIA_SIGNING_KEY: 'integration-tests-only-integration-tests-only-key',
        // Of nobody but these tests: the first signs, the second has signed until a moment ago.
        TOKEN_SIGNING_KEYS: JSON.stringify(SIGNING_KEYS),
        PUBLIC_URL: 'http://darkroom.test',
        CRAWL_ALLOWED_ORIGINS: [imageHost, politeSite, slowSite, hostileHost].map(({ url }) => url).join(','),
        DOH_URL: doh.url,
        // Nobody minds: the image host is the test's own.
        CRAWL_REQUESTS_PER_SECOND: '10000',
        CRAWL_RETRY_SECONDS: '0.2',
      },
      addresses: {
        ownerUrl: database.ownerUrl,
        superuserUrl: database.superuserUrl('primary'),
        serviceUrl: database.roleUrl('darkroom_service', 'primary'),
        appUrl: database.roleUrl('darkroom_app', 'primary'),
        faults: {
          controlUrl: control.url,
          neonUrl: neonFaults.url,
          redisUrl: redisFaults.url,
          queueUrl: queueFaults.url,
        },
        trips: { url: trips.url },
        imageHostUrl: imageHost.url,
        politeSiteUrl: politeSite.url,
        slowSiteUrl: slowSite.url,
        hostileHostUrl: hostileHost.url,
        purgeApiUrl: purgeApi.url,
        redisEngine: redis.name,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
