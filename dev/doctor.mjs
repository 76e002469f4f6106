// `npm run doctor`: says what is wrong with this machine or with a running stack, and how to mend it. It changes nothing,
// and needs nothing installed. Plain JavaScript; only the version check comes before the rest is loaded.
import { checkNodeVersion } from './install.mjs';

/** @param {string[]} args */
async function main(args) {
  try {
    checkNodeVersion();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  const { runDoctor } = await import('./doctor/index.mjs');
  return await runDoctor(args, (text) => process.stdout.write(`${text}\n`));
}

process.exit(await main(process.argv.slice(2)));
