import { t } from '../strings.ts';
import type { BadLine } from './parse-urls.ts';

const SHOWN = 50;

/** Why each unusable line is unusable; the first fifty are enough to see the pattern. */
export function BadLines({ lines }: { lines: readonly BadLine[] }) {
  if (lines.length === 0) return null;
  const hidden = lines.length - SHOWN;
  return (
    <section class="stack-tight" aria-label={t.newImport.badLines}>
      <h2>{t.newImport.badLines}</h2>
      <ul class="bad-lines" data-testid="bad-lines" tabIndex={0}>
        {lines.slice(0, SHOWN).map(({ line, text, reason }) => (
          <li key={line} class="bad-line">
            <span class="muted">{t.newImport.badLine(line)}</span>
            <span class="mono">{text.slice(0, 200)}</span>
            <span>{t.newImport.reasons[reason]}</span>
          </li>
        ))}
      </ul>
      {hidden > 0 && <p class="muted">{t.newImport.moreBadLines(hidden)}</p>}
    </section>
  );
}
