import { readFileSync } from 'node:fs';
import path from 'node:path';
import { migrate } from '../database/migrate.ts';
import { markJobsSilent } from '../database/revive.ts';
import { seed } from '../database/seed.ts';
import { startDatabase } from '../postgres/index.ts';
import { createSigningKeys, loadSecrets } from '../process/secrets.ts';
import { chooseDemoPasswords } from '../share/demo-passwords.ts';
import type { Announcement } from './announcement.ts';
import { buildConsole } from './console-build.ts';
import { readCrons, startCron } from './cron.ts';
import { FIRST_PORTS } from './first-ports.mjs';
import { startNodeProcess } from './node-process.ts';
import { startRedis } from './redis.ts';
import { reservePort } from './reserved-port.ts';
import { runStep, settleAll } from './step.ts';
import { startSharing } from './share.ts';
import type { Supervisor } from './supervisor.ts';
import { fireCron, startWorker } from './worker.ts';

const EVERY_MINUTE = '* * * * *';
const GATEWAY_TIMEOUT_MS = 15_000;
/** The first start prints the sample photographs, which takes a slow machine a while. */
const SITE_TIMEOUT_MS = 180_000;

export interface StackOptions {
  root: string;
  dataDir: string;
  port: number;
  /** The address to share on; empty for the machine's own, null for none. */
  share: string | null;
  print: (line: string) => void;
}

/**
 * Starts every part of the stack, in the order of what needs what, and returns what there is to tell about it.
 * Each child is handed to the supervisor as soon as it is ready. Rejects with a `StepError`.
 */
