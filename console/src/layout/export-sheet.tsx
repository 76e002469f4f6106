import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { ButtonLink } from '../components/button.tsx';
import { Select } from '../components/select.tsx';
import { Sheet } from '../components/sheet.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { currentProject } from '../state/project.ts';
import { useResource } from '../state/use-resource.ts';
import { t } from '../strings.ts';

const FORMATS = [
  { format: 'jsonl', name: t.exporting.jsonl, hint: t.exporting.jsonlHint },
  { format: 'zip', name: t.exporting.zip, hint: t.exporting.zipHint },
] as const;

type Choice = 'keep' | 'all';

/** Which images, and the two ways out. Plain links: the browser streams the file to disk and shows its own progress. */
export function ExportSheet({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const [chosen, setChosen] = useState<Choice | null>(null);
  // One page says whether any image is kept and, when it is the only one, how many are.
  const kept = useResource(projectId, (signal) => api.images(projectId, { review: 'keep' }, null, signal));
  const isKnown = kept.data !== null || kept.problem !== null;
  const hasKept = kept.data !== null && kept.data.data.length > 0;
  const keptCount = kept.data?.nextCursor === null ? kept.data.data.length : null;
  const project = currentProject.value?.project;
  const allCount = project?.id === projectId ? project.imageCount : null;
  const choice = chosen ?? (hasKept ? 'keep' : 'all');

  return (
    <Sheet title={t.exporting.title} onClose={onClose} testId="export-sheet">
      <p class="muted">{t.exporting.intro}</p>
      {!isKnown && <Skeleton />}
      {isKnown &&
        (hasKept ? (
          <Select<Choice>
            label={t.exporting.which}
            value={choice}
            choices={[
              { value: 'keep', label: t.exporting.kept(keptCount) },
              { value: 'all', label: t.exporting.all(allCount) },
            ]}
            onValue={setChosen}
          />
        ) : (
          <p>{kept.data ? t.exporting.noneKept : t.exporting.all(allCount)}</p>
        ))}
      {isKnown && (
        <ul class="choices">
          {FORMATS.map(({ format, name, hint }) => (
            <li key={format} class="choice">
              <div>
                <h3>{name}</h3>
                <p class="muted">{hint}</p>
              </div>
              <ButtonLink
                href={api.exportPath(projectId, format, choice === 'keep' ? { review: 'keep' } : {})}
                icon="export"
                testId={`export-${format}`}
                download
              >
                {t.exporting.download(name)}
              </ButtonLink>
            </li>
          ))}
        </ul>
      )}
    </Sheet>
  );
}
