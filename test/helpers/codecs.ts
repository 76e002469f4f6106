import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Codecs } from '../../src/media/thumbnail/index.ts';

const require = createRequire(import.meta.url);

/** Compiles the very files that the Worker imports; Node does not import .wasm as a module. */
export async function loadCodecs(): Promise<Codecs> {
  const turbo = join(dirname(require.resolve('@cwasm/jpeg-turbo/package.json')), 'jpeg-turbo.wasm');
  const webp = require.resolve('@jsquash/webp/codec/enc/webp_enc_simd.wasm');
  return { jpegTurbo: await compileFile(turbo), webpEncoder: await compileFile(webp) };
}

/** Node has `compile`; the Worker's types leave it out because workerd refuses to compile at run time. */
async function compileFile(path: string): Promise<WebAssembly.Module> {
  const engine = WebAssembly as unknown as { compile(bytes: Uint8Array): Promise<WebAssembly.Module> };
  return engine.compile(await readFile(path));
}
