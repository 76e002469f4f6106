/** As a runtime writes the address of a request: normal, so that a default port is left out. */
const ADDRESS = /^(https?:)\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?/;

/**
 * The scheme, as `https:`, the host without its port, and the port, empty for the scheme's own, of a request's address.
 * What `new URL` says of them, without taking the rest apart: every request asks.
 */
export function readOrigin(url: string): { protocol: string; hostname: string; port: string } {
  const [, protocol = '', hostname = '', port = ''] = ADDRESS.exec(url) ?? [];
  return { protocol, hostname, port };
}
