// Plain JavaScript for Node 20: the launchers use it before anything is installed.

const POLL_MS = 250;

/**
 * Calls `onGone` once when the npm that runs this script has gone. A SIGTERM to npm ends npm and the shell
 * between, and is passed on to nobody; and a `kill -9` could not be. Does nothing outside of npm: a script put
 * into the background outlives its shell on purpose.
 * @param {string} event the script's name in package.json
 * @param {() => void} onGone
 */
export function watchNpm(event, onGone) {
  if (process.env['npm_lifecycle_event'] !== event || process.platform === 'win32') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
}
