import { useEffect, useRef } from 'preact/hooks';
import { pathTo, projectIdOf } from '../routing/match.ts';
import { navigate, place, route } from '../routing/navigation.ts';
import { imageOf } from './image-of.ts';
import { liveRoom } from './live-room.ts';
import { followedMember } from './people.ts';

/** Ends following. */
export function stopFollowing(): void {
  liveRoom.followed.value = null;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || liveRoom.followed.value === null) return;
  // What lies over the page closes first.
  if (document.querySelector('dialog[open], [role=menu]') !== null) return;
  event.preventDefault();
  event.stopPropagation();
  stopFollowing();
}

/** Goes along with the image of the person who is followed; who goes elsewhere by oneself follows no longer. */
export function useFollow(): void {
  const member = followedMember.value;
  const userId = member?.user ?? null;
  const imageId = member && imageOf(member.data);
  const { visit } = place.value;
  const before = useRef({ userId, imageId, visit });

  useEffect(() => {
    const old = before.current;
    before.current = { userId, imageId, visit };
    const here = route.value;
    const projectId = projectIdOf(here);
    if (imageId === null || projectId === null) return;
    if (here.name === 'image' && here.imageId === imageId) return;
    if (old.userId !== userId || old.imageId !== imageId) {
      navigate(pathTo.image(projectId, imageId), { replace: here.name === 'image' });
    } else if (old.visit !== visit) stopFollowing();
  }, [userId, imageId, visit]);

  useEffect(() => {
    // Before the screens, for which Escape means something else.
    document.addEventListener('keydown', onKeyDown, { capture: true });
    return () => document.removeEventListener('keydown', onKeyDown, { capture: true });
  }, []);
}
