import * as z from 'zod';
import { parseSigningKeys } from './keys/signing-keys.ts';
import { once } from './lib/once.ts';
import { deployedSettingsVariable, settingsVariable } from './settings/index.ts';

export const ENVIRONMENTS = ['development', 'staging', 'production'] as const;
export type EnvironmentName = (typeof ENVIRONMENTS)[number];

const LOOPBACK = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])\.?$|\.localhost\.?$/i;

function hostOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).hostname : null;
}

const postgresUrl = once(() =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol),
      'must be a postgres:// URL',
    ),
);
const httpUrl = once(() =>
  z
    .string()
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'must be a URL'),
);
const origins = once(() =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .refine(
      (list) => list.every((one) => URL.canParse(one) && new URL(one).origin === one),
      'must be origins, separated by commas',
    ),
);
const emails = once(() =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim().toLowerCase())
        .filter(Boolean),
    )
    .refine(
      (list) => list.every((one) => /^[^\s@]+@[^\s@]+$/.test(one)),
      'must be e-mails, separated by commas',
    ),
);
/** 32 bytes or more in base64 or base64url. */
const secret = once(() =>
  z.string().regex(/^[A-Za-z0-9+/_-]{43,}={0,2}$/, 'must be at least 32 random bytes in base64'),
);

const signingKeys = once(() =>
  z.string().transform((text, context) => {
    const keys = parseSigningKeys(text);
    if (keys) return keys;
    context.addIssue({
      code: 'custom',
      message: 'must be a JSON array of private P-256 JWKs with different kids',
    });
    return z.NEVER;
  }),
);

const zoneId = once(() => z.string().regex(/^[0-9a-f]{32}$/, 'must be the 32 hexadecimal digits of a zone'));

const requestsPerSecond = (most: number) => z.coerce.number().min(0.01).max(most);
/** `on` or `off`, for what is on unless it is switched off. */
const switchedOn = once(() =>
  z
    .enum(['on', 'off'])
    .default('on')
    .transform((text) => text === 'on'),
);
/** Multiplies the limits of src/rate-limit/policies.ts. */
const scale = (most: number) => z.coerce.number().min(0.01).max(most);
/** Multiplies the times of every cached value; 0: none is used again. */
const ttlScale = (most: number) => z.coerce.number().min(0).max(most);
/** What stands before every key in Redis. */
const keyPrefix = once(() =>
  z.string().regex(/^[\w:.-]{1,60}$/, 'must be 1 to 60 letters, digits, or one of _ : . -'),
);
const milliseconds = (most: number) => z.coerce.number().int().min(10).max(most);
const seconds = (least: number) => z.coerce.number().min(least).max(3_600);

const local = once(() => ({
  ENVIRONMENT: z.enum(ENVIRONMENTS),
  DATABASE_URL: postgresUrl(),
  DATABASE_REPLICA_URL: postgresUrl().optional(),
  DATABASE_SERVICE_URL: postgresUrl(),
  UPSTASH_REDIS_REST_URL: httpUrl(),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1),
  UPSTASH_REDIS_SECOND_REST_URL: httpUrl().optional(),
  UPSTASH_REDIS_SECOND_REST_TOKEN: z.string().min(1).optional(),
  CACHE_ENABLED: switchedOn(),
  CACHE_REDIS_REST_URL: httpUrl().optional(),
  CACHE_REDIS_REST_TOKEN: z.string().min(1).optional(),
  CACHE_PREFIX: keyPrefix().default('darkroom:cache'),
  CACHE_TIMEOUT_MS: milliseconds(60_000).optional(),
  CACHE_TTL_SCALE: ttlScale(1_000).default(1),
  MEDIA_SIGNING_KEY: secret(),
  TOKEN_SIGNING_KEYS: signingKeys(),
  PUBLIC_URL: httpUrl(),
  SHARED_URL: httpUrl()
    .refine((text) => text.startsWith('https://'), 'must be https')
    .optional(),
  SHARED_SECRET: secret().optional(),
  SENTRY_DSN: httpUrl().optional(),
  ADMIN_EMAILS: emails().default([]),
  OPERATOR_TOKEN: secret().optional(),
  CACHE_PURGE_ZONE_ID: zoneId().optional(),
  CACHE_PURGE_TOKEN: z.string().min(1).optional(),
  CACHE_PURGE_URL: httpUrl().default('https://api.cloudflare.com/client/v4'),
  NEON_FETCH_ENDPOINT: httpUrl().optional(),
  CRAWL_ALLOWED_ORIGINS: origins().optional(),
  CRAWL_REQUESTS_PER_SECOND: requestsPerSecond(10_000).default(5),
  CRAWL_RETRY_SECONDS: seconds(0.1).default(15),
  DOH_URL: httpUrl().optional(),
  LIMITER_ENABLED: switchedOn(),
  LIMITER_REDIS_REST_URL: httpUrl().optional(),
  LIMITER_REDIS_REST_TOKEN: z.string().min(1).optional(),
  LIMITER_PREFIX: keyPrefix().default('darkroom:limit'),
  LIMITER_TIMEOUT_MS: milliseconds(60_000).optional(),
  LIMITER_SCALE: scale(1_000_000).default(10),
  SETTINGS: settingsVariable().prefault('{}'),
}));

