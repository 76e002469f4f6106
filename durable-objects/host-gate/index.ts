import { DurableObject } from 'cloudflare:workers';
import type { HostGateRpc, Reservation, ReserveRequest } from '../../src/crawl/host-gate.ts';
import { userAgentOf } from '../../src/crawl/request.ts';
import { configOf } from '../../src/env.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openScope } from '../../src/resilience/call-scope.ts';
import { createServices } from '../../src/services.ts';
import { createGate, FORGET_AFTER_MS } from './gate.ts';

/** The gate to one origin, after which the object is named: so all jobs of an instance share its pace. */
export class HostGate extends DurableObject<object> implements HostGateRpc {
  #gate = this.#openGate();
  #isArmed = false;

  async reserve(request: ReserveRequest): Promise<Reservation> {
    await this.#arm();
    return await this.#gate.reserve(request);
  }

  async backOff(untilMs: number): Promise<void> {
    await this.#arm();
    await this.#gate.backOff(untilMs);
  }

  async cancel(booking: string): Promise<void> {
    await this.#arm();
    await this.#gate.cancel(booking);
  }

  /** Storage is not free: an origin that no job asks about any more leaves nothing behind. */
  override async alarm(): Promise<void> {
    const idleAt = this.#gate.idleAt();
    if (idleAt > systemClock.now()) return await this.ctx.storage.setAlarm(idleAt);
    await this.ctx.storage.deleteAll();
    this.#isArmed = false;
    this.#gate = this.#openGate();
  }

  async #arm(): Promise<void> {
    if (this.#isArmed) return;
    this.#isArmed = true;
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(systemClock.now() + FORGET_AFTER_MS);
    }
  }

  #openGate(): ReturnType<typeof createGate> {
    const result = configOf(this.env);
    if (!result.ok)
      throw new Error(`Not configured: ${result.problems.map(({ variable }) => variable).join(', ')}`);
    const { config } = result;
    return createGate({
      settings: {
        userAgent: userAgentOf(config.PUBLIC_URL),
        requestsPerSecond: config.CRAWL_REQUESTS_PER_SECOND,
        allowedOrigins: config.CRAWL_ALLOWED_ORIGINS ?? [],
        ownHost: new URL(config.PUBLIC_URL).hostname,
      },
      clock: systemClock,
      names: createServices(config, openScope('HostGate')).names,
      // The platform's fetch refuses to be called as a method.
      fetch: async (...args: Parameters<typeof fetch>) => await fetch(...args),
      storage: this.ctx.storage.kv,
    });
  }
}
