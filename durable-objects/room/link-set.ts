import type { Link } from './link.ts';

/** The open sockets of a room, by user. */
export class LinkSet {
  readonly #links = new Map<string, Link>();
  readonly #byUser = new Map<string, Set<Link>>();

  constructor(links: Iterable<Link>) {
    for (const link of links) this.add(link);
  }

  get size(): number {
    return this.#links.size;
  }

  has(link: Link): boolean {
    return this.find(link.session.id) === link;
  }

  find(id: string): Link | null {
    return this.#links.get(id) ?? null;
  }

  add(link: Link): void {
    const { id, user } = link.session;
    this.#links.set(id, link);
    const own = this.#byUser.get(user) ?? new Set();
    this.#byUser.set(user, own.add(link));
  }

  /** By identity, not by session: a socket that closes late takes nothing from the one that replaced it. */
  remove(link: Link): void {
    const { id, user } = link.session;
    this.#links.delete(id);
    const own = this.#byUser.get(user);
    own?.delete(link);
    if (own?.size === 0) this.#byUser.delete(user);
  }

  all(): Link[] {
    return [...this.#links.values()];
  }

  /** Those that have said `hello`. */
  present(): Link[] {
    return this.all().filter(({ session }) => session.sid !== null);
  }

  users(): Iterable<string> {
    return this.#byUser.keys();
  }

  of(user: string): Link[] {
    return [...(this.#byUser.get(user) ?? [])];
  }

  presentOf(user: string): Link[] {
    return this.of(user).filter(({ session }) => session.sid !== null);
  }
}
