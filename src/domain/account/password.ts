import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../errors/app-error.ts';
import { createLeaseQueue, type LeaseQueue } from '../../resilience/lease-queue.ts';

/** OWASP's scrypt setting for 16 MiB, N=2^14, r=8, p=5 (Password Storage Cheat Sheet). */
const COST: Cost = { logN: 14, r: 8, p: 5 };
const MAX_MEMORY_BYTES = 32 * 1024 * 1024;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/**
 * Isolate lifetime. One at a time: workerd hashes on the isolate's only thread, so a second one saves no time and
 * doubles how long every other request waits (docs/decisions/0006). A hash takes a fifth of a second, so eight
 * waiting fit the wait even on a machine that is twice as slow, and a lease is far longer than any.
 */
export const passwordQueue = createLeaseQueue({
  concurrency: 1,
  maxWaiting: 8,
  maxWaitMs: 5_000,
  leaseMs: 10_000,
});

interface Cost {
  logN: number;
  r: number;
  p: number;
}

async function derive(password: string, salt: Buffer, cost: Cost, queue: LeaseQueue): Promise<Buffer> {
  const options = { N: 2 ** cost.logN, r: cost.r, p: cost.p, maxmem: MAX_MEMORY_BYTES };
  const turn = await queue.run(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
          error ? reject(error) : resolve(key),
        );
      }),
  );
  if (turn.ok) return turn.value;
  throw new AppError('unavailable', 'Too many people are signing in at once.', { retryAfter: 2 });
}

/** The text form of the PHC, with the cost in it: a later, dearer setting leaves old hashes readable. */
function render({ logN, r, p }: Cost, salt: Buffer, key: Buffer): string {
  return `$scrypt$ln=${logN},r=${r},p=${p}$${salt.toString('base64')}$${key.toString('base64')}`;
}

function parse(hash: string): { cost: Cost; salt: Buffer; key: Buffer } {
  const [, logN, r, p, salt = '', key = ''] =
    /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(hash) ?? [];
  if (key === '') throw new Error('A stored password hash is not of the expected form');
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  return { cost, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
}

/** `$scrypt$ln=14,r=8,p=5$<salt>$<key>`, base64. Errors: `unavailable` when too many wait. */
export async function hashPassword(password: string, queue: LeaseQueue = passwordQueue): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return render(COST, salt, await derive(password, salt, COST, queue));
}

// Checked when there is no account, so that an unknown e-mail takes as long as a wrong password.
const NOBODY = render(COST, Buffer.alloc(SALT_BYTES), Buffer.alloc(KEY_BYTES));

/**
 * Whether the password belongs to the hash; `null` for an account that does not exist takes equally long.
 * Errors: `unavailable` when too many wait.
 */
export async function verifyPassword(
  password: string,
  hash: string | null,
  queue: LeaseQueue = passwordQueue,
): Promise<boolean> {
  const { cost, salt, key } = parse(hash ?? NOBODY);
  const actual = await derive(password, salt, cost, queue);
  return timingSafeEqual(actual, key) && hash !== null;
}
