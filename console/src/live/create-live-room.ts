import { batch, computed, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import type {
  LatestValue,
  PresenceData,
  ProjectEventType,
  ProjectEvents,
  RoomMember,
} from '../../../src/rooms/protocol.ts';
import { isProgress } from '../api/types.ts';
import type { Progress } from '../api/types.ts';
import type { StopReason } from './after-close.ts';
import { conflate } from './conflate.ts';
import { DELAYS } from './delays.ts';
import { callAll, createEventHub } from './room-events.ts';
import type { EventFacts } from './room-events.ts';
import type { RoomClient, RoomListeners, RoomState } from './room-types.ts';
import { NOBODY, applyRoster } from './roster.ts';
import { namedTimers } from './timers.ts';
import type { Clock } from './timers.ts';

/** A cut that mends itself sooner is not worth a word. */
export const AWAY_MS = 2_000;
const PRESENCE_EVERY_MS = 200;

export type RoomStatus = 'off' | 'connecting' | 'live' | 'waiting' | 'stopped';

export interface LiveRoomParts extends Clock {
  /** Loads the connection's code. */
  load: () => Promise<(projectId: string, listeners: RoomListeners) => RoomClient>;
  now: () => number;
  report: (error: unknown) => void;
}

/** The room of the project that is open. */
export interface LiveRoom {
  status: ReadonlySignal<RoomStatus>;
  /** Ms since 1970; null unless waiting. */
  nextTryAt: ReadonlySignal<number | null>;
  stopReason: ReadonlySignal<StopReason | null>;
  /** Whether the connection has been missing for so long that the reader is told. */
  isAway: ReadonlySignal<boolean>;
  /** Who is there, oneself included; nobody is known while the room is away. */
  members: ReadonlySignal<readonly RoomMember[]>;
  /** One's own user id, once welcomed. */
  selfId: ReadonlySignal<string | null>;
  /** The user whose image is followed. */
  followed: Signal<string | null>;
  /** Of the imports that the room has told of, by their ids. */
  progress: ReadonlySignal<ReadonlyMap<string, Progress>>;
  progressOf: (jobId: string) => ReadonlySignal<Progress | null>;
  onRoomEvent: <Type extends ProjectEventType>(
    type: Type,
    listener: (data: ProjectEvents[Type], facts: EventFacts) => void,
  ) => () => void;
  /** Calls when what was read before may be out of date and no event will say so. */
  onResync: (listener: () => void) => () => void;
  setPresence: (data: PresenceData) => void;
  tryNow: () => void;
  nudge: () => void;
  /** The browser has lost the network: one is away at once. */
  cut: () => void;
  open: (projectId: string) => void;
  close: () => void;
}

function statusOf(state: RoomState): RoomStatus {
  switch (state.name) {
    case 'ticketing':
    case 'connecting':
    case 'greeting':
      return 'connecting';
    case 'closed':
      return 'off';
    default:
      return state.name;
  }
}

function withLatest(known: ReadonlyMap<string, Progress>, values: readonly LatestValue[]) {
  const found = values.flatMap(({ data }) => (isProgress(data) ? [[data.jobId, data] as const] : []));
  return new Map([...known, ...found]);
}

/** A store of one room at a time. */
export function createLiveRoom(parts: LiveRoomParts): LiveRoom {
  const state = signal<RoomState>({ name: 'closed' });
  const roster = signal(NOBODY);
  const selfId = signal<string | null>(null);
  const followed = signal<string | null>(null);
  const isAway = signal(false);
  const progress = signal<ReadonlyMap<string, Progress>>(new Map());
  const timers = namedTimers<'away' | 'load'>(parts);
  const resyncListeners = new Set<() => void>();
  let client: RoomClient | null = null;
  let projectId: string | null = null;
  /** Names the opening: what an earlier one still has to say is not heard. */
  let opening = 0;
  let isResyncDue = false;
  let presence: PresenceData | null = null;

  const resync = () => callAll(resyncListeners, (listener) => listener(), parts.report);
  const events = createEventHub(parts.report, resync);
  const presenceSender = conflate<PresenceData>((data) => client?.setPresence(data), {
    everyMs: PRESENCE_EVERY_MS,
    clock: parts,
  });

  const setAway = () =>
    batch(() => {
      isAway.value = true;
      roster.value = NOBODY;
      followed.value = null;
    });

  function takeState(next: RoomState): void {
    state.value = next;
    if (next.name === 'live') {
      timers.clear('away');
      isAway.value = false;
      if (isResyncDue) resync();
      isResyncDue = false;
    } else if (next.name === 'stopped') {
      timers.clear('away');
      setAway();
      // The pages ask again and say themselves what they may no longer show.
      resync();
    } else if (!isAway.value && !timers.has('away')) timers.set('away', AWAY_MS, setAway);
  }

  const dropLeaver = () => {
    const isHere = roster.value.members.some(({ user }) => user === followed.value);
    if (!isHere) followed.value = null;
  };

  const listeners: RoomListeners = {
    onState: takeState,
    onWelcome: (welcome, isResumed) =>
      batch(() => {
        isResyncDue = !isResumed || isAway.value;
        selfId.value = welcome.user;
        roster.value = { version: welcome.presenceVersion, members: welcome.members };
        progress.value = withLatest(new Map(), welcome.latest);
        dropLeaver();
      }),
    onEvent: ({ type, data, user, ts }) => events.tell(type, data, { user, ts }),
    onFrame: (frame) =>
      batch(() => {
        if (frame.k === 'latest') progress.value = withLatest(progress.value, frame.values);
        if (frame.k !== 'presence' && frame.k !== 'members') return;
        roster.value = applyRoster(roster.value, frame);
        dropLeaver();
      }),
  };

  /** What is said after another opening is not heard. */
  const heardWhile = (mine: number): RoomListeners => {
    const isMine = () => mine === opening;
    return {
      onState: (next) => isMine() && listeners.onState(next),
      onWelcome: (welcome, isResumed) => isMine() && listeners.onWelcome(welcome, isResumed),
      onEvent: (event) => isMine() && listeners.onEvent(event),
      onFrame: (frame) => isMine() && listeners.onFrame(frame),
    };
  };

  async function load(id: string): Promise<void> {
    opening += 1;
    const mine = opening;
    timers.clear('load');
    takeState({ name: 'connecting' });
    try {
      const connect = await parts.load();
      if (mine !== opening) return;
      client = connect(id, heardWhile(mine));
      if (presence) client.setPresence(presence);
    } catch (error) {
      if (mine !== opening) return;
      parts.report(error);
      timers.set('load', DELAYS.maxRetry, () => void load(id));
      takeState({ name: 'waiting', nextTryAt: parts.now() + DELAYS.maxRetry, isFirm: false });
    }
  }

  function close(): void {
    opening += 1;
    projectId = null;
    client?.close();
    client = null;
    presence = null;
    presenceSender.stop();
    timers.clearAll();
    batch(() => {
      state.value = { name: 'closed' };
      roster.value = NOBODY;
      selfId.value = null;
      followed.value = null;
      isAway.value = false;
      progress.value = new Map();
    });
  }

  return {
    status: computed(() => statusOf(state.value)),
    nextTryAt: computed(() => (state.value.name === 'waiting' ? state.value.nextTryAt : null)),
    stopReason: computed(() => (state.value.name === 'stopped' ? state.value.reason : null)),
    isAway,
    members: computed(() => roster.value.members),
    selfId,
    followed,
    progress,
    progressOf: (jobId) => computed(() => progress.value.get(jobId) ?? null),
    onRoomEvent: events.on,
    onResync: (listener) => {
      resyncListeners.add(listener);
      return () => resyncListeners.delete(listener);
    },
    setPresence: (data) => {
      if (data.place === presence?.place && data.imageId === presence?.imageId) return;
      presence = data;
      presenceSender.push(data);
    },
    tryNow: () => {
      if (client) client.tryNow();
      else if (projectId !== null && timers.has('load')) void load(projectId);
    },
    nudge: () => {
      if (client) client.nudge();
      else if (projectId !== null && timers.has('load')) void load(projectId);
    },
    cut: () => {
      if (projectId === null) return;
      client?.cut();
      timers.clear('away');
      setAway();
    },
    open: (id) => {
      if (id === projectId) return;
      close();
      projectId = id;
      void load(id);
    },
    close,
  };
}
