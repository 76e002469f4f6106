import type { Check } from './limiter.ts';
import type { Policies, Policy } from './policies.ts';

/** By what a caller is counted: a session by the hash of its cookie, a program by its session's id, a key by its hash. */
export interface Caller {
  kind: 'session' | 'program' | 'apiKey';
  key: string;
}

interface RequestShape {
  /** GET for a HEAD, too. */
  method: string;
  path: string;
  /** null without credentials, and for a program's token that is no good. */
  caller: Caller | null;
  /** Whether the credentials may be made up: they count as bad ones until they turn out good. */
  mayBeGuess: boolean;
  /** Of the client's address. */
  addressKey: string;
}

const EXPENSIVE: readonly { method: string; path: RegExp; policy: keyof Policies }[] = [
  { method: 'POST', path: /^\/v1\/projects\/[^/]+\/images$/, policy: 'upload' },
  { method: 'POST', path: /^\/v1\/jobs\/[^/]+\/(start|retry)$/, policy: 'jobStart' },
  { method: 'GET', path: /^\/v1\/projects\/[^/]+\/export$/, policy: 'export' },
];

/** What limits one request; all of it is known before anybody was asked. */
export function checksOf(policies: Policies, request: RequestShape): Check[] {
  const { caller, addressKey } = request;
  const checks: Check[] = [];
  if (caller) checks.push({ policy: callerPolicyOf(policies, caller), key: caller.key });
  else checks.push({ policy: policies.anonymous, key: addressKey });
  if (caller) {
    const expensive = EXPENSIVE.find(
      ({ method, path }) => method === request.method && path.test(request.path),
    );
    if (expensive) checks.push({ policy: policies[expensive.policy], key: caller.key });
  }
  if (request.mayBeGuess) checks.push(guessCheckOf(policies, addressKey));
  return checks;
}

/** Credentials of an address that are no good. */
export function guessCheckOf(policies: Policies, addressKey: string): Check {
  return { policy: policies.badCredentials, key: addressKey };
}

/** The policy whose keys have limits of their own: by their plan, and an API key by its owner's wish. */
export function callerPolicyOf(policies: Policies, { kind }: Caller): Policy {
  return kind === 'apiKey' ? policies.apiKey : policies.account;
}
