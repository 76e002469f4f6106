const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export type IdPrefix = 'act' | 'img' | 'job' | 'obx' | 'prj' | 'ses' | 'usr';

/**
 * A new id: `prefix_` and 26 characters of Crockford base32, 48 bits of milliseconds followed by 80 random
 * bits (the layout of a ULID, https://github.com/ulid/spec). Sorting ids as text sorts them by time.
 */
export function newId(prefix: IdPrefix, now = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  let value = BigInt(now);
  for (const byte of random) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let digit = 0; digit < 26; digit++) {
    text = ALPHABET.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return `${prefix}_${text}`;
}

/** The exact shape of an id of one kind, for the schemas at the edge. */
export function idPattern(prefix: IdPrefix): RegExp {
  return new RegExp(`^${prefix}_[${ALPHABET}]{26}$`);
}
