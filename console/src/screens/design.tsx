import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { ColourSamples, ControlSamples } from './design-controls.tsx';
import { ContentSamples } from './design-content.tsx';
import { OverlaySamples } from './design-overlays.tsx';
import './screens.css';
import './design.css';

function ThemeColumn({ theme }: { theme: 'dark' | 'light' }) {
  return (
    <section class="design-theme" data-theme={theme} aria-label={t.design[theme]}>
      <h2>{t.design[theme]}</h2>
      <ColourSamples />
      <ControlSamples />
      <OverlaySamples />
      <ContentSamples theme={theme} />
    </section>
  );
}

/** Every component in both themes; needs no session, so that the accessibility checks can run on it. */
export function DesignScreen() {
  useTitle(t.design.title);
  return (
    <main tabIndex={-1}>
      <div class="design-head">
        <h1>{t.design.title}</h1>
        <p class="muted">{t.design.intro}</p>
      </div>
      <div class="design">
        <ThemeColumn theme="dark" />
        <ThemeColumn theme="light" />
      </div>
    </main>
  );
}
