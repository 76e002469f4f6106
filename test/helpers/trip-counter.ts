import http from 'node:http';
import type { AddressInfo } from 'node:net';

export const STORES = ['redis', 'database'] as const;
export type StoreName = (typeof STORES)[number];

interface Held {
  store: StoreName;
  release(): void;
}

/** Calls that are on their way at the same moment: they have come within this time of each other. */
const ROUND_MS = 25;
const WAIT_MS = 20_000;

/**
 * Stands before both gateways and holds every call until it is told to let it pass: so that calls which follow each
 * other are told from calls that are made together, whatever the machine's speed.
 */
class TripCounter {
  readonly #held: Held[] = [];
  readonly #servers: http.Server[] = [];
  #notify = (): void => undefined;
  #isHolding = false;
  /** Counts the requests that were held. */
  #request = 0;

  async open(upstreams: Record<StoreName, string>): Promise<Record<StoreName, string>> {
    const urls = await Promise.all(STORES.map(async (store) => await this.#listen(store, upstreams[store])));
    return { redis: urls[0] ?? '', database: urls[1] ?? '' };
  }

  hold(isHolding: boolean): void {
    this.#isHolding = isHolding;
    if (isHolding) return;
    this.#request += 1;
    for (const { release } of this.#held.splice(0)) release();
    // Nobody waits for a round any more.
    this.#notify();
  }

  /** The stores of the calls of the next round, which are then let pass; none when nothing comes for long. */
  async next(): Promise<StoreName[]> {
    const mine = this.#request;
    if (this.#held.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, WAIT_MS);
      this.#notify = resolve;
      await promise;
      clearTimeout(timer);
    }
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
    // Whoever waited for the rounds of a request that is over must not take those of the next one.
    if (mine !== this.#request) return [];
    const round = this.#held.splice(0);
    for (const { release } of round) release();
    return round.map(({ store }) => store);
  }

  async close(): Promise<void> {
    this.hold(false);
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async #listen(store: StoreName, upstream: string): Promise<string> {
    const target = new URL(upstream);
    const server = http.createServer((request, response) => {
      const pass = () => {
        const { host: _own, ...headers } = request.headers;
        const options = {
          host: target.hostname,
          port: target.port,
          method: request.method,
          path: request.url,
          headers,
        };
        const forwarded = http.request(options, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        forwarded.on('error', () => response.destroy());
        request.on('error', () => forwarded.destroy());
        request.pipe(forwarded);
      };
      if (!this.#isHolding) return pass();
      this.#held.push({ store, release: pass });
      this.#notify();
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
}

/**
 * Lets tests inside workerd count: POST /open answers with a counter's id and the addresses of its gateways, POST
 * /<id>/hold and /<id>/pass switch it, POST /<id>/next answers with the stores of the next round.
 */
export async function startTripControl(
  upstreams: Record<StoreName, string>,
): Promise<{ url: string; close(): Promise<void> }> {
  const counters: TripCounter[] = [];

  async function answer(path: string): Promise<unknown> {
    const [, name = '', verb = ''] = path.split('/');
    if (name === 'open') {
      const counter = new TripCounter();
      return { id: counters.push(counter) - 1, urls: await counter.open(upstreams) };
    }
    const counter = counters[Number(name)];
    if (!counter) throw new Error(`There is no counter ${name}`);
    if (verb === 'next') return await counter.next();
    counter.hold(verb === 'hold');
    return null;
  }

  const server = http.createServer((request, response) => {
    answer(request.url ?? '').then(
      (value) => response.end(JSON.stringify(value)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const counter of counters) await counter.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
