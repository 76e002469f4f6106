/** Where a piece of work stands in a trace: https://www.w3.org/TR/trace-context/#traceparent-header. */
export interface Trace {
  /** 16 bytes in hexadecimal. */
  traceId: string;
  isSampled: boolean;
}

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/** Goes on with the caller's trace, when the header is well formed, else begins another one. */
export function openTrace(traceparent?: string): Trace {
  const [, version, traceId, flags = '', rest] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  // Only a version of the future may have more parts.
  if (traceId === undefined || (version === '00' && rest !== undefined))
    return { traceId: crypto.randomUUID().replaceAll('-', ''), isSampled: false };
  return { traceId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

/** The header of one outgoing call, a child span of the work. */
export function childTraceparent({ traceId, isSampled }: Trace): string {
  // A random identifier has both ends at random, and costs a third of what the bytes for one do.
  const random = crypto.randomUUID();
  return `00-${traceId}-${random.slice(0, 8)}${random.slice(-8)}-${isSampled ? '01' : '00'}`;
}
