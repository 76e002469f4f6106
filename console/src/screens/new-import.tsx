import { useEffect, useMemo, useState } from 'preact/hooks';
import { api, fetchSampleUrls } from '../api/endpoints.ts';
import { Button } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { TextArea, TextField } from '../components/field.tsx';
import { formatCount } from '../format.ts';
import { BadLines } from '../import-list/bad-lines.tsx';
import { FileChooser, FileDrop } from '../import-list/file-drop.tsx';
import { MAX_EDGE_PX, parseMinSize } from '../import-list/min-size.ts';
import { MAX_IMPORT_URLS, parseUrlList } from '../import-list/parse-urls.ts';
import { pathTo } from '../routing/match.ts';
import { navigate, place } from '../routing/navigation.ts';
import { config, loadConfig } from '../state/config.ts';
import { dropDraft, openDraft, saveDraft } from '../state/import-draft.ts';
import { showToast } from '../state/toasts.ts';
import { useAction } from '../state/use-action.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import './screens.css';

const ROWS = 12;

function appended(text: string, more: string): string {
  return text.trim() === '' ? more : `${text.trimEnd()}\n${more}`;
}

/** Explains a sample site that does not answer, with a way to try again. */
function SampleProblem({ onRetry }: { onRetry: () => void }) {
  return (
    <div class="error-state" role="alert">
      <h3>{t.newImport.sampleFailedTitle}</h3>
      <p>{t.newImport.sampleFailedWhy}</p>
      <p>{t.newImport.sampleFailedWhat}</p>
      <div>
        <Button onClick={onRetry}>{t.retry}</Button>
      </div>
    </div>
  );
}

/** A list of addresses, checked while it is typed, becomes an import that starts at once. */
export function NewImportScreen({ projectId }: { projectId: string }) {
  useTitle(t.newImport.title);
  const [text, setText] = useState(() => openDraft(projectId));
  const [minWidth, setMinWidth] = useState('');
  const [minHeight, setMinHeight] = useState('');
  const list = useMemo(() => parseUrlList(text), [text]);
  const starting = useAction();
  const sampling = useAction();
  const sampleSiteUrl = config.value?.sampleSiteUrl ?? null;
  const wantsSample = new URLSearchParams(place.value.search).has('sample');

  const width = parseMinSize(minWidth);
  const height = parseMinSize(minHeight);
  const isTooLong = list.urls.length > MAX_IMPORT_URLS;
  const canStart = list.urls.length > 0 && !isTooLong && width !== null && height !== null;

  const fillSample = () =>
    sampling.run(async () => {
      if (sampleSiteUrl === null) return;
      const urls = await fetchSampleUrls(sampleSiteUrl);
      setText((old) => appended(old, urls.join('\n')));
      showToast(t.newImport.sampleFilled(urls.length));
    });

  useEffect(() => void loadConfig(), []);
  useEffect(() => saveDraft(projectId, text), [text]);
  useEffect(() => {
    // After a reload the list is there already.
    if (wantsSample && sampleSiteUrl !== null && text === '') void fillSample();
  }, [wantsSample, sampleSiteUrl]);

  const submit = (event: Event) => {
    event.preventDefault();
    if (!canStart) return;
    void starting.run(async () => {
      const job = await api.createJob(projectId, {
        urls: list.urls,
        ...(width === undefined ? {} : { minWidth: width }),
        ...(height === undefined ? {} : { minHeight: height }),
      });
      dropDraft(projectId);
      try {
        await api.startJob(job.id);
      } finally {
        // Created is created: the import's own screen offers to start it when this start failed.
        navigate(pathTo.import(projectId, job.id));
      }
    });
  };
  const sizeError = (value: number | undefined | null) =>
    value === null ? t.newImport.badSize(MAX_EDGE_PX) : null;

  return (
    <form class="page" onSubmit={submit} noValidate>
      <div class="page-head">
        <div>
          <h1>{t.newImport.title}</h1>
          <p class="muted">{t.newImport.intro}</p>
        </div>
        {sampleSiteUrl !== null && (
          <Button onClick={() => void fillSample()} isBusy={sampling.isBusy} testId="import-sample">
            {t.newImport.sample}
          </Button>
        )}
      </div>
      {sampling.problem && <SampleProblem onRetry={() => void fillSample()} />}
      <FileDrop onText={(more) => setText(appended(text, more))}>
        <TextArea
          label={t.newImport.urls}
          hint={t.newImport.urlsHint}
          rows={ROWS}
          placeholder={t.newImport.placeholder}
          value={text}
          onValue={setText}
          error={isTooLong ? t.newImport.tooMany(MAX_IMPORT_URLS) : null}
          testId="import-urls"
        />
      </FileDrop>
      <div class="row-spread">
        <div class="counts" role="status" data-testid="import-counts">
          <Chip tone="keep" icon="check">
            {formatCount(list.urls.length)} {t.newImport.valid}
          </Chip>
          <Chip tone="warning" icon="warning">
            {formatCount(list.badLines.length)} {t.newImport.invalid}
          </Chip>
          <Chip tone="info" icon="twice">
            {formatCount(list.duplicates)} {t.newImport.duplicates}
          </Chip>
        </div>
        <div class="row">
          <FileChooser onText={(more) => setText(appended(text, more))} />
          <span class="muted">{t.newImport.dropHint}</span>
        </div>
      </div>
      <BadLines lines={list.badLines} />
      <fieldset class="fieldset">
        <legend>{t.newImport.limits}</legend>
        <div class="size-fields">
          <TextField
            label={t.newImport.minWidth}
            inputMode="numeric"
            value={minWidth}
            onValue={setMinWidth}
            error={sizeError(width)}
          />
          <TextField
            label={t.newImport.minHeight}
            inputMode="numeric"
            value={minHeight}
            onValue={setMinHeight}
            error={sizeError(height)}
          />
        </div>
        <p class="field-hint">{t.newImport.sizeHint}</p>
      </fieldset>
      {starting.problem && <ErrorState problem={starting.problem} />}
      <div>
        <Button
          type="submit"
          variant="primary"
          isDisabled={!canStart}
          isBusy={starting.isBusy}
          testId="import-start"
        >
          {t.newImport.start(list.urls.length)}
        </Button>
      </div>
    </form>
  );
}
