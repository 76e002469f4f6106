/** The protocol of a host's gate: all that the Worker knows of the object. */
export interface ReserveRequest {
  /** `scheme://host[:port]`, as WHATWG writes it. */
  origin: string;
  /** Whose starts these are. The same work asks with the same booking, so that asking twice books once. */
  booking: string;
  /** What is to be asked for, path and query each; 1 to 1,000. */
  paths: string[];
}

export type Reservation =
  /**
   * `turns`: when each path may be asked for, and `latest`: until when, in ms since 1970; null for what robots.txt
   * forbids. Who is late makes the booking's later ones late, too, which keep the interval; a turn missed by more is void.
   */
  | { kind: 'go'; turns: (number | null)[]; latest: (number | null)[]; intervalMs: number }
  /** The origin is not asked, now or later. */
  | { kind: 'blocked'; reason: 'robots' | 'private_address' | 'policy'; detail: string }
  | { kind: 'failed'; reason: 'dns'; detail: string }
  /** Nothing is booked; to be asked again at `at` (ms since 1970). `pace`: too many wait for the host already. */
  | { kind: 'later'; at: number; reason: 'robots' | 'dns' | 'pace'; detail: string };

/** A host that may be asked more often than fifty times a second bears some at once: turns only keep its average. */
export const UNPACED_INTERVAL_MS = 20;

export interface HostGateRpc {
  /** Turns for requests to the origin, which the object is named after. Any two are an interval apart. */
  reserve(request: ReserveRequest): Promise<Reservation>;
  /** Nothing starts before `untilMs` (ms since 1970, 24 h ahead at most); what was booked before it is booked anew. */
  backOff(untilMs: number): Promise<void>;
  /** Gives up the starts of a booking that still lie ahead: its owner no longer uses them. */
  cancel(booking: string): Promise<void>;
}

export type HostGateNamespace = DurableObjectNamespace<HostGateRpc & Rpc.DurableObjectBranded>;

export function hostGateFor(namespace: HostGateNamespace, origin: string): HostGateRpc {
  return namespace.get(namespace.idFromName(origin));
}

/** The booking of a chunk's URLs, the same at every delivery. */
export function bookingOf({ jobId, epoch, chunk }: { jobId: string; epoch: number; chunk: number }): string {
  return `${jobId}/${epoch}/${chunk}`;
}

/** Gives up the turns that a chunk has booked for its URLs and will not use. Never rejects: turns pass by themselves. */
export async function cancelTurns(
  gateFor: (origin: string) => HostGateRpc,
  booking: string,
  urls: string[],
): Promise<void> {
  const origins = new Set(urls.map((url) => new URL(url).origin));
  await Promise.allSettled([...origins].map(async (origin) => await gateFor(origin).cancel(booking)));
}
