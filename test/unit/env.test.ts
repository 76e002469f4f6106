import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { configOf, parseConfig } from '../../src/env.ts';
import { variableNames } from '../../src/variables.ts';

const BINDINGS = {
  MEDIA: {},
  CRAWL_QUEUE: {},
  DISCOVER_QUEUE: {},
  CRAWL_COORDINATOR: {},
  HOST_GATE: {},
  ROOM: {},
  ASSETS: {},
};

const PRODUCTION = {
  ENVIRONMENT: 'production',
  DATABASE_URL: 'postgres://darkroom_app:s3cr3t@ep-cool-lake.eu-central-1.aws.neon.tech/darkroom',
  DATABASE_REPLICA_URL: 'postgres://darkroom_app:s3cr3t@ep-cool-reef.eu-central-1.aws.neon.tech/darkroom',
  DATABASE_SERVICE_URL: 'postgres://darkroom_service:s3cr3t@ep-cool-lake.eu-central-1.aws.neon.tech/darkroom',
  UPSTASH_REDIS_REST_URL: 'https://calm-fox-12345.upstash.io',
  UPSTASH_REDIS_REST_TOKEN: 'AXwsAAIjcDE5ZGY0NjQ2ZmU0',
  MEDIA_SIGNING_KEY: 'mY8qDk0zVh3tJx5nRw7uBc9eFg2iKl4oPs6vZy1aQ+A=',
  TOKEN_SIGNING_KEYS:
    '[{"kty":"EC","crv":"P-256","kid":"2026-11","x":"fa_-eFaanfQyt637kb26KayIGGr74nlfwyeSMAYXEnM","y":"BeYGXtml0pDRWBAu4BEv7lajzVboIofZF1zsHeV7GW8","d":"4-upd7hEAdbcE6I2ACfPfqOmvmegphPeViO9eU-KUjg"}]',
  PUBLIC_URL: 'https://darkroom.museum.org',
  ...BINDINGS,
};

