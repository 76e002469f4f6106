// `npm test [-- PROJECT | FILE…]`: installs what is missing, then runs the tests (run-tests.ts) on the Node that Darkroom
// brings along: all of them, or those of some projects of vitest.config.ts, or of some files.
import { install, runOnToolchain } from './toolchain.mjs';

const script = new URL('run-tests.ts', import.meta.url);
process.exit((await install()) ? await runOnToolchain(script, process.argv.slice(2), 'test') : 1);
