import { t } from '../strings.ts';
import './avatar-stack.css';

const SHOWN = 3;

/** Up to two capitals of a name. */
function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0] ?? '';
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return [first, last]
    .map((word) => Array.from(word)[0] ?? '')
    .join('')
    .toUpperCase();
}

interface AvatarStackProps {
  people: readonly { id: string; name: string }[];
}

/** Initials of a few people and how many more there are. */
export function AvatarStack({ people }: AvatarStackProps) {
  if (people.length === 0) return null;
  const hidden = people.length - SHOWN;
  return (
    <ul class="avatars" aria-label={t.team.label(people.length)}>
      {people.slice(0, SHOWN).map(({ id, name }) => (
        <li key={id} class="avatar" title={name}>
          <span aria-hidden="true">{initialsOf(name)}</span>
          <span class="visually-hidden">{name}</span>
        </li>
      ))}
      {hidden > 0 && (
        <li class="avatar" title={t.team.more(hidden)}>
          <span aria-hidden="true">+{hidden}</span>
          <span class="visually-hidden">{t.team.more(hidden)}</span>
        </li>
      )}
    </ul>
  );
}
