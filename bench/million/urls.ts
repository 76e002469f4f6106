/** Hosts that no packet reaches: private addresses, which the address guard refuses by their look. */
const PRIVATE_HOSTS = 4_968;
/** Of a hundred URLs. */
const SHARE = { largest: 10, real: 72 };

/** The nth URL: one origin has a tenth of all, the other origins 62 %, and private addresses the rest, few each. */
export function urlAt(n: number, origins: string[]): string {
  // Knuth's multiplicative hash: neighbours land on different hosts.
  const mixed = Math.imul(n + 1, 2_654_435_761) >>> 0;
  const percent = mixed % 100;
  if (percent < SHARE.largest) return `${origins[0]}/${n}.jpg`;
  if (percent < SHARE.real) return `${origins[1 + ((mixed >>> 8) % (origins.length - 1))]}/${n}.jpg`;
  // Cubed: a few of them have thousands, most have a few.
  const host = Math.floor(((mixed >>> 8) / 2 ** 24) ** 3 * PRIVATE_HOSTS);
  return `http://10.0.${host >> 8}.${host & 255}/${n}.jpg`;
}
