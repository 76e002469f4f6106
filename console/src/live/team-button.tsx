import { AvatarStack } from '../components/avatar-stack.tsx';
import { overlay } from '../layout/overlays.ts';
import { currentProject } from '../state/project.ts';
import { t } from '../strings.ts';
import { liveRoom } from './live-room.ts';
import { colourOf, othersHere } from './people.ts';
import './team.css';

/** Who is here, others first; while the room is away, who belongs to the project. */
function peopleNow() {
  const all = liveRoom.members.value;
  if (all.length === 0) {
    const team = currentProject.value?.members ?? [];
    return {
      people: team.map(({ userId, name }) => ({ id: userId, name })),
      label: t.team.label(team.length),
    };
  }
  const others = othersHere.value.map(({ user, name }) => ({
    id: user,
    name,
    colour: colourOf(user),
    isHere: true,
  }));
  const self = all.filter(({ user }) => user === liveRoom.selfId.value);
  const people = [...others, ...self.map(({ user, name }) => ({ id: user, name, isHere: true }))];
  return { people, label: t.team.here(people.length) };
}

/** The people of the project; opens the Team panel. */
export function TeamButton() {
  const { people, label } = peopleNow();
  if (people.length === 0) return null;
  return (
    <button
      type="button"
      class="button button-quiet team-open"
      aria-label={label}
      aria-haspopup="dialog"
      data-testid="team-open"
      onClick={() => (overlay.value = 'team')}
    >
      <AvatarStack people={people} label={label} />
    </button>
  );
}
