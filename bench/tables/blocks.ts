import { renderGate } from '../gate/figures.ts';
import { renderGrowth } from '../growth/figures.ts';
import { renderSize } from '../size/figures.ts';

/** How what is kept in bench/results is shown, by the name of the file and of the block. */
const RENDERERS: Record<string, (json: unknown) => string> = {
  gate: renderGate,
  growth: renderGrowth,
  size: renderSize,
};

/**
 * The page with every marked block made anew from its result. `read` gives the text of a result; null when there is
 * none, and the block says so. Throws for a page that lacks the marks of a block, and for a result of another shape.
 */
export function renderPage(page: string, read: (name: string) => string | null): string {
  let rendered = page;
  for (const [name, render] of Object.entries(RENDERERS)) {
    const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [rendered.indexOf(start), rendered.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`The page has no block ${start} … ${end}.`);
    const json = read(name);
    const block = json === null ? 'Not measured yet.' : render(JSON.parse(json));
    rendered = `${rendered.slice(0, from + start.length)}\n\n${block}\n\n${rendered.slice(to)}`;
  }
  return rendered;
}
