/** Longer than any call of a benchmark takes; none waits for ever. */
const DEADLINE_MS = 120_000;

export interface Progress {
  status: string;
  total: number;
  pending: number;
  done: number;
  counts: Record<string, number>;
  startedAt: string | null;
  finishedAt: string | null;
}

/** The API as one signed-in person. */
export interface Api {
  /** What a browser would send. */
  cookie: string;
  /** The body of a reply of 2xx. Rejects, with the problem, for any other. */
  call<T = Record<string, unknown>>(path: string, body?: unknown): Promise<T>;
  progress(jobId: string): Promise<Progress>;
}

const FINAL = new Set(['stopped', 'completed', 'completed_with_errors', 'failed']);

/** Signs in with a password. Rejects when that is refused. */
export async function signIn(url: string, person: { email: string; password: string }): Promise<Api> {
  const send = async (path: string, body: unknown, headers: Record<string, string>) =>
    await fetch(new URL(path, url), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { origin: url, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      signal: AbortSignal.timeout(DEADLINE_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const { email, password } = person;
  const signedIn = await send('/v1/auth/sign-in', { email, password }, {});
  if (!signedIn.ok) throw new Error(`Sign-in: ${signedIn.status} ${await signedIn.text()}`);
  await signedIn.arrayBuffer();
  const cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const api: Api = {
    cookie,
    async call<T>(path: string, body?: unknown) {
      const response = await send(path, body, { cookie });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
      return (text === '' ? {} : JSON.parse(text)) as T;
    },
    progress: async (jobId) => await api.call<Progress>(`/v1/jobs/${jobId}/progress`),
  };
  return api;
}

/** Waits until a job has ended. Rejects when it has not by `limitMs`, or when the signal ends the wait. */
export async function untilEnded(
  api: Api,
  jobId: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<Progress> {
  const started = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const progress = await api.progress(jobId);
    if (FINAL.has(progress.status)) return progress;
    if (performance.now() - started > limitMs) throw new Error(`Job ${jobId} is still ${progress.status}.`);
    // Asking costs those who are measured, too.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
