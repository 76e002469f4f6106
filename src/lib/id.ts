const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export type IdPrefix = 'act' | 'drn' | 'img' | 'inv' | 'job' | 'key' | 'obx' | 'prj' | 'rev' | 'ses' | 'usr';

const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

/**
 * A new id: `prefix_` and 26 characters of Crockford base32, 48 bits of milliseconds followed by 80 random
 * bits (the layout of a ULID, https://github.com/ulid/spec). Sorting ids as text sorts them by time.
 */
export function newId(prefix: IdPrefix, now = Date.now()): string {
  let time = '';
  for (let left = now; time.length < TIME_DIGITS; left = Math.floor(left / 32))
    time = ALPHABET.charAt(left % 32) + time;
  let random = '';
  // 256 is a multiple of 32: every digit is as likely as every other.
  for (const byte of crypto.getRandomValues(new Uint8Array(RANDOM_DIGITS)))
    random += ALPHABET.charAt(byte % 32);
  return `${prefix}_${time}${random}`;
}

/** The exact shape of an id of one kind, for the schemas at the edge. */
export function idPattern(prefix: IdPrefix): RegExp {
  return new RegExp(`^${prefix}_[${ALPHABET}]{26}$`);
}
