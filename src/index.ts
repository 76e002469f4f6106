import { getPath } from 'hono/utils/url';
import { appOf } from './app-of.ts';
import { runCron } from './cron/tasks.ts';
import { configOf } from './env.ts';
import { consume } from './queues/consume.ts';
import { keepGoing } from './observability/keep-going.ts';
import { openScope } from './resilience/call-scope.ts';
import { publicSiteOf } from './public-site/public-site.ts';
import { createServices, type Services } from './services.ts';
import { restoreSharedOrigin } from './shared-request.ts';

export { HostGate } from '../durable-objects/host-gate/index.ts';

export { CrawlCoordinator } from '../durable-objects/crawl-coordinator/index.ts';

export { PublicSite } from './public-site/entrypoint.ts';

export { Room } from '../durable-objects/room/index.ts';

/** Services for work that no request asked for; throws where a request would be refused. `work`: for the logs. */
function servicesOf(env: object, work: string, context: ExecutionContext): Services {
  const result = configOf(env);
  if (!result.ok)
    throw new Error(`Not configured: ${result.problems.map(({ variable }) => variable).join(', ')}`);
  const scope = openScope(work);
  const background = (name: string, promise: Promise<unknown>) =>
    keepGoing(context, { name, requestId: scope.requestId }, promise);
  const site = publicSiteOf(context.exports);
  return createServices(result.config, scope, { background, known: () => null, site });
}

export default {
  async fetch(request, env, executionContext) {
    const app = appOf(getPath(request));
    return await app.fetch(restoreSharedOrigin(request, env), env, executionContext);
  },
  async queue(batch, env, context) {
    const services = servicesOf(env, `queue ${batch.queue}`, context);
    await consume(batch, services);
  },
  async scheduled(controller, env, context) {
    await runCron(controller.cron, servicesOf(env, `cron ${controller.cron}`, context));
  },
} satisfies ExportedHandler<object>;
