import type { RoomMember } from '../../../src/rooms/protocol.ts';
import { Avatar } from '../components/avatar-stack.tsx';
import { Button } from '../components/button.tsx';
import { Sheet } from '../components/sheet.tsx';
import { nameOfSource } from '../components/tile.tsx';
import { pathTo } from '../routing/match.ts';
import { galleryOf } from '../state/gallery-store.ts';
import { currentProject } from '../state/project.ts';
import { t } from '../strings.ts';
import { imageOf } from './image-of.ts';
import { liveRoom } from './live-room.ts';
import { colourOf } from './people.ts';
import { stopFollowing } from './use-follow.ts';
import './team.css';

interface Person {
  id: string;
  name: string;
  role: string;
  /** As they are in the room; null while they are away, or it is not known. */
  here: RoomMember | null;
}

/** Everybody of the project, those who are here first. */
function listPeople(): Person[] {
  const here = new Map(liveRoom.members.value.map((member) => [member.user, member]));
  const team = (currentProject.value?.members ?? []).map(({ userId, name, role }) => ({
    id: userId,
    name,
    role,
    here: here.get(userId) ?? null,
  }));
  const known = new Set(team.map(({ id }) => id));
  // Somebody who joined a moment ago is in the room before the list is read again.
  const newcomers = [...here.values()].filter(({ user }) => !known.has(user));
  const people = [...team, ...newcomers.map((member) => ({ id: member.user, ...member, here: member }))];
  return people.sort((a, b) => Number(b.here !== null) - Number(a.here !== null));
}

function Where({ projectId, member }: { projectId: string; member: RoomMember | null }) {
  // Who is welcomed is there, so nobody at all means that nobody is known.
  if (liveRoom.members.value.length === 0) return null;
  if (!member) return <span class="muted">{t.team.away}</span>;
  const { place } = member.data;
  const imageId = imageOf(member.data);
  if (imageId) {
    const image = galleryOf(projectId).images.value.find(({ id }) => id === imageId);
    return (
      <span class="muted">
        {t.team.lookingAt}{' '}
        <a href={pathTo.image(projectId, imageId)}>
          {image ? nameOfSource(image.source.url) : t.team.anImage}
        </a>
      </span>
    );
  }
  const places: Readonly<Record<string, string>> = t.team.places;
  const isKnown = place !== undefined && Object.hasOwn(places, place);
  return <span class="muted">{isKnown ? places[place] : t.team.present}</span>;
}

function PersonRow({
  projectId,
  person,
  onClose,
}: {
  projectId: string;
  person: Person;
  onClose: () => void;
}) {
  const { id, name, role, here } = person;
  const isSelf = id === liveRoom.selfId.value;
  const isFollowed = liveRoom.followed.value === id;
  const roles: Readonly<Record<string, string>> = t.projects.role;
  return (
    <li class="person" data-testid="team-person">
      <Avatar name={name} isHere={here !== null} colour={here && !isSelf ? colourOf(id) : null} />
      <div class="person-main">
        <span class="person-name">
          {isSelf ? t.team.you(name) : name} <span class="muted small">{roles[role] ?? role}</span>
        </span>
        <Where projectId={projectId} member={here} />
      </div>
      {here && !isSelf && (
        <Button
          testId="team-follow"
          onClick={() => {
            if (isFollowed) {
              stopFollowing();
              return;
            }
            liveRoom.followed.value = id;
            onClose();
          }}
        >
          {isFollowed ? t.team.unfollow : t.team.follow}
          <span class="visually-hidden"> {name}</span>
        </Button>
      )}
    </li>
  );
}

/** The people of a project: who is here, what they look at, and a way to go along with them. */
export function TeamPanel({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  return (
    <Sheet title={t.team.title} onClose={onClose} testId="team-panel">
      {liveRoom.isAway.value && <p class="muted">{t.team.unknown}</p>}
      <ul class="people">
        {listPeople().map((person) => (
          <PersonRow key={person.id} projectId={projectId} person={person} onClose={onClose} />
        ))}
      </ul>
    </Sheet>
  );
}
