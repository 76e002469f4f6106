const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  // In memory of its own, which the type leaves open.
  return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function toHex(bytes: ArrayBuffer | Uint8Array): string {
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += HEX[byte];
  return text;
}

export function toBase64Url(bytes: ArrayBuffer | Uint8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** The bytes of base64url text, or null when it is not base64url. */
export function fromBase64Url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** SHA-256 of text (as UTF-8) or bytes. */
export async function sha256(input: string | Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const bytes = typeof input === 'string' ? utf8(input) : input;
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
