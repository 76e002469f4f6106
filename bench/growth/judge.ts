import type { PlanNode } from './plans.ts';

/** A table whose rows are more than this is never read as a whole. */
const BIG_TABLE_ROWS = 5_000;
/** Many times what a page of fifty needs, and far less than any list at its largest. */
const MOST_ROWS = 1_000;

/** How many rows the planner thinks that each table has. */
export type TableRows = ReadonlyMap<string, number>;

/** The indexes and tables that were read, in the order of the plan, each once. */
export function waysOf(plans: PlanNode[]): string[] {
  return [
    ...new Set(
      plans.flatMap(flatten).flatMap((node) => {
        const way = node['Index Name'] ?? node['Relation Name'];
        return way === undefined ? [] : [`${node['Node Type']} ${way}`];
      }),
    ),
  ];
}

/** Why plans do not hold for lists of any length; empty when they do. */
export function findFaults(plans: PlanNode[], tables: TableRows): string[] {
  return plans.flatMap(flatten).flatMap((node) => {
    const kind = node['Node Type'];
    const relation = node['Relation Name'] ?? node['Index Name'] ?? '';
    const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
    const rows = (node['Actual Rows'] + removed) * node['Actual Loops'];
    // Of a small table it is the right way.
    if (kind === 'Seq Scan')
      return (tables.get(relation) ?? 0) > BIG_TABLE_ROWS ? [`a sequential scan of ${relation}`] : [];
    const sorted = rowsInto(node);
    if (kind.endsWith('Sort') && sorted > MOST_ROWS) return [`a sort of ${sorted} rows`];
    if (kind.endsWith('Scan') && rows > MOST_ROWS)
      return [`${kind} of ${rows} rows of ${relation || 'a function'}`];
    return [];
  });
}

const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)];

const rowsInto = ({ Plans: plans = [] }: PlanNode) =>
  plans.reduce((sum, plan) => sum + plan['Actual Rows'] * plan['Actual Loops'], 0);
