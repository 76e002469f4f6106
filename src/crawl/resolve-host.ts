import * as z from 'zod';
import { isAddress, isPublicAddress } from './address-guard.ts';
import type { NameService } from './name-service.ts';
import { readStart } from './robots/read-start.ts';
import { once } from '../lib/once.ts';

/** A longer answer is cut, and then is no JSON. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** How long the verdict on an IP address holds, which needs no look-up. */
const ADDRESS_TTL_SECONDS = 3_600;

/** Record types and reply codes of https://www.iana.org/assignments/dns-parameters. */
const RECORD_TYPES = { A: 1, AAAA: 28 } as const;
const NO_ERROR = 0;
const NO_SUCH_NAME = 3;
/** Is always there: https://www.rfc-editor.org/rfc/rfc2606#section-3. */
const SURE_NAME = 'example.com';

/** The JSON of https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json/. */
const dnsAnswer = once(() =>
  z.object({
    Status: z.int(),
    TC: z.boolean().optional(),
    Answer: z.array(z.object({ type: z.int(), TTL: z.number().nonnegative(), data: z.string() })).optional(),
  }),
);

export type HostVerdict =
  | { ok: true; ttlSeconds: number }
  | { ok: false; reason: 'private_address' | 'dns'; detail: string; isTemporary: boolean };

type Addresses = { kind: 'known'; records: { address: string; ttlSeconds: number }[] } | { kind: 'unknown' };

/**
 * Whether every address of a host is public: a single private one refuses it. A WHATWG host, an IP address
 * among them. Fails closed: whatever cannot be looked up in time is refused for the moment, and without a service every
 * name is.
 */
export async function resolveHost(host: string, names: NameService | null): Promise<HostVerdict> {
  if (isAddress(host)) {
    return isPublicAddress(host) ? { ok: true, ttlSeconds: ADDRESS_TTL_SECONDS } : refusePrivate(host);
  }
  if (names === null) return refuseName('names are not looked up: DOH_URL is not set', false);

  const answers = await Promise.all([lookUp(host, 'A', names), lookUp(host, 'AAAA', names)]);
  const records = answers.flatMap((answer) => (answer.kind === 'known' ? answer.records : []));
  const secret = records.find(({ address }) => !isPublicAddress(address));
  if (secret) return refusePrivate(secret.address);
  if (answers.some(({ kind }) => kind === 'unknown'))
    return refuseName('the host could not be looked up', true);
  if (records.length === 0) return refuseName('the host was not found', false);
  return { ok: true, ttlSeconds: Math.min(...records.map(({ ttlSeconds }) => ttlSeconds)) };
}

/** Whether the service answers at all, and so not about a host for a reason of that host's. */
export async function isAnswering(names: NameService): Promise<boolean> {
  return (await lookUp(SURE_NAME, 'A', names, true)).kind === 'known';
}

/** A name that does not exist, or has no such record, is known to have no address. */
async function lookUp(
  host: string,
  type: keyof typeof RECORD_TYPES,
  names: NameService,
  isProbe = false,
): Promise<Addresses> {
  const question = new URL(names.url);
  question.searchParams.set('name', host);
  question.searchParams.set('type', type);
  const init = { headers: { accept: 'application/dns-json' }, redirect: 'manual', isProbe } as const;
  try {
    return await names.service.call(question.href, init, async (response) => {
      const bytes = await readStart(response.body, MAX_ANSWER_BYTES);
      if (response.status !== 200) return { kind: 'unknown' };
      const answer = dnsAnswer().parse(JSON.parse(new TextDecoder().decode(bytes)));
      if (answer.TC === true || ![NO_ERROR, NO_SUCH_NAME].includes(answer.Status)) return { kind: 'unknown' };
      const records = (answer.Answer ?? []).filter((record) => record.type === RECORD_TYPES[type]);
      return {
        kind: 'known',
        records: records.map(({ data, TTL }) => ({ address: data, ttlSeconds: TTL })),
      };
    });
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
