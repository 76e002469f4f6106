import { computed } from '@preact/signals';
import type { RoomMember } from '../../../src/rooms/protocol.ts';
import { currentProject } from '../state/project.ts';
import { assignColours } from './assign-colours.ts';
import { liveRoom } from './live-room.ts';

const colours = computed(() =>
  assignColours([
    ...(currentProject.value?.members ?? []).map(({ userId }) => userId),
    ...liveRoom.members.value.map(({ user }) => user),
  ]),
);

/** The number of a person's colour: `--person-N`. */
export function colourOf(userId: string): number {
  return colours.value.get(userId) ?? 1;
}

/** Who is there besides oneself. */
export const othersHere = computed(() =>
  liveRoom.members.value.filter(({ user }) => user !== liveRoom.selfId.value),
);

/** The person whose image is followed, or null. */
export const followedMember = computed(
  () => othersHere.value.find(({ user }) => user === liveRoom.followed.value) ?? null,
);

const watchersOf = computed(() => {
  const found = new Map<string, RoomMember[]>();
  for (const member of othersHere.value) {
    const { imageId } = member.data;
    if (imageId) found.set(imageId, [...(found.get(imageId) ?? []), member]);
  }
  return found;
});

/** Marks an image that teammates look at. */
export interface Ring {
  colour: number;
  /** Of the one whose colour it is. */
  name: string;
  names: string[];
}

/** The ring of an image, or undefined while nobody else looks at it. */
export function ringOf(imageId: string): Ring | undefined {
  const watchers = watchersOf.value.get(imageId);
  const first = watchers?.[0];
  if (!watchers || !first) return undefined;
  return { colour: colourOf(first.user), name: first.name, names: watchers.map(({ name }) => name) };
}
