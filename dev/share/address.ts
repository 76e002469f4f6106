import net from 'node:net';
import { networkInterfaces } from 'node:os';

/** Networks of this machine alone, or ones that a person is hardly asking for when several are there. */
const VIRTUAL =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|bridge|cni|flannel|podman|lxc|tun|tap|utun|wg|zt|tailscale)/;

interface Candidate {
  address: string;
  network: string;
}

function isPrivate(address: string): boolean {
  const [a = 0, b = 0] = address.split('.').map(Number);
  return (
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 100 && b >= 64 && b < 128)
  );
}

const isLoopback = (address: string) => address.startsWith('127.');

/** The private IPv4 addresses of this machine, those of real networks first. */
function findCandidates(interfaces: ReturnType<typeof networkInterfaces>): Candidate[] {
  const rank = ({ network }: Candidate) => Number(VIRTUAL.test(network));
  return Object.entries(interfaces)
    .flatMap(([network, addresses = []]) =>
      addresses
        .filter(({ family, internal, address }) => family === 'IPv4' && !internal && isPrivate(address))
        .map(({ address }) => ({ address, network })),
    )
    .toSorted((a, b) => rank(a) - rank(b));
}

/** What to do for want of an address that can be shared. */
function adviseOn(candidates: Candidate[]): string {
  if (candidates.length === 0)
    return 'Connect to a network, or try it on this machine with `npm start -- --share=127.0.0.1`.';
  const known = candidates.map(({ address, network }) => `${address} (${network})`).join(', ');
  return `Name one that it has with --share=ADDRESS: ${known}.`;
}

/**
 * The address to share on: `wanted`, or the machine's own when that is empty. Throws when there is none, and for one
 * that is not this machine's or can be reached from the internet: the stack is made for a room, not for the world.
 */
export function chooseAddress(wanted: string, interfaces = networkInterfaces()): string {
  const candidates = findCandidates(interfaces);
  const advice = adviseOn(candidates);
  if (wanted === '') {
    const [first] = candidates;
    if (first !== undefined) return first.address;
    throw new Error(`This machine has no private IPv4 address. ${advice}`);
  }
  if (!net.isIPv4(wanted)) throw new Error(`"${wanted}" is not an IPv4 address. ${advice}`);
  if (isLoopback(wanted) || candidates.some(({ address }) => address === wanted)) return wanted;
  throw new Error(`${wanted} is not a private address of this machine. ${advice}`);
}
