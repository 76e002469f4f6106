import { useEffect } from 'preact/hooks';
import type { PresenceData } from '../../../src/rooms/protocol.ts';
import type { Route } from '../routing/match.ts';
import { route } from '../routing/navigation.ts';
import { applyRemote } from '../review/review-store.ts';
import { dropImages, rereadImages } from '../state/gallery-store.ts';
import { currentProject, openProject, refreshProject } from '../state/project.ts';
import { conflate } from './conflate.ts';
import { liveRoom } from './live-room.ts';
import { windowClock } from './timers.ts';

/** A change of many images comes as many events. */
const REFRESH_EVERY_MS = 1_000;
/** What the room takes; only a mistyped address is longer. */
const MAX_ID_LENGTH = 60;

/** What the address says about its reader. */
export function presenceAt(current: Route): PresenceData {
  const imageId =
    current.name === 'image' && current.imageId.length <= MAX_ID_LENGTH ? current.imageId : null;
  return { place: current.name, imageId };
}

function personOf(user: string | null): { id: string; name: string } | null {
  const name = currentProject.value?.members.find(({ userId }) => userId === user)?.name;
  return user !== null && name !== undefined ? { id: user, name } : null;
}

/** Keeps the facts and the lists of the open project as the room tells them. */
function followProject(projectId: string): () => void {
  const facts = conflate<void>(() => void refreshProject(projectId), {
    everyMs: REFRESH_EVERY_MS,
    clock: windowClock,
  });
  const refresh = () => facts.push();
  // The lists show their own errors when they are next read.
  const lists = conflate<void>(() => void rereadImages(projectId).catch(() => undefined), {
    everyMs: REFRESH_EVERY_MS,
    clock: windowClock,
  });
  const ends = [
    liveRoom.onRoomEvent('project.changed', refresh),
    liveRoom.onRoomEvent('members.changed', () => void openProject(projectId)),
    liveRoom.onRoomEvent('images.restored', refresh),
    liveRoom.onRoomEvent('images.deleted', ({ ids }) => {
      dropImages(projectId, ids);
      refresh();
    }),
    liveRoom.onResync(() => {
      void openProject(projectId);
      lists.push();
    }),
    liveRoom.onRoomEvent('images.reviewed', ({ images }, { user, ts }) => {
      if (images === null) return lists.push();
      const by = personOf(user);
      applyRemote(
        projectId,
        images.map((image) => ({ ...image, reviewedBy: by, reviewedAt: new Date(ts).toISOString() })),
      );
    }),
    facts.stop,
    lists.stop,
  ];
  return () => {
    for (const end of ends) end();
  };
}

/**
 * A look at the tab or a network that is back is a good moment to try, or to see whether the connection holds. That
 * the network is gone is told at once.
 */
function watchNetwork(): () => void {
  const nudge = () => {
    if (!document.hidden) liveRoom.nudge();
  };
  const places = [
    [window, 'online'],
    [window, 'focus'],
    [document, 'visibilitychange'],
  ] as const;
  for (const [place, name] of places) place.addEventListener(name, nudge);
  window.addEventListener('offline', liveRoom.cut);
  return () => {
    window.removeEventListener('offline', liveRoom.cut);
    for (const [place, name] of places) place.removeEventListener(name, nudge);
  };
}

/** Is in the room of the open project for as long as it is open, and says there what one looks at. */
export function useRoom(projectId: string | null): void {
  useEffect(() => {
    if (projectId === null) return;
    // Before the room is entered, whose first word asks for what it was not there to tell.
    const end = followProject(projectId);
    liveRoom.open(projectId);
    return () => {
      end();
      liveRoom.close();
    };
  }, [projectId]);

  useEffect(watchNetwork, []);

  const current = route.value;
  useEffect(() => {
    if (projectId !== null) liveRoom.setPresence(presenceAt(current));
  }, [projectId, current]);
}
