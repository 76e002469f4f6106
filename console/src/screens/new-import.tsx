import { useEffect, useMemo, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { JobOptions } from '../api/types.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Tabs } from '../components/tabs.tsx';
import { parseUrlList } from '../import-list/parse-urls.ts';
import { OptionsFields } from '../import-options/options-fields.tsx';
import { NO_OPTIONS, parseOptions } from '../import-options/parse-options.ts';
import { pathTo } from '../routing/match.ts';
import { navigate } from '../routing/navigation.ts';
import { dropDraft, openDraft, saveDraft } from '../state/import-draft.ts';
import { canEditProject, currentProject } from '../state/project.ts';
import { useAction } from '../state/use-action.ts';
import { useListFile } from '../state/use-list-file.ts';
import { useListImport } from '../state/use-list-import.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { ImportAddresses } from './import-addresses.tsx';
import { ImportPages, ImportSitemap, MAX_PAGES } from './import-from-site.tsx';
import { SendingList } from './sending-list.tsx';
import './screens.css';

type Way = 'addresses' | 'pages' | 'sitemap';

/** What Start does at present. */
interface Plan {
  label: string;
  canStart: boolean;
  start: (options: JobOptions) => void;
}

/** The form of a new import, for whoever may import. */
export function NewImportScreen({ projectId }: { projectId: string }) {
  useTitle(t.newImport.title);
  if (!currentProject.value?.project) return <Skeleton />;
  if (canEditProject.value) return <NewImportForm projectId={projectId} />;
  return (
    <div class="page">
      <h1>{t.newImport.title}</h1>
      <EmptyState text={t.newImport.notAllowed}>
        <ButtonLink href={pathTo.imports(projectId)}>{t.notFound.backToImports}</ButtonLink>
      </EmptyState>
    </div>
  );
}

/** Images come in from a list of addresses, from web pages or from a sitemap; the import starts at once. */
function NewImportForm({ projectId }: { projectId: string }) {
  const words = t.newImport;
  const [way, setWay] = useState<Way>('addresses');
  const [text, setText] = useState(() => openDraft(projectId));
  const [pagesText, setPagesText] = useState('');
  const [sitemap, setSitemap] = useState('');
  const [form, setForm] = useState(NO_OPTIONS);
  const list = useMemo(() => parseUrlList(text), [text]);
  const pages = useMemo(() => parseUrlList(pagesText), [pagesText]);
  const site = useMemo(() => parseUrlList(sitemap), [sitemap]);
  const file = useListFile();
  const starting = useAction();
  const openJob = (jobId: string) => {
    if (way === 'addresses') dropDraft(projectId);
    navigate(pathTo.import(projectId, jobId));
  };
  const sending = useListImport(projectId, openJob);
  const { options, errors } = parseOptions(form);

  useEffect(() => saveDraft(projectId, text), [text]);

  const createAndStart = (make: () => Promise<{ id: string }>) =>
    void starting.run(async () => {
      const { id } = await make();
      try {
        await api.startJob(id);
      } finally {
        // Created is created: the import's own screen offers to start it when this start failed.
        openJob(id);
      }
    });
  const source = file.file ? file.source : { total: list.urls.length, batches: () => [list.urls] };
  const plans: Record<Way, Plan> = {
    addresses: {
      label: words.start(source?.total ?? 0),
      canStart: source !== null && source.total > 0,
      start: (chosen) => source && sending.start(source, chosen),
    },
    pages: {
      label: words.startPages(pages.urls.length),
      canStart: pages.urls.length > 0 && pages.urls.length <= MAX_PAGES,
      start: (chosen) =>
        createAndStart(() => api.createJob(projectId, { kind: 'pages', pages: pages.urls, options: chosen })),
    },
    sitemap: {
      label: words.startSitemap,
      canStart: site.urls.length === 1 && site.badLines.length === 0,
      start: (chosen) =>
        createAndStart(() =>
          api.createJob(projectId, { kind: 'sitemap', sitemap: site.urls[0] ?? '', options: chosen }),
        ),
    },
  };
  const plan = plans[way];
  const problem = starting.problem ?? sending.problem;
  const canStart = plan.canStart && Object.keys(errors).length === 0;

  if (sending.phase !== 'idle' && sending.isLong) {
    return (
      <div class="page">
        <h1>{words.title}</h1>
        <SendingList sending={sending} />
      </div>
    );
  }
  return (
    <form
      class="page"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (canStart) plan.start(options);
      }}
    >
      <h1>{words.title}</h1>
      <Tabs
        label={words.ways}
        selected={way}
        onSelect={setWay}
        tabs={[
          {
            id: 'addresses',
            label: words.tabs.addresses,
            panel: () => <ImportAddresses text={text} onText={setText} list={list} file={file} />,
          },
          {
            id: 'pages',
            label: words.tabs.pages,
            panel: () => <ImportPages text={pagesText} onText={setPagesText} list={pages} />,
          },
          {
            id: 'sitemap',
            label: words.tabs.sitemap,
            panel: () => <ImportSitemap text={sitemap} onText={setSitemap} list={site} />,
          },
        ]}
      />
      <OptionsFields form={form} onForm={setForm} />
      {problem && <ErrorState problem={problem} />}
      <div>
        <Button
          type="submit"
          variant="primary"
          isDisabled={!canStart}
          isBusy={starting.isBusy || sending.phase === 'sending' || sending.phase === 'pausing'}
          testId="import-start"
        >
          {plan.label}
        </Button>
      </div>
    </form>
  );
}