const remote = (text: string) => !LOOPBACK.test(hostOf(text) ?? 'localhost');
const remoteHttps = once(() =>
  httpUrl().refine(
    (text) => text.startsWith('https://') && remote(text),
    'must be https and not this machine',
  ),
);
const remotePostgres = once(() =>
  postgresUrl()
    .refine(remote, 'must not be on this machine')
    .refine(
      (text) => !URL.canParse(text) || new URL(text).username !== 'darkroom_owner',
      'must not be the owner role',
    ),
);
const notExample = (text: string) => !/example|local|darkroom-dev/i.test(text);
const upstashToken = once(() =>
  z.string().min(20, 'is too short for an Upstash token').refine(notExample, 'is the example value'),
);

/** What development falls back to, with a warning. Each of them is refused in production. */
export const DEVELOPMENT_DEFAULTS = {
  ENVIRONMENT: 'development',
  DATABASE_URL: 'postgres://darkroom_app:darkroom-dev@127.0.0.1:5432/darkroom',
  DATABASE_SERVICE_URL: 'postgres://darkroom_service:darkroom-dev@127.0.0.1:5432/darkroom',
  UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:8079',
  UPSTASH_REDIS_REST_TOKEN: 'darkroom-dev-token',
  MEDIA_SIGNING_KEY: 'darkroom-dev-key-darkroom-dev-key-darkroom-dev-key',
  TOKEN_SIGNING_KEYS:
    '[{"kty":"EC","crv":"P-256","kid":"darkroom-dev","x":"VESgBqM7yHh_YmlE8BjdPWE56b2QPrh2UTy5dz1uhsg","y":"PIf7J1uCPJgkkVN5B4iBqC8ZGqV2kH84uJFpPfkhHCY","d":"56IQzWs2dyvKnS3NOSI0ZZs7T3EekmaY8UuPLdmc0pY"}]',
  PUBLIC_URL: 'http://127.0.0.1:8787',
} as const;

