import { describe, expect, it } from 'vitest';
import { isDecision } from '../../../console/src/review/decision.ts';
import { retryDelay } from '../../../console/src/review/queue.ts';
import { ME, newImage, ReviewServer, settlePromises, TEAMMATE } from './review-server.ts';
import { openTab, PROJECT } from './review-stage.ts';

const IDS = ['img_a', 'img_b', 'img_c', 'img_d', 'img_e', 'img_f'];
const KEEP = { review: 'keep' } as const;
const REJECT = { review: 'reject' } as const;

function stage() {
  const server = new ReviewServer(IDS.map((id) => newImage(id)));
  return { server, tab: openTab(server) };
}

const read = (kept: Map<string, string>) =>
  [...kept.values()].map((text): unknown => JSON.parse(text)).filter(isDecision);

describe('a decision', () => {
  it('is shown at once, signed by the reader, and confirmed by the answer', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    expect(tab.image('img_a')).toMatchObject({ review: 'keep', revision: 0, reviewedBy: ME });
    expect(tab.reviewer.pending()).toBe(1);
    await server.deliver();
    expect(tab.image('img_a')).toMatchObject({ review: 'keep', revision: 1 });
    expect(tab.reviewer.pending()).toBe(0);
  });

  it('that changes nothing is not sent', () => {
    const { server, tab } = stage();
    expect(tab.reviewer.decide(PROJECT, tab.images('img_a'), { review: 'undecided' })).toBeNull();
    expect(server.wire).toHaveLength(0);
  });

  it('waits for the one before it on the same image, and passes by others', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    tab.reviewer.decide(PROJECT, tab.images('img_a'), { label: 'boat' });
    tab.reviewer.decide(PROJECT, tab.images('img_b'), REJECT);
    expect(server.wire).toHaveLength(2);
    await tab.settle();
    expect(tab.image('img_a')).toMatchObject({ review: 'keep', label: 'boat', revision: 2 });
  });

  it('is one of at most four on the wire', async () => {
    const { server, tab } = stage();
    for (const id of IDS) tab.reviewer.decide(PROJECT, tab.images(id), KEEP);
    expect(server.wire).toHaveLength(4);
    await server.deliver();
    expect(server.wire).toHaveLength(4);
  });

  it('about more images than a call takes is several calls and one step back', async () => {
    const many = Array.from({ length: 501 }, (_, index) => newImage(`img_${index}`));
    const server = new ReviewServer(many);
    const tab = openTab(server);
    tab.reviewer.decide(PROJECT, [...tab.shown.values()], KEEP);
    expect(server.wire).toHaveLength(2);
    await tab.settle();
    tab.reviewer.undo(PROJECT);
    await tab.settle();
    expect([...server.images.values()].every(({ review }) => review === 'undecided')).toBe(true);
    expect(tab.reviewer.canUndo(PROJECT)).toBe(false);
  });
});

describe('while the network is away', () => {
  it('keeps a decision, says so, and sends it again with the same key', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    await server.deliver(0, 'unanswered');
    expect(tab.reviewer.isAway()).toBe(true);
    expect(tab.image('img_a').review).toBe('keep');
    await tab.settle();
    expect(tab.reviewer.isAway()).toBe(false);
    expect([...server.acts.values()]).toEqual([1]);
  });

  it('sends nothing until the pause is over, and all at once when the browser is online', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    await server.deliver(0, 'lost');
    tab.reviewer.decide(PROJECT, tab.images('img_b'), KEEP);
    expect(server.wire).toHaveLength(0);
    tab.reviewer.retryNow();
    expect(server.wire).toHaveLength(2);
    expect(tab.timers).toHaveLength(0);
  });

  it('waits longer from failure to failure, up to 15 s, with full jitter', () => {
    expect([1, 2, 3, 4, 5, 50].map((failures) => retryDelay(failures, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
    ]);
    expect(retryDelay(50, 0)).toBe(0);
  });

  it('survives a reload: the same key, the same body, acted on once', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    tab.reviewer.decide(PROJECT, tab.images('img_a'), { label: 'boat' });
    await server.deliver(0, 'unanswered');
    tab.reviewer.clear();

    const after = openTab(server, tab.kept);
    after.reviewer.resume(read(tab.kept));
    expect(after.image('img_a').review).toBe('keep');
    await after.settle();
    expect(server.images.get('img_a')).toMatchObject({ review: 'keep', label: 'boat', revision: 2 });
    expect([...server.acts.values()]).toEqual([1, 1]);
    expect(tab.kept.size).toBe(0);
  });

  it('does not resume an undo whose decision nobody knows', () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    tab.reviewer.undo(PROJECT);
    const [, undo] = read(tab.kept);
    const after = openTab(server);
    after.reviewer.resume(undo ? [undo] : []);
    expect(after.reviewer.pending()).toBe(0);
  });
});