/** The entries of the example file, also those that are commented out because they are optional. */
function readExamples(): [name: string, value: string][] {
  const text = readFileSync(fileURLToPath(new URL('../../.dev.vars.example', import.meta.url).href), 'utf8');
  return [...text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=(.+)$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
}

/** A switch has no value that betrays an example. */
const SWITCHES = new Set(['LIMITER_ENABLED', 'CACHE_ENABLED']);

function problemsOf(env: object): string[] {
  const result = parseConfig(env);
  return result.ok ? [] : [...new Set(result.problems.map(({ variable }) => variable))];
}

describe.each(['staging', 'production'])('the %s environment', (ENVIRONMENT) => {
  const valid = { ...PRODUCTION, ENVIRONMENT };

  it('takes a complete configuration as it is', () => {
    const result = parseConfig({ ...valid, SENTRY_DSN: 'https://key@o1.ingest.sentry.io/1' });
    expect(result).toMatchObject({ ok: true, environment: ENVIRONMENT, warnings: [] });
    const keys: unknown = JSON.parse(valid.TOKEN_SIGNING_KEYS);
    if (result.ok) expect(result.config).toMatchObject({ ...valid, TOKEN_SIGNING_KEYS: keys });
  });

  it('goes without a replica', () => {
    const result = parseConfig({ ...valid, DATABASE_REPLICA_URL: '' });
    expect(result).toMatchObject({ ok: true, warnings: [] });
    if (result.ok) expect(result.config.DATABASE_REPLICA_URL).toBeUndefined();
  });

  it.each(Object.keys(PRODUCTION).filter((name) => !['ENVIRONMENT', 'DATABASE_REPLICA_URL'].includes(name)))(
    'refuses to go without %s',
    (name) => {
      const { [name]: _, ...rest } = Object.fromEntries(Object.entries(valid));
      expect(problemsOf(rest)).toEqual([name]);
      if (!(name in BINDINGS)) {
        expect(parseConfig({ ...valid, [name]: '' })).toMatchObject({
          problems: [{ variable: name, message: 'is missing' }],
        });
      }
    },
  );

  it.each(readExamples().filter(([name]) => name !== 'ENVIRONMENT' && !SWITCHES.has(name)))(
    'refuses the example of %s by itself',
    (name, value) => {
      expect(problemsOf({ ...valid, [name]: value })).toEqual([name]);
    },
  );

  it.each(['LIMITER_REDIS_REST', 'CACHE_REDIS_REST', 'UPSTASH_REDIS_SECOND_REST'])(
    'takes the database of %s_URL only with its own token',
    (name) => {
      const own = { ...valid, [`${name}_URL`]: 'https://calm-owl-12345.upstash.io' };
      expect(problemsOf({ ...own, [`${name}_TOKEN`]: 'BXwsAAIjcDE5ZGY0NjQ2ZmU0' })).toEqual([]);
      expect(problemsOf(own)).toEqual([`${name}_URL`]);
    },
  );

  it('takes a zone and its token together only, or a purge would leave copies there', () => {
    const CACHE_PURGE_ZONE_ID = 'fedcba9876543210fedcba9876543210';
    const CACHE_PURGE_TOKEN = 'Zt5-of-a-zone-and-long-enough';
    expect(problemsOf({ ...valid, CACHE_PURGE_ZONE_ID, CACHE_PURGE_TOKEN })).toEqual([]);
    expect(problemsOf({ ...valid, CACHE_PURGE_ZONE_ID })).toEqual(['CACHE_PURGE_ZONE_ID']);
    expect(problemsOf({ ...valid, CACHE_PURGE_TOKEN })).toEqual(['CACHE_PURGE_TOKEN']);
  });

  it('refuses every line of the example file at once', () => {
    const examples = readExamples();
    const named = problemsOf({ ...valid, ...Object.fromEntries(examples), ENVIRONMENT });
    expect(named.sort()).toEqual(
      examples
        .map(([name]) => name)
        .filter((name) => name !== 'ENVIRONMENT' && !SWITCHES.has(name))
        .sort(),
    );
  });

  it.each([
    ['DATABASE_URL', 'postgres://darkroom_owner:s3cr3t@ep-cool-lake.aws.neon.tech/darkroom'],
    ['DATABASE_URL', 'https://ep-cool-lake.aws.neon.tech/darkroom'],
    ['DATABASE_URL', 'not an address, s3cr3t'],
    ['DATABASE_REPLICA_URL', 'postgres://darkroom_app:s3cr3t@LOCALHOST/darkroom'],
    ['DATABASE_SERVICE_URL', 'postgres://darkroom_service:s3cr3t@[::1]/darkroom'],
    ['UPSTASH_REDIS_REST_URL', 'http://calm-fox-12345.upstash.io/s3cr3t'],
    ['UPSTASH_REDIS_REST_URL', 'https://s3cr3t.localhost'],
    ['UPSTASH_REDIS_REST_TOKEN', 's3cr3t-and-too-short'.slice(0, 19)],
    ['MEDIA_SIGNING_KEY', 's3cr3t'.repeat(7)],
    ['MEDIA_SIGNING_KEY', `${'s3cr3t'.repeat(8)}!`],
    ['TOKEN_SIGNING_KEYS', 's3cr3t'],
    ['TOKEN_SIGNING_KEYS', '[{"kty":"oct","kid":"a","k":"s3cr3t"}]'],
    ['PUBLIC_URL', 'https://0.0.0.0/s3cr3t'],
    ['PUBLIC_URL', 's3cr3t'],
    ['SENTRY_DSN', 'http://s3cr3t@sentry.museum.org/1'],
    ['DOH_URL', 'http://s3cr3t.museum.org/dns-query'],
    ['DOH_URL', 'https://127.0.0.1/s3cr3t'],
    ['CRAWL_REQUESTS_PER_SECOND', 's3cr3t'],
    ['CRAWL_REQUESTS_PER_SECOND', '0'],
    ['CRAWL_REQUESTS_PER_SECOND', '1001'],
  ])('names %s when it is %s, and never says the value', (name, value) => {
    const result = parseConfig({ ...valid, [name]: value });
    expect(problemsOf({ ...valid, [name]: value })).toContain(name);
    expect(JSON.stringify(result)).not.toContain('s3cr3t');
  });
});

describe('how an import behaves towards others', () => {
  const developed = { ...BINDINGS, ENVIRONMENT: 'development' };
  const read = (env: object) => {
    const result = parseConfig(env);
    if (!result.ok) throw new Error('not configured');
    const { DOH_URL, CRAWL_REQUESTS_PER_SECOND } = result.config;
    return { DOH_URL, CRAWL_REQUESTS_PER_SECOND };
  };

  it('needs no word of an operator: names are looked up, and nobody is asked too often', () => {
    expect(read(PRODUCTION)).toEqual({
      DOH_URL: 'https://cloudflare-dns.com/dns-query',
      CRAWL_REQUESTS_PER_SECOND: 5,
    });
    expect(read(developed)).toEqual({ DOH_URL: undefined, CRAWL_REQUESTS_PER_SECOND: 5 });
  });

  it('is as an operator says', () => {
    const own = { DOH_URL: 'https://dns.google/resolve', CRAWL_REQUESTS_PER_SECOND: '0.5' };
    expect(read({ ...PRODUCTION, ...own })).toEqual({ ...own, CRAWL_REQUESTS_PER_SECOND: 0.5 });
    const local = { DOH_URL: 'http://127.0.0.1:8053/dns-query', CRAWL_REQUESTS_PER_SECOND: '10000' };
    expect(read({ ...developed, ...local })).toEqual({ ...local, CRAWL_REQUESTS_PER_SECOND: 10_000 });
    expect(read({ ...developed, CRAWL_REQUESTS_PER_SECOND: '10001' }).CRAWL_REQUESTS_PER_SECOND).toBe(5);
  });
});

describe('an environment that does not say what it is', () => {
  it.each([undefined, '', 'prod', 'Development', 7])('is production when it says %j', (ENVIRONMENT) => {
    const result = parseConfig({ ...PRODUCTION, ENVIRONMENT });
    expect(result).toMatchObject({ ok: false, environment: 'production' });
    expect(problemsOf({ ...PRODUCTION, ENVIRONMENT })).toEqual(['ENVIRONMENT']);
  });
});

describe('the development environment', () => {
  it('takes the example file without a warning', () => {
    const result = parseConfig({ ...BINDINGS, ...Object.fromEntries(readExamples()) });
    expect(result).toMatchObject({ ok: true, environment: 'development', warnings: [] });
    if (result.ok) expect(result.config.CRAWL_ALLOWED_ORIGINS).toEqual(['http://127.0.0.1:8788']);
  });

  it('falls back for what is missing or wrong, and warns by name', () => {
    const result = parseConfig({
      ...BINDINGS,
      ENVIRONMENT: 'development',
      PUBLIC_URL: 'wr0ng',
      SENTRY_DSN: 'wr0ng',
    });
    expect(result).toMatchObject({ ok: true, config: { PUBLIC_URL: 'http://127.0.0.1:8787' } });
    if (!result.ok) return;
    expect(result.config.SENTRY_DSN).toBeUndefined();
    expect(result.warnings).toContainEqual({ variable: 'DATABASE_URL', message: 'is missing' });
    expect(result.warnings).toContainEqual({ variable: 'PUBLIC_URL', message: 'must be a URL' });
    expect(result.warnings.map(({ variable }) => variable)).toContain('SENTRY_DSN');
    expect(JSON.stringify(result.warnings)).not.toContain('wr0ng');
  });

  it('has no fall-back for a binding', () => {
    expect(problemsOf({ ENVIRONMENT: 'development', MEDIA: {}, ASSETS: {} })).toContain('CRAWL_QUEUE');
  });

  it.each(['http://127.0.0.1:8788/', 'http://127.0.0.1:8788/path', 'nowhere', 'http://a.test,b.test'])(
    'does not take %s for a list of origins',
    (CRAWL_ALLOWED_ORIGINS) => {
      const result = parseConfig({ ...BINDINGS, ENVIRONMENT: 'development', CRAWL_ALLOWED_ORIGINS });
      if (result.ok) expect(result.config.CRAWL_ALLOWED_ORIGINS).toBeUndefined();
      expect(JSON.stringify(result)).toContain('must be origins, separated by commas');
    },
  );

  it('reads several origins, with spaces between them', () => {
    const origins = ' http://a.test , https://b.test:8443,';
    const result = parseConfig({ ...BINDINGS, ENVIRONMENT: 'development', CRAWL_ALLOWED_ORIGINS: origins });
    if (!result.ok) throw new Error('development is always configured');
    expect(result.config.CRAWL_ALLOWED_ORIGINS).toEqual(['http://a.test', 'https://b.test:8443']);
  });
});

describe('the example file', () => {
  it('names every variable once', () => {
    const names = readExamples().map(([name]) => name);
    expect(names.sort()).toEqual([...variableNames()].sort());
  });
});

describe('the configuration of an isolate', () => {
  it('is read once', () => {
    const env = { ...PRODUCTION };
    expect(configOf(env)).toBe(configOf(env));
    expect(configOf(env)).not.toBe(configOf({ ...PRODUCTION }));
  });
});
