// `npm run drain`: says whether traffic is to be sent to an installation. Plain JavaScript; needs nothing installed.
import { runDrain } from './drain/index.mjs';

process.exit(await runDrain(process.argv.slice(2), process.env, (text) => process.stdout.write(`${text}\n`)));
