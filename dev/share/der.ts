/** The few shapes of DER that a certificate is made of (ITU-T X.690). Each function returns one encoded value. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function encode(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), encodeLength(content.length), content]);
}

export const sequence = (...parts: Uint8Array[]) => encode(TAG.sequence, Buffer.concat(parts));
export const set = (...parts: Uint8Array[]) => encode(TAG.set, Buffer.concat(parts));
export const octetString = (content: Uint8Array) => encode(TAG.octetString, content);
export const utf8String = (text: string) => encode(TAG.utf8String, Buffer.from(text, 'utf8'));
export const trueValue = () => encode(TAG.boolean, Buffer.from([0xff]));

/** The bits of whole bytes, less the `unused` last ones. */
export const bitString = (content: Uint8Array, unused = 0) =>
  encode(TAG.bitString, Buffer.concat([Buffer.from([unused]), content]));

/** A number that is not negative, from its big-endian bytes: leading zeros go, a leading bit 1 gets one before it. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? Buffer.from([0]) : Buffer.from(bytes.subarray(start));
  const isSigned = (digits[0] ?? 0) >= 0x80;
  return encode(TAG.integer, isSigned ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

/** An object identifier from its dotted form. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return encode(TAG.objectId, Buffer.from(bytes));
}

/** A moment to the second; RFC 5280 wants the short form before 2050. */
export function time(date: Date): Buffer {
  const digits = `${date.toISOString().replaceAll(/[-:T]|\.\d+Z$/g, '')}Z`;
  return date.getUTCFullYear() < 2050
    ? encode(TAG.utcTime, Buffer.from(digits.slice(2)))
    : encode(TAG.generalizedTime, Buffer.from(digits));
}

/** A value under a context-specific tag: `explicit` wraps it, `implicit` stands for its own tag. */
export const explicit = (number: number, value: Uint8Array) => encode(0xa0 | number, value);
export const implicit = (number: number, content: Uint8Array) => encode(0x80 | number, content);
