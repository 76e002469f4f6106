// `npm start`: installs what is missing, then runs the supervisor (start.ts) on the Node that Darkroom brings along.
import { isToolchainNode } from './install.mjs';
import { HELP, parseArguments } from './stack/arguments.mjs';
import { install, runOnToolchain } from './toolchain.mjs';

/** @param {string[]} args */
async function main(args) {
  const parsed = parseArguments(args);
  if (parsed.kind === 'help') {
    console.log(HELP);
    return 0;
  }
  if (parsed.kind === 'error') {
    console.error(`${parsed.message}.\n\n${HELP}`);
    return 2;
  }
  if (!(await install())) return 1;
  if (!isToolchainNode()) return await runOnToolchain(new URL('start.ts', import.meta.url), args, 'start');
  const { runStack } = await import('./start.ts');
  return await runStack(args);
}

process.exit(await main(process.argv.slice(2)));
