// `npm test`: installs what is missing, then runs all tests (run-tests.ts) on the Node that Darkroom brings along.
import { install, runOnToolchain } from './toolchain.mjs';

if (process.argv.length > 2) {
  console.error('npm test takes no arguments. One project or file: npx vitest run --project unit FILE');
  process.exit(2);
}
const script = new URL('run-tests.ts', import.meta.url);
process.exit((await install()) ? await runOnToolchain(script, [], 'test') : 1);
