const KEY_PREFIX = 'darkroom-import-draft:';

/** The text to start the form with: what was typed before a reload. */
export function openDraft(projectId: string): string {
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
