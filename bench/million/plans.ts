import pg from 'pg';
import * as z from 'zod';
import type { RequestContext } from '../../src/context.ts';
import type { Databases } from '../../src/db/client.ts';
import type { Database } from '../../src/db/guard.ts';
import type { Queries } from '../../src/db/neon.ts';
import { openScope } from '../../src/resilience/call-scope.ts';

const DEADLINE_MS = 60_000;

/** What the last statement of a read cost. */
export interface Cost {
  /** Pages of 8 KiB touched, in memory or not, planning left out. */
  buffers: number;
  /** The indexes and tables that were read, in the order of the plan. */
  ways: string[];
}

interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: PlanNode[];
}

const Statement = z.object({
  parameterizedQuery: z.object({ query: z.string(), params: z.array(z.unknown()) }),
});

/** What explaining a read costs: the domain's own verb runs, and its last statement is explained as its role runs it. */
export async function explainRead(
  appUrl: string,
  userId: string,
  read: (ctx: RequestContext) => Promise<unknown>,
): Promise<Cost> {
  const client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  try {
    const found: PlanNode[] = [];
    const transaction = async (queries: unknown[]) => {
      const results: { rows: unknown[][] }[] = [];
      await client.query('begin read only');
      for (const [at, one] of queries.entries()) {
        const { query, params } = Statement.parse(one).parameterizedQuery;
        if (at === queries.length - 1) {
          const explained = await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
            `explain (analyze, buffers, format json) ${query}`,
            params,
          );
          const plan = explained.rows[0]?.['QUERY PLAN'][0]?.Plan;
          if (plan) found.push(plan);
        }
        const { rows } = await client.query<unknown[]>({ text: query, values: params, rowMode: 'array' });
        results.push({ rows });
      }
      await client.query('rollback');
      return results;
    };
    await read(contextOf(userId, transaction));
    const [plan] = found;
    if (!plan) throw new Error('Nothing was read.');
    return {
      buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
      ways: waysOf(plan),
    };
  } finally {
    await client.end();
  }
}

function waysOf(node: PlanNode): string[] {
  const way = node['Index Name'] ?? node['Relation Name'];
  return [
    ...(way === undefined ? [] : [`${node['Node Type']} ${way}`]),
    ...(node.Plans ?? []).flatMap(waysOf),
  ];
}

/** Has all that `read` of src/db uses: who asks, and a database that runs a batch. */
function contextOf(userId: string, transaction: (queries: unknown[]) => Promise<unknown>): RequestContext {
  const query: unknown = (text: string, params: unknown[]) => ({
    parameterizedQuery: { query: text, params },
  });
  const primary: Database = {
    // The guarantee behind the type: of the client a batch uses these two.
    open: async () => ({ query, transaction }) as unknown as Queries,
    deadlines: { read: DEADLINE_MS, write: DEADLINE_MS },
    guard: {
      name: 'primary',
      scope: openScope('bench'),
      breaker: null,
      slowMs: DEADLINE_MS,
      isFault: () => true,
    },
  };
  const db: Databases = { primary, replica: null, service: primary };
  const ctx: unknown = { actor: { kind: 'user', userId }, requestId: 'bench', services: { db } };
  return ctx as RequestContext;
}
