import type { CoordinatorNamespace } from './crawl/coordinator.ts';
import type { HostGateNamespace } from './crawl/host-gate.ts';
import type { PlatformLimiters } from './rate-limit/platform.ts';
import type { RoomNamespace } from './rooms/room.ts';
import {
  deployedSchema,
  DEVELOPMENT_DEFAULTS,
  developmentSchema,
  type EnvironmentName,
  ENVIRONMENTS,
  type Variables,
} from './variables.ts';

/**
 * The bindings of wrangler.toml. They come from the platform, so only their presence is checked; a deployment may do
 * without the platform's rate limiters.
 */
export interface Bindings extends PlatformLimiters {
  MEDIA: R2Bucket;
  CRAWL_QUEUE: Queue;
  DISCOVER_QUEUE: Queue;
  CRAWL_COORDINATOR: CoordinatorNamespace;
  ASSETS: Fetcher;
  HOST_GATE: HostGateNamespace;
  ROOM: RoomNamespace;
}
const BINDINGS = [
  'MEDIA',
  'CRAWL_QUEUE',
  'DISCOVER_QUEUE',
  'CRAWL_COORDINATOR',
  'ASSETS',
  'HOST_GATE',
  'ROOM',
] as const satisfies readonly (keyof Bindings)[];

/** Variables and bindings, checked. */
export type Config = Variables & Bindings;

export interface ConfigProblem {
  variable: string;
  message: string;
}

export type ConfigResult =
  | { ok: true; environment: EnvironmentName; config: Config; warnings: ConfigProblem[] }
  | { ok: false; environment: EnvironmentName; problems: ConfigProblem[] };

/** An environment that does not say what it is counts as production, where nothing is forgiven. */
function environmentOf(raw: Record<string, unknown>): EnvironmentName {
  return ENVIRONMENTS.find((name) => name === raw['ENVIRONMENT']) ?? 'production';
}

/**
 * Checks the Worker's environment. The problems name variables and say what is wrong with them, never their
 * values. An empty string counts as missing. Development goes on with a default for a variable that is wrong;
 * for a binding there is none.
 */
export function parseConfig(env: object): ConfigResult {
  const raw: Record<string, unknown> = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== ''),
  );
  const environment = environmentOf(raw);
  const missing = BINDINGS.filter((name) => raw[name] === undefined).map((variable) => ({
    variable,
    message: 'binding is missing in wrangler.toml',
  }));
  const schema = environment === 'development' ? developmentSchema() : deployedSchema();
  const variables = schema.safeParse(raw);
  if (variables.success && missing.length === 0) {
    return { ok: true, environment, config: withBindings(variables.data, env), warnings: [] };
  }
  const invalid = (variables.error?.issues ?? []).map((issue) => {
    const variable = String(issue.path[0]);
    return { variable, message: raw[variable] === undefined ? 'is missing' : issue.message };
  });
  const problems = [...missing, ...invalid];
  if (environment !== 'development' || missing.length > 0) return { ok: false, environment, problems };
  const named = new Set(invalid.map((problem) => problem.variable));
  const valid = Object.fromEntries(Object.entries(raw).filter(([name]) => !named.has(name)));
  const config = developmentSchema().parse({ ...DEVELOPMENT_DEFAULTS, ...valid });
  return { ok: true, environment, config: withBindings(config, env), warnings: invalid };
}

/** The bindings were found present above; their types are what wrangler.toml declares. */
function withBindings(variables: Variables, env: object): Config {
  const { MEDIA, CRAWL_QUEUE, DISCOVER_QUEUE, CRAWL_COORDINATOR, ASSETS, HOST_GATE, ROOM, ...more } =
    env as Bindings;
  const { LIMIT_STRANGERS, LIMIT_ACCOUNTS, LIMIT_VISITORS } = more;
  return {
    ...variables,
    ...{ MEDIA, CRAWL_QUEUE, DISCOVER_QUEUE, CRAWL_COORDINATOR, ASSETS, HOST_GATE, ROOM },
    ...(LIMIT_STRANGERS && { LIMIT_STRANGERS }),
    ...(LIMIT_ACCOUNTS && { LIMIT_ACCOUNTS }),
    ...(LIMIT_VISITORS && { LIMIT_VISITORS }),
  };
}

// Isolate lifetime: an isolate is started with one environment and keeps it.
const parsed = new WeakMap<object, ConfigResult>();

/** parseConfig, once an isolate. */
export function configOf(env: object): ConfigResult {
  let result = parsed.get(env);
  if (!result) {
    result = parseConfig(env);
    parsed.set(env, result);
  }
  return result;
}
