/** A frame with the safelight in it. */
export function BrandMark({ size = 24 }: { size?: number }) {
  return (
    <svg class="brand-mark" width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <rect x="2.75" y="4.75" width="18.5" height="14.5" rx="2" stroke="currentColor" stroke-width="1.5" />
      <circle class="brand-light" cx="12" cy="12" r="3.25" />
    </svg>
  );
}
