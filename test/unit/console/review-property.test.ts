import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReviewChange } from '../../../console/src/api/types.ts';
import { decidedOf } from '../../../console/src/review/image-state.ts';
import type { ImageState } from '../../../console/src/review/image-state.ts';
import { newImage, ReviewServer, settlePromises } from './review-server.ts';
import type { Fate } from './review-server.ts';
import { openTab, PROJECT } from './review-stage.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 60);
const IDS = Array.from({ length: 8 }, (_, index) => `img_${index}`);
/** Nobody else touches these, so that undoing everything must bring them back exactly. */
const OWN_IDS = IDS.slice(0, 5);

type Action =
  | { kind: 'decide'; ids: string[]; change: ReviewChange }
  | { kind: 'undo' | 'redo' | 'timer' | 'online' | 'news' | 'reload' }
  | { kind: 'teammate'; id: string; change: ReviewChange }
  | { kind: 'deliver'; at: number; fate: Fate };

const review = fc.constantFrom('undecided' as const, 'keep' as const, 'reject' as const);
const tag = fc.constantFrom('dusk', 'harbour', 'portrait');
const change: fc.Arbitrary<ReviewChange> = fc.oneof(
  review.map((value) => ({ review: value })),
  fc.constantFrom('boat', 'cat', null).map((label) => ({ label })),
  fc.tuple(fc.subarray(['dusk', 'fog']), tag).map(([addTags, other]) => ({ addTags, removeTags: [other] })),
);
const fate = fc.constantFrom<Fate>('fine', 'fine', 'fine', 'lost', 'unanswered', 'busy');

function actions(others: readonly string[]): fc.Arbitrary<Action[]> {
  const one = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('decide' as const),
        ids: fc.constantFrom(...IDS).map((id) => [id]),
        change,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('decide' as const),
        ids: fc.subarray(IDS, { minLength: 2 }),
        change,
      }),
    },
    { weight: 3, arbitrary: fc.constant({ kind: 'undo' as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'redo' as const }) },
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('deliver' as const), at: fc.nat(3), fate }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('timer' as const, 'online' as const, 'news' as const, 'reload' as const),
      }),
    },
    ...(others.length === 0
      ? []
      : [
          {
            weight: 2,
            arbitrary: fc.record({
              kind: fc.constant('teammate' as const),
              id: fc.constantFrom(...others),
              change,
            }),
          },
        ]),
  );
  return fc.array(one, { minLength: 200, maxLength: 200, size: 'max' });
}

/** Plays the actions, lets everything arrive, and checks what must hold however they went. */
async function play(script: Action[], canReload: boolean) {
  const start = IDS.map((id, index) => newImage(id, { tags: index % 2 === 0 ? ['portrait'] : [] }));
  const server = new ReviewServer(start);
  let tab = openTab(server);
  const news: ImageState[] = [];

  const step: Record<Action['kind'], (action: Action) => void | Promise<void>> = {
    decide: (action) => {
      if (action.kind === 'decide') tab.reviewer.decide(PROJECT, tab.images(...action.ids), action.change);
    },
    undo: () => void tab.reviewer.undo(PROJECT),
    redo: () => void tab.reviewer.redo(PROJECT),
    timer: () => tab.timers.shift()?.run(),
    online: () => tab.reviewer.retryNow(),
    news: () => tab.reviewer.applyRemote(PROJECT, news.splice(0)),
    teammate: (action) => {
      const state = action.kind === 'teammate' && server.changeByTeammate(action.id, action.change);
      if (state) news.push(state);
    },
    deliver: async (action) => {
      if (action.kind === 'deliver' && server.wire.length > 0)
        await server.deliver(action.at % server.wire.length, action.fate);
    },
    reload: () => {
      if (!canReload) return;
      const decisions = [...tab.kept.values()].map((text) => JSON.parse(text));
      // What is on its way may still arrive, but nobody hears the answer.
      tab.reviewer.clear();
      tab = openTab(server, tab.kept);
      tab.reviewer.resume(decisions);
      for (const image of server.images.values()) tab.shown.set(image.id, tab.reviewer.see(image));
    },
  };
  for (const action of script) {
    await step[action.kind](action);
    await settlePromises();
  }
  await tab.settle();
  tab.reviewer.applyRemote(PROJECT, news.splice(0));
  expect(tab.failed).toEqual([]);
  return { server, tab, start };
}

function expectExactlyOnce(server: ReviewServer): void {
  expect([...server.acts.values()].filter((count) => count !== 1)).toEqual([]);
}

function expectSameAsServer(server: ReviewServer, tab: ReturnType<typeof openTab>): void {
  const choices = (states: Iterable<ImageState>) =>
    [...states].map((state) => ({ id: state.id, revision: state.revision, ...decidedOf(state) }));
  expect(choices(tab.shown.values())).toEqual(choices(server.images.values()));
}

describe('two hundred decisions, with a failing network', () => {
  it('arrive once each, show what the service has, and can all be taken back', async () => {
    await fc.assert(
      fc.asyncProperty(actions([]), async (script) => {
        const { server, tab, start } = await play(script, false);
        expectExactlyOnce(server);
        expectSameAsServer(server, tab);
        expect(tab.conflicts).toEqual([]);
        while (tab.reviewer.undo(PROJECT)) if (server.wire.length > 0) await server.deliver();
        await tab.settle();
        expect([...server.images.values()].map(decidedOf)).toEqual(start.map(decidedOf));
        expectSameAsServer(server, tab);
        expectExactlyOnce(server);
      }),
      { numRuns },
    );
  });

  it('come back to the start where no teammate interfered', async () => {
    await fc.assert(
      fc.asyncProperty(actions(IDS.filter((id) => !OWN_IDS.includes(id))), async (script) => {
        const { server, tab, start } = await play(script, false);
        expectExactlyOnce(server);
        expectSameAsServer(server, tab);
        const late = new Set(tab.conflicts.flatMap(({ images }) => images.map(({ id }) => id)));
        expect(OWN_IDS.filter((id) => late.has(id))).toEqual([]);
        while (tab.reviewer.undo(PROJECT)) await settlePromises();
        await tab.settle();
        const own = (states: Iterable<ImageState>) =>
          [...states].filter(({ id }) => OWN_IDS.includes(id)).map(decidedOf);
        expect(own(server.images.values())).toEqual(own(start));
        expectSameAsServer(server, tab);
      }),
      { numRuns },
    );
  });

  it('survive reloads at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(actions(IDS.slice(6)), async (script) => {
        const { server, tab } = await play(script, true);
        expectExactlyOnce(server);
        expectSameAsServer(server, tab);
        expect(tab.kept.size).toBe(0);
      }),
      { numRuns },
    );
  });
});