describe('a conflict', () => {
  it('puts the image to what it is now, tells who, and leaves nothing to undo', async () => {
    const { server, tab } = stage();
    server.changeByTeammate('img_a', REJECT);
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    await server.deliver();
    expect(tab.image('img_a')).toMatchObject({ review: 'reject', revision: 1 });
    expect(tab.conflicts).toMatchObject([
      {
        change: KEEP,
        images: [{ id: 'img_a', reviewedBy: TEAMMATE, revision: 1 }],
        before: { img_a: { review: 'undecided' } },
      },
    ]);
    expect(tab.reviewer.canUndo(PROJECT)).toBe(false);
  });

  it('can be insisted on, on the new revision', async () => {
    const { server, tab } = stage();
    server.changeByTeammate('img_a', REJECT);
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    await server.deliver();
    tab.reviewer.decide(PROJECT, tab.conflicts[0]?.images ?? [], KEEP);
    await server.deliver();
    expect(server.images.get('img_a')).toMatchObject({ review: 'keep', revision: 2 });
    tab.reviewer.undo(PROJECT);
    await tab.settle();
    expect(server.images.get('img_a')).toMatchObject({ review: 'reject', revision: 3 });
  });

  it('also holds for the decision that followed: the reader had not seen the change', async () => {
    const { server, tab } = stage();
    server.changeByTeammate('img_a', { label: 'cat' });
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    tab.reviewer.decide(PROJECT, tab.images('img_a'), { label: 'boat' });
    await tab.settle();
    expect(tab.conflicts).toHaveLength(2);
    expect(server.images.get('img_a')).toMatchObject({ review: 'undecided', label: 'cat', revision: 1 });
  });

  it('of some images leaves the others decided, and an undo takes back only these', async () => {
    const { server, tab } = stage();
    server.changeByTeammate('img_a', REJECT);
    tab.reviewer.decide(PROJECT, tab.images('img_a', 'img_b'), KEEP);
    tab.reviewer.undo(PROJECT);
    await tab.settle();
    expect(server.images.get('img_a')).toMatchObject({ review: 'reject', revision: 1 });
    expect(server.images.get('img_b')).toMatchObject({ review: 'undecided', revision: 2 });
    expect(tab.image('img_a').review).toBe('reject');
  });
});

describe('news from teammates', () => {
  it('are shown when they are newer', () => {
    const { server, tab } = stage();
    const state = server.changeByTeammate('img_a', REJECT);
    tab.reviewer.applyRemote(PROJECT, state ? [state] : []);
    tab.reviewer.applyRemote(PROJECT, [newImage('img_a')]);
    expect(tab.image('img_a')).toMatchObject({ review: 'reject', reviewedBy: TEAMMATE });
  });

  it('wait behind an own open decision', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    await server.deliver(0, 'lost');
    const state = server.changeByTeammate('img_a', { label: 'cat' });
    tab.reviewer.applyRemote(PROJECT, state ? [state] : []);
    expect(tab.image('img_a')).toMatchObject({ review: 'keep', label: null });
    await tab.settle();
    expect(tab.image('img_a')).toMatchObject({ review: 'undecided', label: 'cat' });
  });
});

describe('what the service will not take', () => {
  it('goes back to what it was, with its undo', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    tab.reviewer.undo(PROJECT);
    tab.reviewer.redo(PROJECT);
    await server.refuse(403, 'forbidden');
    expect(tab.image('img_a').review).toBe('undecided');
    expect(tab.failed).toMatchObject([{ problem: { code: 'forbidden' } }]);
    expect(tab.reviewer.pending()).toBe(0);
    expect(tab.reviewer.canUndo(PROJECT) || tab.reviewer.canRedo(PROJECT)).toBe(false);
  });

  it('is an image that was deleted: alone, or among others', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    await server.refuse(404, 'not_found');
    server.deleted.add('img_b');
    tab.reviewer.decide(PROJECT, tab.images('img_b', 'img_c'), KEEP);
    await tab.settle();
    expect(tab.gone).toEqual(['img_a', 'img_b']);
    expect(server.images.get('img_c')?.review).toBe('keep');
  });

  it('is given up after six explained failures', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    for (let round = 0; round < 6; round += 1) {
      expect(tab.image('img_a').review).toBe('keep');
      await server.refuse(500, 'internal', true);
      tab.reviewer.retryNow();
    }
    expect(tab.reviewer.pending()).toBe(0);
    expect(tab.image('img_a').review).toBe('undecided');
  });

  it('is never given up while the service is only busy', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    for (let round = 0; round < 20; round += 1) {
      await server.deliver(0, 'busy');
      tab.reviewer.retryNow();
    }
    expect(tab.reviewer.pending()).toBe(1);
    await tab.settle();
    expect(tab.image('img_a')).toMatchObject({ review: 'keep', revision: 1 });
  });

  it('waits for the person to sign in again', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    await server.refuse(401, 'unauthenticated');
    tab.reviewer.retryNow();
    expect(server.wire).toHaveLength(0);
    expect(tab.kept.size).toBe(1);
  });
});

