export const PLANS = ['free', 'pro'] as const;
export type Plan = (typeof PLANS)[number];

/** What a plan allows. */
export interface PlanFigures {
  /** Of one session, program or API key. */
  requestsPerMinute: number;
  /** Of an account at the same time, on all its devices. */
  exportsAtOnce: number;
  uploadsAtOnce: number;
}

/** A console that scrolls fast sends some 200 requests a minute, and programs come beside it. */
export const PLAN_FIGURES: Record<Plan, PlanFigures> = {
  free: { requestsPerMinute: 600, exportsAtOnce: 2, uploadsAtOnce: 8 },
  pro: { requestsPerMinute: 3_000, exportsAtOnce: 6, uploadsAtOnce: 24 },
};
