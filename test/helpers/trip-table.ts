/**
 * What each kind of request waits for before its reply: the stores that are asked, one after the other; those with a plus
 * at the same time. test/integration/trips.test.ts counts the HTTP calls at the gateways against it, and
 * docs/performance.md shows it.
 */
export const TRIPS = {
  'liveness, the console, `/v1/config`': [],
  'a public page that the isolate holds': [],
  'an image under its signed address': ['database'],
  'a stranger who is refused (401)': ['redis'],
  'a cached read': ['redis'],
  'a cached read that is not modified (304)': ['redis'],
  'a cached read whose value is nowhere yet': ['redis', 'database'],
  'a cached read right after a change of its value': ['redis', 'database'],
  'a read that is not cached': ['redis', 'database'],
  'the same by a program with an access token': ['redis', 'database'],
  'the same with an API key': ['redis', 'database'],
  'the first request of a session in a minute': ['redis', 'database', 'database+redis'],
  'a write': ['redis', 'database'],
  'a write that is refused (403)': ['redis', 'database'],
  'a write that is repeated with its key': ['redis', 'database', 'database'],
  'a sign-in': ['redis', 'database', 'database'],
} as const satisfies Record<string, readonly string[]>;

export type TripKind = keyof typeof TRIPS;
