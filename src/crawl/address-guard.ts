export type GuardVerdict = { ok: true } | { ok: false; reason: 'private_address' | 'policy'; detail: string };

const PORTS = new Set(['', '80', '443', '8080', '8443']);
/** Names that never leave a private network: RFC 6762, RFC 8375, RFC 6761, and the cloud metadata service. */
const PRIVATE_SUFFIXES = [
  'localhost',
  'local',
  'internal',
  'home.arpa',
  'lan',
  'intranet',
  'corp',
  'test',
  'invalid',
  'onion',
];
/** Services that answer any name with the address written in it. */
const REBINDING_SUFFIXES = ['nip.io', 'sslip.io', 'xip.io', 'localtest.me', 'lvh.me'];

/** Special-purpose IPv4 ranges that are not globally reachable (IANA registry, RFC 6890), as [first, prefix]. */
const RESERVED_V4: readonly (readonly [number, number])[] = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x64400000, 10],
  [0x7f000000, 8],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0000000, 24],
  [0xc0000200, 24],
  [0xc0586300, 24],
  [0xc0a80000, 16],
  [0xc6120000, 15],
  [0xc6336400, 24],
  [0xcb007100, 24],
  [0xe0000000, 4],
  [0xf0000000, 4],
];

/**
 * Ranges of global unicast IPv6 (2000::/3) that are not globally reachable or carry an IPv4 address, as
 * [first two groups, prefix]: protocol assignments with Teredo and ORCHID (RFC 2928), documentation
 * (RFC 3849, RFC 9637) and 6to4 (RFC 3056).
 */
const RESERVED_V6: readonly (readonly [number, number])[] = [
  [0x20010000, 23],
  [0x20010db8, 32],
  [0x20020000, 16],
  [0x3fff0000, 20],
];

/**
 * Whether a crawl may ask this address. Judged from the address alone, again on every redirect; a Worker
 * cannot pin what a name resolves to. `allowedOrigins` is the one exception, for a sample site on the same
 * laptop, and production's configuration refuses to have it. `ownHost` is where people reach this instance:
 * it and the names below it are not fetched.
 */
export function guardAddress(url: URL, allowedOrigins: readonly string[], ownHost?: string): GuardVerdict {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return refuse('policy', 'only http and https are fetched');
  if (url.username || url.password) return refuse('policy', 'addresses with a user name are not fetched');
  if (allowedOrigins.includes(url.origin)) return { ok: true };
  if (!PORTS.has(url.port)) return refuse('policy', `port ${url.port} is not fetched`);

  const host = url.hostname.toLowerCase();
  if (isAddress(host)) {
    return isPublicAddress(host) ? { ok: true } : refuse('private_address', 'a private or reserved address');
  }
  if (host.endsWith('.')) return refuse('private_address', 'names with a final dot are not fetched');
  if (!host.includes('.')) return refuse('private_address', 'a name without a domain');
  const hasSuffix = (suffix: string) => host === suffix || host.endsWith(`.${suffix}`);
  if (PRIVATE_SUFFIXES.some(hasSuffix)) return refuse('private_address', 'a name of a private network');
  if (REBINDING_SUFFIXES.some(hasSuffix))
    return refuse('private_address', 'a name that stands for any address');
  if (ownHost !== undefined && hasSuffix(ownHost.toLowerCase()))
    return refuse('policy', 'this instance does not fetch from itself');
  return { ok: true };
}

function refuse(reason: 'private_address' | 'policy', detail: string): GuardVerdict {
  return { ok: false, reason, detail };
}

/** Whether a WHATWG host is an IP address: it has folded every spelling of IPv4 to four decimal parts. */
export function isAddress(host: string): boolean {
  return host.startsWith('[') || parseV4(host) !== null;
}

/**
 * Whether text is an IP address that everybody can reach: IPv4 in four decimal parts, IPv6 in any spelling
 * of RFC 4291 §2.2, with brackets or without. Anything else is not; neither are mapped and translated forms
 * (::ffff:0:0/96, 64:ff9b::/96), which lie outside 2000::/3.
 */
export function isPublicAddress(text: string): boolean {
  const v4 = parseV4(text);
  if (v4 !== null) return !RESERVED_V4.some((range) => isWithin(v4, range));
  const groups = parseV6(text.replace(/^\[(.*)\]$/, '$1'));
  if (groups === null) return false;
  const [first = 0, second = 0] = groups;
  if (first < 0x2000 || first > 0x3fff) return false;
  return !RESERVED_V6.some((range) => isWithin(first * 0x1_0000 + second, range));
}

function isWithin(address: number, [first, prefix]: readonly [number, number]): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor(address / size) === Math.floor(first / size);
}

function parseV4(text: string): number | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null;
  const parts = text.split('.').map(Number);
  return parts.every((part) => part <= 255) ? parts.reduce((value, part) => value * 256 + part, 0) : null;
}

/** The eight groups of an IPv6 address, or null. */
function parseV6(text: string): number[] | null {
  const [head = '', tail, ...more] = text.split('::');
  const left = parseGroups(head);
  const right = parseGroups(tail ?? '');
  if (left === null || right === null || more.length > 0) return null;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  return [...left, ...Array<number>(missing).fill(0), ...right];
}

/** The last two groups may be written as an IPv4 address. */
function parseGroups(text: string): number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const v4 = parseV4(parts.at(-1) ?? '');
  if (v4 !== null) parts.splice(-1, 1, (v4 >>> 16).toString(16), (v4 & 0xffff).toString(16));
  return parts.every((part) => /^[\da-f]{1,4}$/i.test(part))
    ? parts.map((part) => Number.parseInt(part, 16))
    : null;
}
