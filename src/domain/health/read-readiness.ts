import type { RequestContext } from '../../context.ts';
import type { Config } from '../../env.ts';
import { describeInstance, type InstanceFigures } from '../../observability/instance.ts';
import { checkReadiness, type Readiness } from './check-readiness.ts';
import { createProbes } from './probes.ts';
import { createSharedLook, type SharedLook } from './shared-look.ts';

/** Of each look; what is asked hears so, too, and gives up by then. */
const PROBE_DEADLINE_MS = 300;
/** Short of the 500 ms within which readiness answers. */
const ANSWER_WITHIN_MS = 450;
/** Whoever asks often costs nothing more, and a drain is seen soon enough. */
const FRESH_MS = 2_000;

// Isolate lifetime, by the installation: what was found holds for whoever asks next.
const looks = new WeakMap<Config, SharedLook<Readiness>>();

/** Whether requests can be served, and how every part does. Asks each part at most every 2 s; answers within 500 ms. */
export async function readReadiness(ctx: RequestContext): Promise<Readiness & { instance: InstanceFigures }> {
  const { services } = ctx;
  const { config, clock } = services;
  const look =
    looks.get(config) ??
    createSharedLook<Readiness>({
      freshMs: FRESH_MS,
      lookMs: PROBE_DEADLINE_MS,
      withinMs: ANSWER_WITHIN_MS,
      clock,
    });
  looks.set(config, look);
  const found = await look.get(
    async (deadlineMs) => await checkReadiness(createProbes(services), deadlineMs, clock),
    (work) => ctx.waitUntil('readiness', work),
  );
  return { ...found, instance: describeInstance(clock) };
}
