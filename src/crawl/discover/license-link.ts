/** Whether an address is a licence or public-domain mark of Creative Commons. */
export function isOpenLicense(url: string): boolean {
  const { hostname, pathname } = new URL(url);
  return /^(?:www\.)?creativecommons\.org$/.test(hostname) && /^\/(?:licenses|publicdomain)\//.test(pathname);
}