export async function buildUp(options: StackOptions, supervisor: Supervisor): Promise<Announcement> {
  const { root, dataDir, print } = options;
  const { signal } = supervisor;
  const logs = `The full logs are in ${path.join(dataDir, 'logs')}.`;
  const secrets = loadSecrets(dataDir, [
    'redisToken',
    'mediaSigningKey',
    'tokenSigningSecret',
    'operatorToken',
  ]);
  const workerPort = await reservePort(options.port);
  if (workerPort.port !== options.port)
    print(`  Port ${options.port} is busy, so it is ${workerPort.port} this time`);
  const consoleUrl = `http://127.0.0.1:${workerPort.port}`;
  try {
    const { share } = options;
    // Before anything that takes long, for it may be refused.
    const shared =
      share === null
        ? null
        : await runStep(
            {
              name: 'share',
              advice: `Without --share Darkroom serves this machine alone. ${logs}`,
              run: () => startSharing({ dataDir, wanted: share, workerPort: workerPort.port, supervisor }),
              describe: ({ url }) => url,
            },
            print,
          );
    const [database, redis, neon, site] = await settleAll([
      runStep(
        {
          name: 'database',
          advice: `If its data is damaged, start over with --fresh. ${logs}`,
          run: async () => {
            const started = await startDatabase({
              dataDir,
              ephemeral: false,
              log: (line) => print(`  ${line}`),
            });
            supervisor.add(started.children.primary);
            supervisor.add(started.children.replica);
            return started;
          },
          describe: ({ primary, replica }) => `primary on port ${primary.port}, replica on ${replica.port}`,
        },
        print,
      ),
      runStep(
        {
          name: 'redis',
          advice: `Check REDIS_URL if you have set it. ${logs}`,
          run: () => startRedis({ dataDir, token: secrets.redisToken, signal, add: supervisor.add }),
          describe: ({ engine }) => engine,
        },
        print,
      ),
      runStep(
        {
          name: 'gateway',
          advice: logs,
          run: async () => {
            const script = path.join(root, 'dev', 'neon', 'gateway-process.ts');
            const name = 'neon-gateway';
            const gateway = await startNodeProcess({
              dataDir,
              name,
              script,
              env: {},
              signal,
              readyTimeoutMs: GATEWAY_TIMEOUT_MS,
            });
            supervisor.add(gateway.child);
            return gateway;
          },
        },
        print,
      ),
      runStep(
        {
          name: 'sample site',
          advice: logs,
          run: async () => {
            const site = await startNodeProcess({
              dataDir,
              name: 'sample-site',
              script: path.join(root, 'dev', 'site', 'site-process.ts'),
              env: { SITE_PORT: String(FIRST_PORTS.sampleSite), SITE_CACHE_DIR: path.join(dataDir, 'site') },
              signal,
              readyTimeoutMs: SITE_TIMEOUT_MS,
            });
            supervisor.add(site.child);
            return site;
          },
          describe: ({ url, origins }) => `${url} and ${origins.length - 1} more origins`,
        },
        print,
      ),
      runStep(
        {
          name: 'console',
          advice: 'Mend what the build complains about and start again.',
          run: () => buildConsole(root, signal),
          describe: (wasBuilt) => (wasBuilt ? 'built' : 'unchanged'),
        },
        print,
      ),
    ]);
    signal.throwIfAborted();
    await runStep(
      {
        name: 'migrations',
        advice: 'Mend the migration and start again; if the data is of no use, start over with --fresh.',
        run: () => migrate(database.ownerUrl),
        describe: (applied) => (applied.length === 0 ? 'up to date' : `${applied.length} applied`),
      },
      print,
    );
    const { people, signInLinks } = await runStep(
      {
        name: 'demo data',
        advice: 'If the data is of no use, start over with --fresh.',
        run: () =>
          seed({
            ownerUrl: database.ownerUrl,
            consoleUrls: shared === null ? [consoleUrl] : [consoleUrl, shared.url],
            passwords: chooseDemoPasswords(dataDir, shared !== null),
          }),
      },
      print,
    );
    const [signInLink = '', sharedLink = ''] = signInLinks;
    await markJobsSilent(database.roleUrl('darkroom_service', 'primary'));
    signal.throwIfAborted();
    const variables = {
      ENVIRONMENT: 'development',
      DATABASE_URL: database.roleUrl('darkroom_app', 'primary'),
      DATABASE_REPLICA_URL: database.roleUrl('darkroom_app', 'replica'),
      DATABASE_SERVICE_URL: database.roleUrl('darkroom_service', 'primary'),
      NEON_FETCH_ENDPOINT: `${neon.url}/sql`,
      UPSTASH_REDIS_REST_URL: redis.url,
      UPSTASH_REDIS_REST_TOKEN: secrets.redisToken,
      MEDIA_SIGNING_KEY: secrets.mediaSigningKey,
      OPERATOR_TOKEN: secrets.operatorToken,
      TOKEN_SIGNING_KEYS: createSigningKeys(secrets.tokenSigningSecret),
      PUBLIC_URL: consoleUrl,
      ...(shared && { SHARED_URL: shared.url, SHARED_SECRET: shared.secret }),
      // The console takes the first one for the site's address.
      CRAWL_ALLOWED_ORIGINS: site.origins.join(','),
      DOH_URL: 'https://cloudflare-dns.com/dns-query',
      // The sample import is to show every outcome within seconds.
      CRAWL_RETRY_SECONDS: '0.5',
    };
    await runStep(
      {
        name: 'worker',
        advice: logs,
        run: async () => {
          await workerPort.release();
          supervisor.add(await startWorker({ root, dataDir, port: workerPort.port, variables, signal }));
        },
      },
      print,
    );
    const crons = readCrons(readFileSync(path.join(root, 'wrangler.toml'), 'utf8'));
    const fire = (expression: string) => void fireCron(`http://127.0.0.1:${workerPort.port}`, expression);
    // What an earlier run left unfinished goes on at once.
    if (crons.includes(EVERY_MINUTE)) fire(EVERY_MINUTE);
    const stopCron = startCron(crons, fire);
    signal.addEventListener('abort', stopCron, { once: true });
    return {
      consoleUrl,
      apiUrl: `${consoleUrl}/v1`,
      sampleSiteUrl: site.url,
      redisEngine: redis.engine,
      people,
      signInLink,
      shared: shared && {
        url: shared.url,
        signInLink: sharedLink,
        fingerprint: shared.fingerprint,
        certificatePath: shared.certificatePath,
      },
    };
  } finally {
    await workerPort.release();
  }
}
