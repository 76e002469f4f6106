import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROJECT_ID } from '../../helpers/fakes/gallery/collection.ts';
import { HeldService } from './held-service.ts';

let service: HeldService;

vi.stubGlobal('fetch', async (url: string) => await service.fetch(url));
afterAll(() => vi.unstubAllGlobals());
const { currentProject, forgetProject, openProject, putProject, refreshProject } =
  await import('../../../console/src/state/project.ts');

const facts = () => currentProject.value?.project;

beforeEach(async () => {
  service = new HeldService(1);
  forgetProject();
  await openProject(PROJECT_ID);
  expect(facts()?.role).toBe('owner');
  service.hold();
});

describe('the facts of a project', () => {
  it('are those that were asked for last, whichever answer comes last', async () => {
    const older = refreshProject(PROJECT_ID);
    await service.untilAsked(1);
    service.collection.role = 'viewer';
    const newer = refreshProject(PROJECT_ID);
    await service.release(1);
    await newer;
    await service.release(0);
    await older;
    expect(facts()?.role).toBe('viewer');
  });

  it('are those that a change has answered with, until they are asked for again', async () => {
    const known = facts();
    if (!known) throw new Error('There is no project');
    const older = refreshProject(PROJECT_ID);
    await service.untilAsked(1);
    putProject({ ...known, name: 'Changed' });
    await service.release(0);
    await older;
    expect(facts()?.name).toBe('Changed');
    const newer = refreshProject(PROJECT_ID);
    await service.release(1);
    await newer;
    expect(facts()?.name).toBe(known.name);
  });
});
