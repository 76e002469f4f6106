import { api } from '../api/endpoints.ts';
import { ButtonLink } from '../components/button.tsx';
import { Sheet } from '../components/sheet.tsx';
import { t } from '../strings.ts';

const FORMATS = [
  { format: 'jsonl', name: t.exporting.jsonl, hint: t.exporting.jsonlHint },
  { format: 'zip', name: t.exporting.zip, hint: t.exporting.zipHint },
] as const;

/** The two ways out. Plain links: the browser streams the file to disk and shows its own progress. */
export function ExportSheet({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  return (
    <Sheet title={t.exporting.title} onClose={onClose} testId="export-sheet">
      <p class="muted">{t.exporting.intro}</p>
      <ul class="choices">
        {FORMATS.map(({ format, name, hint }) => (
          <li key={format} class="choice">
            <div>
              <h3>{name}</h3>
              <p class="muted">{hint}</p>
            </div>
            <ButtonLink
              href={api.exportPath(projectId, format)}
              icon="export"
              testId={`export-${format}`}
              download
            >
              {t.exporting.download(name)}
            </ButtonLink>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
