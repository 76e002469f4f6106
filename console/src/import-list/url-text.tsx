import { TextArea } from '../components/field.tsx';
import { BadLines } from './bad-lines.tsx';
import { ListCounts } from './list-counts.tsx';
import type { UrlList } from './parse-urls.ts';

interface UrlTextProps {
  label: string;
  hint: string;
  placeholder: string;
  rows: number;
  text: string;
  onText: (text: string) => void;
  list: UrlList;
  error?: string | null;
  onPaste?: (event: ClipboardEvent) => void;
  testId: string;
}

/** Addresses that are pasted or typed, one per line, checked meanwhile. */
export function UrlText(props: UrlTextProps) {
  const { text, onText, list, ...field } = props;
  return (
    <>
      <TextArea {...field} value={text} onValue={onText} />
      {text.trim() !== '' && (
        <ListCounts ready={list.urls.length} notUsable={list.badLines.length} repeated={list.duplicates} />
      )}
      <BadLines lines={list.badLines} />
    </>
  );
}
