type BitOperation = (values: readonly number[]) => number;

const first = (values: readonly number[]) => values[0] ?? 0;
const second = (values: readonly number[]) => (values[1] ?? 0) & 31;

/** The `bit` library that Redis offers to scripts: 32-bit integers, results are signed. */
export const BIT_OPERATIONS: Readonly<Record<string, BitOperation>> = {
  tobit: (values) => first(values) | 0,
  bnot: (values) => ~first(values),
  band: (values) => values.reduce((left, right) => left & right) | 0,
  bor: (values) => values.reduce((left, right) => left | right) | 0,
  bxor: (values) => values.reduce((left, right) => left ^ right) | 0,
  lshift: (values) => first(values) << second(values),
  rshift: (values) => (first(values) >>> second(values)) | 0,
  arshift: (values) => first(values) >> second(values),
  rol: (values) => (first(values) << second(values)) | (first(values) >>> ((32 - second(values)) & 31)),
  ror: (values) => (first(values) >>> second(values)) | (first(values) << ((32 - second(values)) & 31)),
  bswap: (values) => Buffer.from(Uint32Array.of(first(values) >>> 0).buffer).readInt32BE(),
};
