import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { setPlan } from '../../domain/account/set-plan.ts';
import { PLANS } from '../../rate-limit/plans.ts';
import type { App } from '../app.ts';
import { markReplay } from '../reply.ts';
import { body, forAdmins, id, json, problems } from '../schema.ts';
import { once } from '../../lib/once.ts';

const plan = once(() => z.enum(PLANS));

export function planRoute(app: App): void {
  app.openapi(
    createRoute({
      method: 'put',
      path: '/v1/admin/users/{userId}/plan',
      tags: ['Administration'],
      summary: 'Give an account another plan',
      description:
        "The id is `id` in that person's GET /v1/profile. A session or key that was used in the last day has one more request under the old limit.",
      security: forAdmins,
      request: { params: z.object({ userId: id('usr') }), ...body(z.strictObject({ plan: plan() })) },
      responses: { 200: json(z.object({ userId: z.string(), plan: plan() })), ...problems() },
    }),
    async (c) => {
      const written = await setPlan(c.get('ctx'), c.req.valid('param').userId, c.req.valid('json').plan);
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );
}
