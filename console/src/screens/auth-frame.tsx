import type { ComponentChildren } from 'preact';
import { BrandMark } from '../layout/brand-mark.tsx';
import { t } from '../strings.ts';
import './screens.css';

interface AuthFrameProps {
  title: string;
  intro?: string;
  children: ComponentChildren;
  footer?: ComponentChildren;
}

/** The panel of whoever is not inside yet: sign-in, sign-up, and a start that failed. */
export function AuthFrame({ title, intro, children, footer }: AuthFrameProps) {
  return (
    <main class="auth" tabIndex={-1}>
      <p class="auth-brand">
        <BrandMark />
        {t.brand}
      </p>
      <div class="auth-panel">
        <div>
          <h1>{title}</h1>
          {intro && <p class="muted">{intro}</p>}
        </div>
        {children}
        {footer && <p class="muted">{footer}</p>}
      </div>
    </main>
  );
}
