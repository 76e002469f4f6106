// `npm run bench -- <name>`: a benchmark or load simulation of bench/, on the Node that Darkroom brings along.
import { install, runOnToolchain } from './toolchain.mjs';

const script = new URL('../bench/run.ts', import.meta.url);
process.exit((await install()) ? await runOnToolchain(script, process.argv.slice(2), 'bench') : 1);
