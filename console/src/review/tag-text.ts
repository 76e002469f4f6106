/** As many tags as an image may have, and as many characters as one may have. */
export const MAX_TAGS = 20;
export const MAX_TAG_LENGTH = 40;

/** The tags in what was typed or pasted: lower case, without blanks around, none twice. */
export function readTags(text: string): string[] {
  const tags = text.split(/[,\n]/).map((tag) => tag.trim().toLowerCase().slice(0, MAX_TAG_LENGTH).trim());
  return [...new Set(tags.filter((tag) => tag !== ''))];
}

/** Tags of the project that begin with what is typed, then those that hold it; not those that are there. */
export function suggestTags(typed: string, known: readonly string[], own: readonly string[]): string[] {
  const query = typed.trim().toLowerCase();
  const open = known.filter((tag) => !own.includes(tag));
  if (query === '') return open.slice(0, 8);
  const starts = open.filter((tag) => tag.startsWith(query));
  const holds = open.filter((tag) => tag.includes(query) && !tag.startsWith(query));
  return [...starts, ...holds].filter((tag) => tag !== query).slice(0, 8);
}
