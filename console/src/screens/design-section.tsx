import type { ComponentChildren } from 'preact';

/** One named part of the design page. */
export function DesignSection({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="design-section">
      <h3>{title}</h3>
      {children}
    </div>
  );
}