describe('what comes after signing out', () => {
  it('changes and tells nothing: neither an answer nor a refusal', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    tab.reviewer.decide(PROJECT, tab.images('img_b'), KEEP);
    tab.reviewer.clear();
    await server.refuse(403, 'forbidden');
    await server.deliver();
    expect(tab.failed).toEqual([]);
    expect(tab.kept.size).toBe(2);
  });
});

describe('undo and redo', () => {
  it('go through several decisions on one image', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    tab.reviewer.decide(PROJECT, tab.images('img_a'), { label: 'boat' });
    await tab.settle();
    tab.reviewer.undo(PROJECT);
    expect(tab.reviewer.undo(PROJECT)).toMatchObject({ images: ['img_a'], count: 1 });
    expect(tab.image('img_a')).toMatchObject({ review: 'undecided', label: null });
    await tab.settle();
    tab.reviewer.redo(PROJECT);
    tab.reviewer.redo(PROJECT);
    expect(tab.reviewer.redo(PROJECT)).toBeNull();
    await tab.settle();
    expect(server.images.get('img_a')).toMatchObject({ review: 'keep', label: 'boat' });
    expect(tab.conflicts).toEqual([]);
  });

  it('wait for a decision that has not been answered', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    tab.reviewer.undo(PROJECT);
    expect(tab.image('img_a').review).toBe('undecided');
    expect(server.wire).toHaveLength(1);
    await tab.settle();
    expect(server.acts.size).toBe(2);
    expect(server.images.get('img_a')).toMatchObject({ review: 'undecided', revision: 2 });
  });

  it('forget what was undone as soon as something new is decided', async () => {
    const { tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    tab.reviewer.undo(PROJECT);
    tab.reviewer.decide(PROJECT, tab.images('img_b'), KEEP);
    expect(tab.reviewer.canRedo(PROJECT)).toBe(false);
    await tab.settle();
  });

  it('take back one action out of the middle, as a toast does', async () => {
    const { server, tab } = stage();
    const bulk = tab.reviewer.decide(PROJECT, tab.images('img_a', 'img_b'), KEEP);
    tab.reviewer.decide(PROJECT, tab.images('img_c'), KEEP);
    tab.reviewer.undo(PROJECT, bulk ?? '');
    await tab.settle();
    expect(IDS.slice(0, 3).map((id) => server.images.get(id)?.review)).toEqual([
      'undecided',
      'undecided',
      'keep',
    ]);
  });
});

describe('a decision about all that match', () => {
  it('goes on until the service is through, goes alone, and is taken back as one', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), REJECT);
    tab.reviewer.decideMatching(PROJECT, {}, { label: 'boat' });
    tab.reviewer.decide(PROJECT, tab.images('img_b'), REJECT);
    expect(server.wire).toHaveLength(1);
    await tab.settle();
    expect(tab.wideDone).toMatchObject([{ projectId: PROJECT, kind: 'matching', changed: IDS.length }]);
    expect([...server.images.values()].map(({ label }) => label)).toEqual(IDS.map(() => 'boat'));
    expect([...server.acts.values()].every((count) => count === 1)).toBe(true);

    expect(tab.reviewer.undo(PROJECT)).toMatchObject({ count: IDS.length, of: [tab.wideDone[0]?.id] });
    await tab.settle();
    expect([...server.images.values()].map(({ label }) => label)).toEqual(IDS.map(() => null));
    expect(tab.reviewer.redo(PROJECT)).toMatchObject({ count: IDS.length });
    await tab.settle();
  });

  it('is undone even before its answer', async () => {
    const { server, tab } = stage();
    tab.reviewer.decideMatching(PROJECT, {}, KEEP);
    expect(tab.reviewer.undo(PROJECT)).toMatchObject({ count: null });
    await tab.settle();
    expect([...server.images.values()].every(({ review }) => review === 'undecided')).toBe(true);
  });
});

describe('waiting for open decisions', () => {
  it('ends when those about the images are through', async () => {
    const { server, tab } = stage();
    tab.reviewer.decide(PROJECT, tab.images('img_a'), KEEP);
    tab.reviewer.decide(PROJECT, tab.images('img_b'), KEEP);
    const through: string[] = [];
    void tab.reviewer.settled(['img_a']).then(() => through.push('img_a'));
    void tab.reviewer.settled(null).then(() => through.push('all'));
    await server.deliver();
    await settlePromises();
    expect(through).toEqual(['img_a']);
    await server.deliver();
    await settlePromises();
    expect(through).toEqual(['img_a', 'all']);
  });
});
