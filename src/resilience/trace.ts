import { toHex } from '../lib/bytes.ts';

/** Where a piece of work stands in a trace: https://www.w3.org/TR/trace-context/#traceparent-header. */
export interface Trace {
  /** 16 bytes in hexadecimal. */
  traceId: string;
  /** 8 bytes in hexadecimal: of the work itself, the parent of the calls it makes. */
  spanId: string;
  isSampled: boolean;
}

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

function randomHex(bytes: number): string {
  return toHex(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** A span of the caller's trace, when the header is well formed, else the first span of another one. */
export function openTrace(traceparent?: string): Trace {
  const random = randomHex(24);
  const spanId = random.slice(0, 16);
  const [, version, traceId, flags = '', rest] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  // Only a version of the future may have more parts.
  if (traceId === undefined || (version === '00' && rest !== undefined))
    return { traceId: random.slice(16), spanId, isSampled: false };
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

/** The header of one outgoing call, a child span of the work. */
export function childTraceparent({ traceId, isSampled }: Trace): string {
  return `00-${traceId}-${randomHex(8)}-${isSampled ? '01' : '00'}`;
}
