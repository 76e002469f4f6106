import type pg from 'pg';
import * as z from 'zod';
import type { Call } from './recorder.ts';

/** A part of a plan, with what auto_explain says of it after it ran. */
export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string | undefined;
  'Index Name'?: string | undefined;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number | undefined;
  'Rows Removed by Index Recheck'?: number | undefined;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: PlanNode[] | undefined;
}

const Node: z.ZodType<PlanNode> = z.lazy(() =>
  z.object({
    'Node Type': z.string(),
    'Relation Name': z.string().optional(),
    'Index Name': z.string().optional(),
    'Actual Rows': z.number(),
    'Actual Loops': z.number(),
    'Rows Removed by Filter': z.number().optional(),
    'Rows Removed by Index Recheck': z.number().optional(),
    'Shared Hit Blocks': z.number(),
    'Shared Read Blocks': z.number(),
    Plans: z.array(Node).optional(),
  }),
);
const Explained = z.object({ 'Query Text': z.string(), Plan: Node });

export interface Explanation {
  /** Of every statement, those within functions too. */
  plans: PlanNode[];
  /** Pages of 8 KiB that all of them touched, in memory or not; planning left out. */
  pages: number;
}

/** `client` is the superuser's and stays the role of requests afterwards. */
export async function prepareToExplain(client: pg.Client): Promise<void> {
  await client.query(`load 'auto_explain'`);
  await client.query(`set auto_explain.log_min_duration = 0`);
  await client.query(`set auto_explain.log_analyze = on`);
  await client.query(`set auto_explain.log_buffers = on`);
  await client.query(`set auto_explain.log_timing = off`);
  await client.query(`set auto_explain.log_format = json`);
  await client.query(`set auto_explain.log_nested_statements = on`);
  await client.query(`set auto_explain.log_level = notice`);
  await client.query(`set role darkroom_app`);
}

/** Runs a call's statements as one transaction, and has Postgres tell how it ran each of them. */
export async function explainCall(client: pg.Client, call: Call): Promise<Explanation> {
  const explained: z.infer<typeof Explained>[] = [];
  const onNotice = ({ message }: { message?: string | undefined }) => {
    const json = /^duration: .* plan:\n(.*)$/s.exec(message ?? '')?.[1];
    if (json !== undefined) explained.push(Explained.parse(JSON.parse(json)));
  };
  client.on('notice', onNotice);
  try {
    await runCall(client, call);
  } finally {
    client.off('notice', onNotice);
  }
  const own = new Set(call.statements.map(({ query }) => query));
  let pages = 0;
  // What a function's statements touch is counted in the statement that called it.
  for (const { 'Query Text': text, Plan: plan } of explained)
    if (own.has(text)) pages += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  return { plans: explained.map(({ Plan: plan }) => plan), pages };
}

/** Runs a call's statements as the gateway does. */
export async function runCall(client: pg.Client, { statements }: Call): Promise<void> {
  await client.query('begin');
  try {
    for (const { query, params } of statements) await client.query(query, params);
  } finally {
    await client.query('rollback');
  }
}
