import { t } from '../strings.ts';
import './avatar-stack.css';

const SHOWN = 3;

/** Up to two capitals of a name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0] ?? '';
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return [first, last]
    .map((word) => Array.from(word)[0] ?? '')
    .join('')
    .toUpperCase();
}

interface AvatarProps {
  name: string;
  /** The number of the person's colour, or null for none. */
  colour?: number | null;
  /** Shows the live dot. */
  isHere?: boolean;
}

/** Initials alone, for a place that gives the name in words; drawn by the style, so that they are no part of it. */
export function Avatar({ name, colour = null, isHere = false }: AvatarProps) {
  return (
    <span
      class={colour === null ? 'avatar' : 'avatar avatar-person'}
      style={colour === null ? undefined : { '--person': `var(--person-${colour})` }}
      title={name}
      data-initials={initialsOf(name)}
      aria-hidden="true"
    >
      {isHere && <span class="avatar-dot" />}
    </span>
  );
}

interface AvatarStackProps {
  people: readonly { id: string; name: string; colour?: number | null; isHere?: boolean }[];
  /** What it says to who does not see it. */
  label: string;
}

/** Initials of a few people and how many more there are; only then they overlap. */
export function AvatarStack({ people, label }: AvatarStackProps) {
  if (people.length === 0) return null;
  const hidden = people.length - SHOWN;
  return (
    <span class={hidden > 0 ? 'avatars avatars-many' : 'avatars'} role="img" aria-label={label}>
      {people.slice(0, SHOWN).map(({ id, ...person }) => (
        <Avatar key={id} {...person} />
      ))}
      {hidden > 0 && (
        <span class="avatar" title={t.team.more(hidden)} data-initials={`+${hidden}`} aria-hidden="true" />
      )}
    </span>
  );
}
