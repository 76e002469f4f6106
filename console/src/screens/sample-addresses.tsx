import { useEffect } from 'preact/hooks';
import { fetchSampleUrls } from '../api/endpoints.ts';
import { Button } from '../components/button.tsx';
import { place } from '../routing/navigation.ts';
import { config, loadConfig } from '../state/config.ts';
import { showToast } from '../state/toasts.ts';
import { useAction } from '../state/use-action.ts';
import { t } from '../strings.ts';

interface SampleAddressesProps {
  /** After a reload the list is there already and is not asked for again. */
  isWanted: boolean;
  onUrls: (urls: string[]) => void;
}

/** Fills in the addresses of the sample site, at once when the page's own address asks for it. */
export function SampleAddresses({ isWanted, onUrls }: SampleAddressesProps) {
  const sampling = useAction();
  const siteUrl = config.value?.sampleSiteUrl ?? null;
  const isAsked = new URLSearchParams(place.value.search).has('sample');
  const fill = () =>
    void sampling.run(async () => {
      if (siteUrl === null) return;
      const urls = await fetchSampleUrls(siteUrl);
      onUrls(urls);
      showToast(t.newImport.sampleFilled(urls.length));
    });

  useEffect(() => void loadConfig(), []);
  useEffect(() => {
    if (isAsked && isWanted && siteUrl !== null) fill();
  }, [isAsked, siteUrl]);

  if (siteUrl === null) return null;
  return (
    <>
      <Button onClick={fill} isBusy={sampling.isBusy} testId="import-sample">
        {t.newImport.sample}
      </Button>
      {sampling.problem && (
        <div class="error-state" role="alert">
          <h3>{t.newImport.sampleFailedTitle}</h3>
          <p>{t.newImport.sampleFailedWhy}</p>
          <p>{t.newImport.sampleFailedWhat}</p>
          <div>
            <Button onClick={fill}>{t.retry}</Button>
          </div>
        </div>
      )}
    </>
  );
}
