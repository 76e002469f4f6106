import os from 'node:os';
import { createRequire } from 'node:module';
import * as z from 'zod';

const Manifest = z.object({ version: z.string() });
const require = createRequire(import.meta.url);

/** What figures were measured on. */
export interface Machine {
  cpus: number;
  model: string;
  memoryGb: number;
  os: string;
  node: string;
  workerd: string;
}

export function describeMachine(): Machine {
  const cpus = os.cpus();
  return {
    cpus: cpus.length,
    model: cpus[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()}`,
    node: process.versions.node,
    workerd: Manifest.parse(require('workerd/package.json')).version,
  };
}
