import type { ProjectEventType, ProjectEvents, RoomEvent } from '../../../src/rooms/protocol.ts';
import { isReview } from '../api/types.ts';
import { isNumber, isRecord, isText, listOf, nullable, shape } from '../api/shape.ts';
import type { Guard } from '../api/shape.ts';

const isReviewedImage = shape({
  id: isText,
  review: isReview,
  label: nullable(isText),
  tags: listOf(isText),
  revision: isNumber,
});
const hasIds = shape({ ids: listOf(isText) });
const isAnything = (value: unknown): value is Record<string, never> => isRecord(value);

const GUARDS: { [Type in ProjectEventType]: Guard<ProjectEvents[Type]> } = {
  'images.reviewed': shape({ reviewId: isText, count: isNumber, images: nullable(listOf(isReviewedImage)) }),
  'images.deleted': hasIds,
  'images.restored': hasIds,
  'project.changed': isAnything,
  'members.changed': isAnything,
};

/** Who did it (null: no person), and when, in ms since 1970 by the room's clock. */
export type EventFacts = Pick<RoomEvent, 'user' | 'ts'>;

type Listener = (data: unknown, facts: EventFacts) => void;

interface EventHub {
  /** Calls `listener` with each event of a type; returns what ends it. */
  on: <Type extends ProjectEventType>(
    type: Type,
    listener: (data: ProjectEvents[Type], facts: EventFacts) => void,
  ) => () => void;
  tell: (type: string, data: unknown, facts: EventFacts) => void;
}

/** Hands events to who wants them; what is not of the agreed shape goes to `onUnreadable` instead. */
export function createEventHub(report: (error: unknown) => void, onUnreadable: () => void): EventHub {
  const byType = new Map<string, Set<Listener>>();
  return {
    on: (type, listener) => {
      const guard: Guard<Parameters<typeof listener>[0]> = GUARDS[type];
      const checked: Listener = (data, facts) => (guard(data) ? listener(data, facts) : onUnreadable());
      const listeners = byType.get(type) ?? new Set();
      byType.set(type, listeners.add(checked));
      return () => listeners.delete(checked);
    },
    tell: (type, data, facts) => callAll(byType.get(type) ?? [], (listener) => listener(data, facts), report),
  };
}

/** Calls each; one that throws is reported and keeps no other from its call. */
export function callAll<T>(
  listeners: Iterable<T>,
  call: (listener: T) => void,
  report: (error: unknown) => void,
): void {
  // A copy: a listener may end itself or start another.
  for (const listener of [...listeners]) {
    try {
      call(listener);
    } catch (error) {
      report(error);
    }
  }
}
