import type { UrlList } from '../import-list/parse-urls.ts';
import { FileChooser, FileDrop } from '../import-list/file-drop.tsx';
import { FilePanel } from '../import-list/file-panel.tsx';
import { UrlText } from '../import-list/url-text.tsx';
import type { ListFile } from '../state/use-list-file.ts';
import { t } from '../strings.ts';
import { SampleAddresses } from './sample-addresses.tsx';

const ROWS = 12;
/** A longer text is checked in pieces, as a file is: checking it at every key would make typing slow. */
const LONG_TEXT = 500_000;

function appended(text: string, more: string): string {
  return text.trim() === '' ? more : `${text.trimEnd()}\n${more}`;
}

interface AddressesProps {
  text: string;
  onText: (text: string) => void;
  list: UrlList;
  file: ListFile;
}

/** A list of image addresses, typed, pasted or in a file. */
export function ImportAddresses({ text, onText, list, file }: AddressesProps) {
  const words = t.newImport;
  const takeText = (next: string) => {
    if (next.length > LONG_TEXT) file.choose(new File([next], words.pasted, { type: 'text/plain' }));
    else onText(next);
  };
  const takePaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData?.getData('text/plain') ?? '';
    if (text.length + pasted.length <= LONG_TEXT) return;
    // Browsers take seconds to put so much into a text box.
    event.preventDefault();
    takeText(appended(text, pasted));
  };
  if (file.file) {
    return (
      <FileDrop onFile={file.choose}>
        <FilePanel list={file} file={file.file} />
      </FileDrop>
    );
  }
  return (
    <FileDrop onFile={file.choose}>
      <div class="stack">
        <p class="muted">{words.intro.addresses}</p>
        <UrlText
          label={words.urls}
          hint={words.urlsHint}
          placeholder={words.placeholder}
          rows={ROWS}
          text={text}
          onText={takeText}
          list={list}
          onPaste={takePaste}
          testId="import-urls"
        />
        <div class="row-spread">
          <div class="row">
            <FileChooser onFile={file.choose} />
            <span class="muted">{words.dropHint}</span>
          </div>
          <SampleAddresses
            isWanted={text === ''}
            onUrls={(urls) => takeText(appended(text, urls.join('\n')))}
          />
        </div>
      </div>
    </FileDrop>
  );
}
