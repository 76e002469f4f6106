import type { PlatformLimiterName } from './platform.ts';
import { type Plan, PLAN_FIGURES, PLANS } from './plans.ts';

/** How many attempts a key has in a sliding window. */
export interface Policy {
  /** In the keys of Redis, and in the RateLimit headers unless `nameOf` says otherwise. */
  name: string;
  /** While Redis names no other. */
  limit: number;
  windowSeconds: number;
  /** What one isolate allows in the same window while it is alone: stricter, for there are many isolates. */
  localLimit: number;
  /** Which of the platform's limiters counts the same figure: it stands in for Redis, and is the first where none is asked. */
  platform?: PlatformLimiterName;
  /**
   * For keys that may have a limit of their own in Redis: how the headers name a limit, or null for one that no key
   * can have.
   */
  nameOf?(limit: number): string | null;
  /**
   * Counts what fails. An attempt counts from its start, so that many at once are no way around the limit, and is given
   * back unless it fails; how many are left is nobody's business until one is refused.
   */
  ofFailures?: true;
}

/** What is counted, by which everybody who counts finds it again. */
export function countNameOf(policy: Policy, key: string): string {
  return `${policy.name}:${key}`;
}

/** The policies of one deployment. */
export interface Policies {
  /** Requests without credentials, by address. */
  anonymous: Policy;
  /** Requests of one session or program. */
  account: Policy;
  /** Requests of one API key. */
  apiKey: Policy;
  /** Attempts of one address at everything that hashes a password or redeems a secret. */
  signIn: Policy;
  /** Wrong passwords for one e-mail, whether it has an account or not: at sign-ins, and at changes of the password. */
  failedSignIn: Policy;
  /** Requests of one address whose credentials turned out to be no good. */
  badCredentials: Policy;
  /** What one address is served of public pages and not from memory; Redis is not asked. */
  visitor: Policy;
  upload: Policy;
  jobStart: Policy;
  export: Policy;
}

/** Enough for an office behind one address; too few to try passwords or to keep an isolate busy with hashing. */
const PER_ADDRESS = 60;
/** More than a person mistypes, far fewer than a guess needs: at most 2,880 a day for one account. */
const FAILED_PER_ACCOUNT = 20;
/** A page shows 60 images: ten pages a minute are more than anybody looks through. */
const VISITS = 600;
/** An upload decodes an image, 0.3 s for the largest: one caller keeps an isolate busy at most. */
const UPLOADS = 300;
/** A start wakes a coordinator and fills the queue. */
const JOB_STARTS = 30;
/** An export may read every image of a project. */
const EXPORTS = 10;
const LOCAL_SHARE = 4;

function createPolicy(name: string, limit: number, more: Partial<Policy> = {}): Policy {
  return { name, limit, windowSeconds: 60, localLimit: Math.ceil(limit / LOCAL_SHARE), ...more };
}

// Isolate lifetime: a deployment has one scale, tests have a few.
const made = new Map<number, Policies>();

/** The policies at `scale`, made once an isolate. */
export function policiesOf(scale: number): Policies {
  const policies = made.get(scale) ?? createPolicies(scale);
  made.set(scale, policies);
  return policies;
}

/**
 * `scale` multiplies every limit but that of failed sign-ins, which guards an account and not the machine. The platform's
 * limiters have the figures of wrangler.toml, so they stand in only at scale 1.
 */
function createPolicies(scale: number): Policies {
  const scaled = (figure: number) => Math.max(1, Math.round(figure * scale));
  const limited = (name: string, figure: number, more: Partial<Policy> = {}) =>
    createPolicy(name, scaled(figure), more);
  const platform = (name: PlatformLimiterName) => (scale === 1 ? { platform: name } : {});
  const most = scaled(Math.max(...PLANS.map((plan) => PLAN_FIGURES[plan].requestsPerMinute)));
  const free = PLAN_FIGURES.free.requestsPerMinute;
  return {
    anonymous: limited('anonymous', PER_ADDRESS, platform('LIMIT_STRANGERS')),
    account: limited('account', free, {
      ...platform('LIMIT_ACCOUNTS'),
      nameOf: (limit) => PLANS.find((plan) => limit === planLimit(plan, scale)) ?? null,
    }),
    apiKey: limited('api-key', free, {
      ...platform('LIMIT_ACCOUNTS'),
      nameOf: (limit) => (limit >= 1 && limit <= most ? 'api-key' : null),
    }),
    signIn: limited('sign-in', PER_ADDRESS, platform('LIMIT_STRANGERS')),
    failedSignIn: createPolicy('failed-sign-in', FAILED_PER_ACCOUNT, {
      windowSeconds: 600,
      ofFailures: true,
    }),
    badCredentials: limited('bad-credentials', PER_ADDRESS, { ofFailures: true }),
    visitor: limited('visitor', VISITS, platform('LIMIT_VISITORS')),
    upload: limited('upload', UPLOADS),
    jobStart: limited('job-start', JOB_STARTS),
    export: limited('export', EXPORTS),
  };
}

/** Requests a minute of a plan at `scale`. */
function planLimit(plan: Plan, scale: number): number {
  return Math.max(1, Math.round(PLAN_FIGURES[plan].requestsPerMinute * scale));
}

/** Requests a minute of a caller: their plan's, or fewer for an API key that has a limit of its own (`own`). */
export function requestLimitOf(plan: Plan, own: number | null, scale: number): number {
  const most = planLimit(plan, scale);
  return own === null ? most : Math.min(own, most);
}
