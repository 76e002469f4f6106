import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Codecs } from '../../src/media/thumbnail/index.ts';

const require = createRequire(import.meta.url);

/** Compiles the very files that the Worker imports; Node does not import .wasm as a module. */
export async function loadCodecs(): Promise<Codecs> {
  const turbo = join(dirname(require.resolve('@cwasm/jpeg-turbo/package.json')), 'jpeg-turbo.wasm');
  const webp = (file: string) => compileFile(require.resolve(`@jsquash/webp/codec/${file}`));
  return {
    jpegTurbo: await compileFile(turbo),
    webpDecoder: await webp('dec/webp_dec.wasm'),
    webpEncoder: await webp('enc/webp_enc_simd.wasm'),
  };
}

/** Node has `compile`; the Worker's types leave it out because workerd refuses to compile at run time. */
async function compileFile(path: string): Promise<WebAssembly.Module> {
  const engine = WebAssembly as unknown as { compile(bytes: Uint8Array): Promise<WebAssembly.Module> };
  return engine.compile(await readFile(path));
}
