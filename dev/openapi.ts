// Writes docs/openapi.json from the routes: `node dev/openapi.ts`. With --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildApp } from '../src/app.ts';
import { AREAS } from '../src/routes/areas.ts';
import { openapiDocument } from '../src/routes/openapi.ts';

const FILE = path.resolve(import.meta.dirname, '../docs/openapi.json');
const wanted = `${JSON.stringify(openapiDocument(buildApp(AREAS)), null, 2)}\n`;

if (!process.argv.includes('--check')) writeFileSync(FILE, wanted);
else if (readFileSync(FILE, 'utf8') !== wanted) {
  console.error(
    'docs/openapi.json differs from the routes. Run `node dev/openapi.ts` and read the difference.',
  );
  process.exitCode = 1;
}
