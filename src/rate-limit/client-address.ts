const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const IPV6 = /^[0-9a-f:.]{2,45}$/i;

/**
 * What attempts of a client are counted under, from the platform's own header, which a client cannot set: an IPv4
 * address whole, also in its IPv6 form, and IPv6 by its /64, which one customer has to themselves. Without the
 * header, on a laptop, `local`.
 */
export function toAddressKey(header: string | undefined): string {
  if (header === undefined) return 'local';
  const text = header.trim();
  if (IPV4.test(text)) return text;
  // The URL parser knows every way to write an IPv6 address, and has one of its own.
  const url = `http://[${text}]`;
  if (!IPV6.test(text) || !URL.canParse(url)) return 'unknown';
  const groups = expand(new URL(url).hostname.slice(1, -1));
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of an address in which `::` may stand for zeros. */
function expand(address: string): number[] {
  const [left = [], right = []] = address
    .split('::')
    .map((side) => (side === '' ? [] : side.split(':').map((group) => Number.parseInt(group, 16))));
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}
