/** Addresses on their way to the import form, such as the failed ones of an earlier import. */
let waiting: { projectId: string; urls: readonly string[] } | null = null;

const KEY_PREFIX = 'darkroom-import-draft:';

/** Leaves addresses for the next import form of this project. */
export function leaveForImport(projectId: string, urls: readonly string[]): void {
  waiting = { projectId, urls };
}

/** The text to start the form with: the addresses left for it, else what was typed before a reload. */
export function openDraft(projectId: string): string {
  const urls = waiting?.projectId === projectId ? waiting.urls : [];
  waiting = null;
  if (urls.length > 0) return urls.join('\n');
  try {
    return sessionStorage.getItem(KEY_PREFIX + projectId) ?? '';
  } catch {
    return '';
  }
}

/** Keeps the text of the form in this tab. */
export function saveDraft(projectId: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(KEY_PREFIX + projectId);
    else sessionStorage.setItem(KEY_PREFIX + projectId, text);
  } catch {
    // Storage may be forbidden or full; the text then lasts until the page is left.
  }
}

/** Forgets the text once its import exists. */
export function dropDraft(projectId: string): void {
  saveDraft(projectId, '');
}

/** Forgets every text: the next person at this tab must not read it. */
export function dropAllDrafts(): void {
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(KEY_PREFIX)) sessionStorage.removeItem(key);
    }
  } catch {
    // Where storage is forbidden nothing was kept.
  }
}
