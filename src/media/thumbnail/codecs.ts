import jpegTurbo from '@cwasm/jpeg-turbo/jpeg-turbo.wasm';
import webpDecoder from '@jsquash/webp/codec/dec/webp_dec.wasm';
import webpEncoder from '@jsquash/webp/codec/enc/webp_enc_simd.wasm';
import type { Codecs } from './decoder.ts';

/** The codecs as workerd compiles them at deployment; it cannot compile wasm at run time. */
export const codecs: Codecs = { jpegTurbo, webpDecoder, webpEncoder };
