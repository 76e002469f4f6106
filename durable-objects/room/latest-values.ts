import type { Clock } from '../../src/lib/clock.ts';
import { LATEST_EVERY_MS } from '../../src/rooms/protocol.ts';
import { encodeLatest } from './encode.ts';
import { type After, FlushWindow } from './flush-window.ts';
import type { LinkSet } from './link-set.ts';
import type { RoomStorage, StoredLatest } from './room-storage.ts';

/** Beyond this many the one that was set longest ago is dropped. */
export const MAX_LATEST = 100;

interface LatestDeps {
  storage: RoomStorage;
  links: LinkSet;
  clock: Clock;
  after: After;
}

/** Values of which only the newest counts: what is set faster than it is flushed is never sent. */
export class LatestValues {
  readonly #deps: LatestDeps;
  readonly #values: Map<string, StoredLatest>;
  readonly #changed = new Set<string>();
  readonly #window: FlushWindow;

  constructor(deps: LatestDeps) {
    this.#deps = deps;
    this.#values = new Map(deps.storage.latest().map((value) => [value.key, value]));
    this.#window = new FlushWindow({
      clock: deps.clock,
      after: deps.after,
      lengthMs: () => LATEST_EVERY_MS,
      flush: () => this.#flush(),
    });
  }

  all(): StoredLatest[] {
    return [...this.#values.values()];
  }

  /** Ignored unless the version is newer than the one that is kept. */
  set(key: string, data: object, version: number, bookmark?: string): void {
    const known = this.#values.get(key);
    if (known && version <= known.version) return;
    const value = {
      key,
      version,
      ts: this.#deps.clock.now(),
      body: JSON.stringify(data),
      bookmark: bookmark ?? null,
    };
    this.#values.set(key, value);
    this.#deps.storage.saveLatest(value);
    if (this.#values.size > MAX_LATEST) this.#dropOldest();
    this.#changed.add(key);
    this.#window.request();
  }

  /** Forgets the value and its version. Clients are not told: whoever comes later does not see it. */
  drop(key: string): void {
    this.#changed.delete(key);
    if (this.#values.delete(key)) this.#deps.storage.dropLatest(key);
  }

  #dropOldest(): void {
    const oldest = this.all().reduce((one, other) => (other.ts < one.ts ? other : one));
    this.drop(oldest.key);
  }

  #flush(): void {
    const values = [...this.#changed].flatMap((key) => this.#values.get(key) ?? []);
    this.#changed.clear();
    const links = values.length === 0 ? [] : this.#deps.links.present();
    if (links.length === 0) return;
    const message = encodeLatest(values);
    for (const link of links) link.send(message);
  }
}
