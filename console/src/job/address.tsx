import { webAddress } from './web-address.ts';
import './address.css';

/** An address of the web, opened in a tab of its own; only text when it cannot be one. */
export function Address({ url }: { url: string }) {
  const href = webAddress(url);
  // The end tells addresses of one site apart, so the beginning gives way first.
  const host = /^https?:\/\/[^/]+/.exec(url)?.[0] ?? url;
  const cut = Math.max(host.length, url.lastIndexOf('/', url.length - 2));
  const parts = (
    <>
      <span class="address-start">{url.slice(0, cut)}</span>
      <span class="address-end">{url.slice(cut)}</span>
    </>
  );
  if (href === null) return <span class="mono address">{parts}</span>;
  return (
    <a class="mono address" href={href} target="_blank" rel="noreferrer noopener" title={url}>
      {parts}
    </a>
  );
}
