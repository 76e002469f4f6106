import type { Context } from 'hono';
import type { AppEnv } from '../../context.ts';
import { configOf } from '../../env.ts';
import { AppError } from '../../errors/app-error.ts';
import { toAddressKey } from '../../rate-limit/client-address.ts';
import { judgeWithoutRedis } from '../../rate-limit/judge-without-redis.ts';
import { isolateLimiterMemory } from '../../rate-limit/limiter-memory.ts';
import { logFaults, logRefusals } from '../../rate-limit/log-verdicts.ts';
import { policiesOf } from '../../rate-limit/policies.ts';
import { refuseOver } from '../../rate-limit/refuse-over.ts';

/**
 * Counts by address what public pages are asked for, without a network call: a page needs none either. Errors:
 * `rate_limited`.
 */
export async function limitVisitor(c: Context<AppEnv>): Promise<void> {
  const result = configOf(c.env);
  if (!result.ok) throw new AppError('misconfigured', '');
  const { config } = result;
  if (!config.LIMITER_ENABLED) return;
  const policy = policiesOf(config.LIMITER_SCALE).visitor;
  const check = { policy, key: toAddressKey(c.req.header('cf-connecting-ip')) };
  const verdict = await judgeWithoutRedis({ platform: config, memory: isolateLimiterMemory }, check, null);
  logFaults(c.get('log'), [verdict]);
  logRefusals(c.get('log'), [verdict]);
  refuseOver([verdict]);
}
