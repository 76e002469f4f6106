import { hostGateFor } from '../crawl/host-gate.ts';
import type { VisitTools } from '../crawl/host-visits.ts';
import { userAgentOf } from '../crawl/request.ts';
import { sleep } from '../lib/sleep.ts';
import type { Services } from '../services.ts';

/** How every consumer comes to foreign hosts: by what name, and through whose gates. */
export function visitToolsOf(services: Services): VisitTools & { userAgent: string } {
  const { clock, config, hostGates } = services;
  return {
    userAgent: userAgentOf(config.PUBLIC_URL),
    allowedOrigins: config.CRAWL_ALLOWED_ORIGINS ?? [],
    ownHost: new URL(config.PUBLIC_URL).hostname,
    pauses: new Map(),
    gateFor: (origin) => hostGateFor(hostGates, origin),
    now: () => clock.now(),
    sleepUntil: async (at, signal) => await sleep(at - clock.now(), signal),
  };
}
