import { vi } from 'vitest';
import { FakeCollection } from '../../helpers/fakes/gallery/collection.ts';
import { answerOf } from '../../helpers/fakes/gallery/service.ts';

const PICTURES = [{ bytes: Buffer.alloc(0), width: 4, height: 3, averageColor: '#777777' }];

/** The service of a console without a browser, which answers when a test lets it. */
export class HeldService {
  readonly collection: FakeCollection;
  readonly #held: (() => void)[] = [];
  #isHeld = false;

  constructor(images: number) {
    this.collection = new FakeCollection(images, PICTURES);
  }

  /** From now on answers wait to be let go, with what the service knew when it was asked. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Those that come from now on wait no longer. */
  holdNoMore(): void {
    this.#isHeld = false;
  }

  /** Lets one answer go, once it was asked for; the first one since the beginning is 0. */
  async release(index: number): Promise<void> {
    await this.untilAsked(index + 1);
    this.#held[index]?.();
  }

  async untilAsked(times: number): Promise<void> {
    await vi.waitUntil(() => this.#held.length >= times);
  }

  readonly fetch = async (url: string): Promise<Response> => {
    const { pathname: path, searchParams: query } = new URL(url, 'http://service.invalid');
    const text = JSON.stringify(answerOf(this, { path, method: 'GET', query, body: {} }));
    if (this.#isHeld) await new Promise<void>((release) => this.#held.push(release));
    return new Response(text, { headers: { 'content-type': 'application/json' } });
  };
}
