import { TRIPS } from '../../test/helpers/trip-table.ts';
import { renderFaults } from '../faults/figures.ts';
import { renderGate } from '../gate/figures.ts';
import { renderGrowth } from '../growth/figures.ts';
import { markdownTable } from '../lib/measured.ts';
import { renderSize } from '../size/figures.ts';

/** How what is kept in bench/results is shown, by the name of the file and of the block. */
const RENDERERS: Record<string, (json: unknown) => string> = {
  gate: renderGate,
  growth: renderGrowth,
  size: renderSize,
  faults: renderFaults,
};

/**
 * The page with every marked block made anew from its result. `read` gives the text of a result; null when there is
 * none, and the block says so. Throws for a page that lacks the marks of a block, and for a result of another shape.
 */
export function renderPage(page: string, read: (name: string) => string | null): string {
  let rendered = fill(page, 'trips', renderTrips());
  for (const [name, render] of Object.entries(RENDERERS)) {
    const json = read(name);
    rendered = fill(rendered, name, json === null ? 'Not measured yet.' : render(JSON.parse(json)));
  }
  return rendered;
}

function fill(page: string, name: string, block: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The page has no block ${start} … ${end}.`);
  return `${page.slice(0, from + start.length)}\n\n${block}\n\n${page.slice(to)}`;
}

/** What the test counts at the gateways, with every run. */
function renderTrips(): string {
  const rows = Object.entries(TRIPS).map(([kind, rounds]: [string, readonly string[]]) => [
    kind,
    String(rounds.length),
    rounds.map(nameStores).join(', then '),
  ]);
  return markdownTable(['request', 'round trips', 'to'], rows);
}

function nameStores(round: string): string {
  return round.replace('+', ' and ').replace('redis', 'Redis').replace('database', 'Postgres');
}