/** What staging and production refuse besides: everything that only makes sense on a laptop. */
const deployed = once(() => ({
  ...local(),
  DATABASE_URL: remotePostgres(),
  DATABASE_REPLICA_URL: remotePostgres().optional(),
  DATABASE_SERVICE_URL: remotePostgres(),
  UPSTASH_REDIS_REST_URL: remoteHttps(),
  UPSTASH_REDIS_REST_TOKEN: upstashToken(),
  UPSTASH_REDIS_SECOND_REST_URL: remoteHttps().optional(),
  UPSTASH_REDIS_SECOND_REST_TOKEN: upstashToken().optional(),
  CACHE_REDIS_REST_URL: remoteHttps().optional(),
  CACHE_REDIS_REST_TOKEN: upstashToken().optional(),
  CACHE_PREFIX: keyPrefix().refine(notExample, 'is the example value').default('darkroom:cache'),
  CACHE_TIMEOUT_MS: milliseconds(5_000).optional(),
  CACHE_TTL_SCALE: ttlScale(10).default(1),
  MEDIA_SIGNING_KEY: secret().refine(notExample, 'is the example value'),
  TOKEN_SIGNING_KEYS: signingKeys().refine(
    (keys) => !keys.some(({ d }) => DEVELOPMENT_DEFAULTS.TOKEN_SIGNING_KEYS.includes(d)),
    'is the example value',
  ),
  PUBLIC_URL: remoteHttps(),
  SENTRY_DSN: remoteHttps().optional(),
  OPERATOR_TOKEN: secret().refine(notExample, 'is the example value').optional(),
  ADMIN_EMAILS: emails()
    .refine((list) => !list.some((one) => one.endsWith('.example')), 'is the example value')
    .default([]),
  CACHE_PURGE_ZONE_ID: zoneId()
    .refine((id) => id !== '0123456789abcdef0123456789abcdef', 'is the example value')
    .optional(),
  CACHE_PURGE_TOKEN: z
    .string()
    .min(20, 'is too short for a Cloudflare token')
    .refine(notExample, 'is the example value')
    .optional(),
  CACHE_PURGE_URL: remoteHttps().default('https://api.cloudflare.com/client/v4'),
  SHARED_URL: z.undefined('is for local development only').optional(),
  SHARED_SECRET: z.undefined('is for local development only').optional(),
  NEON_FETCH_ENDPOINT: z.undefined('is for local development only').optional(),
  CRAWL_ALLOWED_ORIGINS: z.undefined('is for local development only').optional(),
  CRAWL_REQUESTS_PER_SECOND: requestsPerSecond(1_000).default(5),
  CRAWL_RETRY_SECONDS: seconds(5).default(15),
  DOH_URL: remoteHttps().default('https://cloudflare-dns.com/dns-query'),
  LIMITER_REDIS_REST_URL: remoteHttps().optional(),
  LIMITER_REDIS_REST_TOKEN: upstashToken().optional(),
  LIMITER_PREFIX: keyPrefix().refine(notExample, 'is the example value').default('darkroom:limit'),
  LIMITER_TIMEOUT_MS: milliseconds(5_000).optional(),
  LIMITER_SCALE: scale(100).default(1),
  SETTINGS: deployedSettingsVariable().prefault('{}'),
}));

/** The names of all. */
export function variableNames(): string[] {
  return Object.keys(local());
}

type VariableName = keyof ReturnType<typeof local>;

/**
 * The first of each is nothing without the second: the token of one database would be shown to another, and a purge would
 * leave copies where nobody looks.
 */
const NEEDED: readonly [VariableName, VariableName][] = [
  ['UPSTASH_REDIS_SECOND_REST_URL', 'UPSTASH_REDIS_SECOND_REST_TOKEN'],
  ['CACHE_REDIS_REST_URL', 'CACHE_REDIS_REST_TOKEN'],
  ['LIMITER_REDIS_REST_URL', 'LIMITER_REDIS_REST_TOKEN'],
  ['CACHE_PURGE_ZONE_ID', 'CACHE_PURGE_TOKEN'],
  ['CACHE_PURGE_TOKEN', 'CACHE_PURGE_ZONE_ID'],
];

function checkPairs(variables: Record<string, unknown>, context: z.RefinementCtx): void {
  for (const [name, needed] of NEEDED)
    if (variables[name] !== undefined && variables[needed] === undefined)
      context.addIssue({ code: 'custom', path: [name], message: `needs ${needed}` });
}

/** Of a laptop. */
export const developmentSchema = once(() => z.object(local()).superRefine(checkPairs));
/** Of staging and production. */
export const deployedSchema = once(() => z.object(deployed()).superRefine(checkPairs));

export type Variables = z.infer<ReturnType<typeof developmentSchema>>;
