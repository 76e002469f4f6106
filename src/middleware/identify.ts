import type { Context } from 'hono';
import type { LookedUp } from '../cache/principal-cache.ts';
import type { Principal } from '../cache/principal-record.ts';
import { createSingleFlight } from '../cache/single-flight.ts';
import type { AppEnv } from '../context.ts';
import { type AdmittedPrincipal, admitPrincipal } from '../domain/account/admit-principal.ts';
import type { Credential } from '../domain/account/find-principal.ts';
import { systemClock } from '../lib/clock.ts';
import type { LogFields } from '../observability/logger.ts';
import { beginAttempt } from '../rate-limit/begin-attempt.ts';
import { toAddressKey } from '../rate-limit/client-address.ts';
import type { Check, Verdict } from '../rate-limit/limiter.ts';
import { checksOf, guessCheckOf } from '../rate-limit/request-checks.ts';
import { prefetchOf } from './prefetch.ts';
import type { ShownCredential } from './read-credential.ts';

interface Asked {
  lookedUp: LookedUp;
  verdicts: Verdict[];
}

/** admitted: null when nobody is behind the credential. */
interface Finding {
  admitted: AdmittedPrincipal | null;
}

// Isolate lifetime: a program that sends many requests at once costs one look-up, and is no more than one guess.
const findings = createSingleFlight<Finding>(() => systemClock.now());

/**
 * Who is behind what the request shows, from Redis or the database; null for nobody. Redis is asked once, and together
 * for everything that the request needs. What this isolate does not know counts as a bad credential of its address from
 * before the look-up, and is given back when it proves good. Errors: `rate_limited`; `unavailable`.
 */
export async function identify(
  c: Context<AppEnv>,
  shown: ShownCredential,
  isAttempt: boolean,
): Promise<AdmittedPrincipal | null> {
  if (shown.state === 'shown') return await identifyCredential(c, shown);
  const isCounted = shown.state === 'none' && isAttempt;
  const { verdicts } = await askRedis(
    c,
    shown,
    isCounted ? [] : checksFor(c, shown, shown.state === 'invalid'),
  );
  beginAttempt(c.get('ctx'), verdicts);
  return null;
}

async function identifyCredential(
  c: Context<AppEnv>,
  shown: ShownCredential & { state: 'shown' },
): Promise<AdmittedPrincipal | null> {
  const ctx = c.get('ctx');
  const { principals, limiter, policies, settings } = ctx.services;
  const { credential } = shown;
  const findOnce = async (find: () => Promise<Finding>) => {
    const finding = findings.run(credential.name, settings.deadlines.databaseReadMs, find);
    // Others may wait for it when whoever asked has gone; what goes wrong is told below.
    ctx.waitUntil(
      'identify',
      finding.catch(() => null),
    );
    return (await finding) ?? { value: await find(), isOwn: true };
  };
  const isKnown = principals.isKnown(credential.name);
  if (!isKnown && !findings.isUnderWay(credential.name)) {
    const { value } = await findOnce(
      async () => await judge(c, credential, await askRedis(c, shown, checksFor(c, shown, true))),
    );
    return value.admitted;
  }

  const { lookedUp, verdicts } = await askRedis(c, shown, checksFor(c, shown, false));
  beginAttempt(ctx, verdicts);
  const countGuess = async () => await limiter.take([guessCheckOf(policies, addressKeyOf(c))]);
  // What was good a moment ago is looked up uncounted, or a change of somebody's role would cost them a trip.
  const { value, isOwn } =
    lookedUp.state === 'found'
      ? { value: await judge(c, credential, { lookedUp, verdicts: [] }), isOwn: false }
      : await findOnce(
          async () => await judge(c, credential, { lookedUp, verdicts: isKnown ? [] : await countGuess() }),
        );
  if (!value.admitted && (isKnown || !isOwn)) beginAttempt(ctx, await countGuess());
  return value.admitted;
}

/** Refuses by the verdicts, unless all that speaks against somebody known are the guesses of their address. */
async function judge(
  c: Context<AppEnv>,
  credential: Credential,
  { lookedUp, verdicts }: Asked,
): Promise<Finding> {
  const ctx = c.get('ctx');
  const isFound = lookedUp.state === 'found';
  const attempt = beginAttempt(
    ctx,
    isFound ? verdicts.filter(({ policy, allowed }) => allowed || !policy.ofFailures) : verdicts,
  );
  let isBad = false;
  try {
    const admitted = await admitPrincipal(ctx, credential, lookedUp);
    isBad = admitted === null;
    return { admitted };
  } finally {
    if (!isBad) attempt.giveBack();
  }
}

/** The one trip; without a credential, a limit or a value to look up there is none. */
async function askRedis(c: Context<AppEnv>, shown: ShownCredential, checks: Check[]): Promise<Asked> {
  const { redis, principals, cache, limiter } = c.get('ctx').services;
  const batch = redis.open();
  const looking = shown.state === 'shown' ? principals.look(batch, shown.credential.name) : null;
  for (const ref of prefetchOf(methodOf(c), c.req.path)) cache.prefetch(batch, ref);
  const judging = limiter.enqueue(batch, checks);
  await batch.send();
  const lookedUp = (await looking) ?? { state: 'silent' };
  if (lookedUp.state === 'found') nameCaller(c.get('log'), lookedUp.principal);
  return { lookedUp, verdicts: await judging };
}

function checksFor(c: Context<AppEnv>, shown: ShownCredential, mayBeGuess: boolean): Check[] {
  return checksOf(c.get('ctx').services.policies, {
    method: methodOf(c),
    path: c.req.path,
    caller: shown.state === 'shown' ? { kind: shown.credential.kind, key: shown.credential.name } : null,
    mayBeGuess,
    addressKey: addressKeyOf(c),
  });
}

/** A HEAD is answered by what answers a GET. */
function methodOf(c: Context<AppEnv>): string {
  return c.req.method === 'HEAD' ? 'GET' : c.req.method;
}

function addressKeyOf(c: Context<AppEnv>): string {
  return toAddressKey(c.req.header('cf-connecting-ip'));
}

/** Says in the log who asks, also when they are refused. */
export function nameCaller(log: LogFields, { kind, id, userId }: Principal): void {
  log['actor'] = userId;
  if (kind === 'apiKey') log['apiKey'] = id;
}
