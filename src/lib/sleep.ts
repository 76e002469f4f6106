/** Waits so many milliseconds, or until the signal ends the wait. Resolves in both cases. */
export async function sleep(ms: number, signal: AbortSignal = new AbortController().signal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const wake = () => (clearTimeout(timer), resolve());
  signal.addEventListener('abort', wake, { once: true });
  await promise;
  signal.removeEventListener('abort', wake);
}
