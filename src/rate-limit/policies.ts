import type { EnvironmentName } from '../env.ts';

/** How many attempts a key has in a sliding window. */
export interface Policy {
  /** In the keys of Redis and in the RateLimit headers. */
  name: string;
  limit: number;
  windowSeconds: number;
  /** What one isolate allows in the same window while Redis does not answer: stricter, for there are many isolates. */
  localLimit: number;
}

/** Enough for an office behind one address; too few to try passwords or to keep an isolate busy with hashing. */
const PER_ADDRESS = 60;
/** On a laptop the console, programs and tests all come from one address. */
const PER_ADDRESS_IN_DEVELOPMENT = 600;
/** More than a person mistypes, far fewer than a guess needs: at most 2,880 a day for one account. */
const FAILED_PER_ACCOUNT = 20;
const LOCAL_SHARE = 4;

function policy(name: string, limit: number, windowSeconds: number): Policy {
  return { name, limit, windowSeconds, localLimit: Math.ceil(limit / LOCAL_SHARE) };
}

const BY_ADDRESS = policy('sign-in', PER_ADDRESS, 60);
const BY_ADDRESS_IN_DEVELOPMENT = policy('sign-in', PER_ADDRESS_IN_DEVELOPMENT, 60);

/** Attempts of one client address at everything that hashes a password or redeems a secret. */
export function attemptsByAddress(environment: EnvironmentName): Policy {
  return environment === 'development' ? BY_ADDRESS_IN_DEVELOPMENT : BY_ADDRESS;
}

/** Failed sign-ins of one e-mail, whether it has an account or not. */
export const FAILED_SIGN_INS = policy('failed-sign-in', FAILED_PER_ACCOUNT, 600);
