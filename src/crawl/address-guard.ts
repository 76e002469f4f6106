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
 * Whether a crawl may ask this address. Judged from the address alone, again on every redirect; a Worker
 * cannot pin what a name resolves to. `allowedOrigins` is the one exception, for a sample site on the same
 * laptop, and production's configuration refuses to have it.
 */
export function guardAddress(url: URL, allowedOrigins: readonly string[]): GuardVerdict {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return refuse('policy', 'only http and https are fetched');
  if (url.username || url.password) return refuse('policy', 'addresses with a user name are not fetched');
  if (allowedOrigins.includes(url.origin)) return { ok: true };
  if (!PORTS.has(url.port)) return refuse('policy', `port ${url.port} is not fetched`);

  const host = url.hostname.toLowerCase();
  if (host.startsWith('[')) {
    return isPublicV6(host.slice(1, -1))
      ? { ok: true }
      : refuse('private_address', 'a private or reserved address');
  }
  const v4 = parseV4(host);
  if (v4 !== null)
    return isPublicV4(v4) ? { ok: true } : refuse('private_address', 'a private or reserved address');
  if (host.endsWith('.')) return refuse('private_address', 'names with a final dot are not fetched');
  if (!host.includes('.')) return refuse('private_address', 'a name without a domain');
  const hasSuffix = (suffix: string) => host === suffix || host.endsWith(`.${suffix}`);
  if (PRIVATE_SUFFIXES.some(hasSuffix)) return refuse('private_address', 'a name of a private network');
  if (REBINDING_SUFFIXES.some(hasSuffix))
    return refuse('private_address', 'a name that stands for any address');
  return { ok: true };
}

function refuse(reason: 'private_address' | 'policy', detail: string): GuardVerdict {
  return { ok: false, reason, detail };
}

/** WHATWG has folded every spelling (octal, hexadecimal, short forms) to four decimal parts by now. */
function parseV4(host: string): number | null {
  const parts = host.split('.').map(Number);
  const valid = parts.length === 4 && /^[\d.]+$/.test(host) && parts.every((part) => part <= 255);
  return valid ? parts.reduce((value, part) => value * 256 + part, 0) : null;
}

function isPublicV4(address: number): boolean {
  return !RESERVED_V4.some(([first, prefix]) => {
    const size = 2 ** (32 - prefix);
    return Math.floor(address / size) === Math.floor(first / size);
  });
}

/**
 * Only 2000::/3 is global unicast. Within it, ranges that carry an IPv4 address (6to4 2002::/16, Teredo
 * 2001::/32) or document examples (2001:db8::/32) are refused whole, as are mapped and translated forms
 * (::ffff:0:0/96, 64:ff9b::/96), which lie outside 2000::/3.
 */
function isPublicV6(host: string): boolean {
  const [head = '', tail] = host.split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  const [first = 0, second = 0] = groups.map((group) => Number.parseInt(group, 16));
  if (first < 0x2000 || first > 0x3fff || first === 0x2002) return false;
  return !(first === 0x2001 && (second === 0 || second === 0xdb8));
}
