// `npm run verify`: the quick half of the checks (run-checks.ts); needs no database and no browser.
import { install, runOnToolchain } from './toolchain.mjs';

const script = new URL('run-checks.ts', import.meta.url);
process.exit((await install()) ? await runOnToolchain(script, [], 'verify') : 1);
