import * as z from 'zod';
import { withAbort } from '../lib/deadline.ts';
import { isAddress, isPublicAddress } from './address-guard.ts';
import { readStart } from './robots/read-start.ts';

/** For both questions together. */
const DEADLINE_MS = 3_000;
/** A longer answer is cut, and then is no JSON. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** How long the verdict on an IP address holds, which needs no look-up. */
const ADDRESS_TTL_SECONDS = 3_600;

/** Record types and reply codes of https://www.iana.org/assignments/dns-parameters. */
const RECORD_TYPES = { A: 1, AAAA: 28 } as const;
const NO_ERROR = 0;
const NO_SUCH_NAME = 3;

/** The JSON of https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json/. */
const dnsAnswer = z.object({
  Status: z.int(),
  TC: z.boolean().optional(),
  Answer: z.array(z.object({ type: z.int(), TTL: z.number().nonnegative(), data: z.string() })).optional(),
});

export type HostVerdict =
  | { ok: true; ttlSeconds: number }
  | { ok: false; reason: 'private_address' | 'dns'; detail: string; isTemporary: boolean };

interface Resolver {
  /** A DNS-over-HTTPS service that answers in JSON; without one no name is known. */
  dohUrl: string | undefined;
  fetch: typeof fetch;
}

type Addresses = { kind: 'known'; records: { address: string; ttlSeconds: number }[] } | { kind: 'unknown' };

/**
 * Whether every address of a host is public: a single private one refuses it. A WHATWG host, an IP address
 * among them. Fails closed: whatever cannot be looked up within 3 s is refused for the moment.
 */
export async function resolveHost(host: string, resolver: Resolver): Promise<HostVerdict> {
  if (isAddress(host)) {
    return isPublicAddress(host) ? { ok: true, ttlSeconds: ADDRESS_TTL_SECONDS } : refusePrivate(host);
  }
  const { dohUrl } = resolver;
  if (dohUrl === undefined) return refuseName('names are not looked up: DOH_URL is not set', false);

  const answers = await askBoth(host, dohUrl, resolver.fetch);
  const records = answers.flatMap((answer) => (answer.kind === 'known' ? answer.records : []));
  const secret = records.find(({ address }) => !isPublicAddress(address));
  if (secret) return refusePrivate(secret.address);
  if (answers.some(({ kind }) => kind === 'unknown'))
    return refuseName('the host could not be looked up', true);
  if (records.length === 0) return refuseName('the host was not found', false);
  return { ok: true, ttlSeconds: Math.min(...records.map(({ ttlSeconds }) => ttlSeconds)) };
}

async function askBoth(host: string, dohUrl: string, send: typeof fetch): Promise<Addresses[]> {
  return await withAbort(
    DEADLINE_MS,
    async (signal) =>
      await Promise.all([
        lookUp(host, 'A', dohUrl, send, signal),
        lookUp(host, 'AAAA', dohUrl, send, signal),
      ]),
  );
}

/** A name that does not exist, or has no such record, is known to have no address. */
async function lookUp(
  host: string,
  type: keyof typeof RECORD_TYPES,
  dohUrl: string,
  send: typeof fetch,
  signal: AbortSignal,
): Promise<Addresses> {
  const question = new URL(dohUrl);
  question.searchParams.set('name', host);
  question.searchParams.set('type', type);
  try {
    const response = await send(question.href, {
      headers: { accept: 'application/dns-json' },
      redirect: 'manual',
      signal,
    });
    const bytes = await readStart(response.body, MAX_ANSWER_BYTES);
    if (response.status !== 200) return { kind: 'unknown' };
    const answer = dnsAnswer.parse(JSON.parse(new TextDecoder().decode(bytes)));
    if (answer.TC === true || ![NO_ERROR, NO_SUCH_NAME].includes(answer.Status)) return { kind: 'unknown' };
    const records = (answer.Answer ?? []).filter((record) => record.type === RECORD_TYPES[type]);
    return { kind: 'known', records: records.map(({ data, TTL }) => ({ address: data, ttlSeconds: TTL })) };
  } catch {
    // Unreachable, late, or no such JSON: all the same to the caller, who waits and asks again.
    return { kind: 'unknown' };
  }
}

function refusePrivate(address: string): HostVerdict {
  return {
    ok: false,
    reason: 'private_address',
    detail: `the host leads to the private address ${address.slice(0, 60)}`,
    isTemporary: false,
  };
}

function refuseName(detail: string, isTemporary: boolean): HostVerdict {
  return { ok: false, reason: 'dns', detail, isTemporary };
}
