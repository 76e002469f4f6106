import type {
  Bar,
  Leaving,
  NewEvent,
  RoomStorage,
  StoredDrain,
  StoredLatest,
  ToldCount,
} from '../../../durable-objects/room/room-storage.ts';

/** Keeps a room in memory; a second room over the same storage is what an evicted object finds. */
export function createMemoryRoomStorage(): RoomStorage {
  let events: NewEvent[] = [];
  const seqs = new Map<string, number>();
  const nameOf = (user: string | null, id: string) => JSON.stringify([user, id]);
  const latest = new Map<string, StoredLatest>();
  const leaving = new Map<string, Leaving>();
  const bars = new Map<string, Bar>();
  let presenceVersion = 0;
  let toldCount: ToldCount = { sockets: 0, at: 0 };
  let drain: StoredDrain | null = null;
  return {
    epoch: crypto.randomUUID(),
    get presenceVersion() {
      return presenceVersion;
    },
    savePresenceVersion: (version) => void (presenceVersion = version),

    bounds: () => ({ head: events.at(-1)?.seq ?? 0, floor: events[0]?.seq ?? 1 }),
    seqOf: (user, id) => seqs.get(nameOf(user, id)) ?? null,
    append: (event) => {
      if (seqs.has(nameOf(event.user, event.id))) throw new Error('the id is taken');
      seqs.set(nameOf(event.user, event.id), event.seq);
      events.push(event);
    },
    after: (seq, most) => events.filter((event) => event.seq > seq).slice(0, most),
    newest: (most) => events.slice(-most).reverse(),
    sizesAfter: (seq) => events.filter((event) => event.seq > seq).map(({ body }) => Buffer.byteLength(body)),
    forgetBelow: (seq) => {
      for (const event of events) if (event.seq < seq) seqs.delete(nameOf(event.user, event.id));
      events = events.filter((event) => event.seq >= seq);
    },

    latest: () => [...latest.values()],
    saveLatest: (value) => void latest.set(value.key, value),
    dropLatest: (key) => void latest.delete(key),

    leaving: () => [...leaving.values()],
    saveLeaving: (entry) => void leaving.set(entry.user, entry),
    dropLeaving: (user) => void leaving.delete(user),

    bars: () => [...bars.values()],
    saveBar: (bar) => void bars.set(bar.user, bar),
    dropBar: (user) => void bars.delete(user),

    toldCount: () => toldCount,
    saveToldCount: (count) => void (toldCount = count),

    drain: () => drain,
    saveDrain: (next) => void (drain = next),
  };
}
