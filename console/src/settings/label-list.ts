export const MAX_LABELS = 50;
export const MAX_LABEL_LENGTH = 40;
/** How many labels have a digit. */
export const DIGITS = 9;

export type LabelFault = 'empty' | 'tooLong' | 'known' | 'full';

/** Why a text cannot become another label, or null. Labels that differ in case only would be taken for one. */
export function labelFault(labels: readonly string[], text: string): LabelFault | null {
  const label = text.trim();
  if (label === '') return 'empty';
  if (label.length > MAX_LABEL_LENGTH) return 'tooLong';
  if (labels.some((known) => known.toLowerCase() === label.toLowerCase())) return 'known';
  return labels.length >= MAX_LABELS ? 'full' : null;
}

/** The labels with the one at `index` moved by `step` places, as far as there are any. */
export function moveLabel(labels: readonly string[], index: number, step: 1 | -1): string[] {
  const target = index + step;
  const moved = labels[index];
  if (moved === undefined || target < 0 || target >= labels.length) return [...labels];
  return labels.toSpliced(index, 1).toSpliced(target, 0, moved);
}
