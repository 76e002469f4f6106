import { describe, expect, it } from 'vitest';
import { findFaults, waysOf } from '../../../bench/growth/judge.ts';
import type { PlanNode } from '../../../bench/growth/plans.ts';

const TABLES = new Map([
  ['images', 1_000_000],
  ['settings', 2_000],
]);

function node(kind: string, rows: number, more: Partial<PlanNode> = {}): PlanNode {
  return {
    'Node Type': kind,
    'Actual Rows': rows,
    'Actual Loops': 1,
    'Shared Hit Blocks': 1,
    'Shared Read Blocks': 0,
    ...more,
  };
}

describe('a plan', () => {
  it('holds when it walks an index no further than the page, and sorts the page', () => {
    const walk = node('Index Scan', 51, { 'Index Name': 'images_newest', 'Relation Name': 'images' });
    const small = node('Seq Scan', 2_000, { 'Relation Name': 'settings' });
    const plan = node('Limit', 51, { Plans: [node('Sort', 51, { Plans: [walk] }), small] });
    expect(findFaults([plan], TABLES)).toEqual([]);
    expect(waysOf([plan])).toEqual(['Index Scan images_newest', 'Seq Scan settings']);
  });

  it.each<[string, PlanNode]>([
    ['a sequential scan of images', node('Seq Scan', 51, { 'Relation Name': 'images' })],
    ['a sort of 5000 rows', node('Incremental Sort', 51, { Plans: [node('Append', 5_000)] })],
    ['Function Scan of 2000 rows of a function', node('Function Scan', 1_000, { 'Actual Loops': 2 })],
    [
      'Index Scan of 40051 rows of images',
      node('Index Scan', 51, { 'Relation Name': 'images', 'Rows Removed by Filter': 40_000 }),
    ],
  ])('does not hold with %s, however deep it lies', (fault, part) => {
    expect(
      findFaults([node('Limit', 51, { Plans: [node('Nested Loop', 51, { Plans: [part] })] })], TABLES),
    ).toEqual([fault]);
  });
});
