import { describe, expect, it } from 'vitest';
import { MAX_LATEST } from '../../../durable-objects/room/latest-values.ts';
import { LATEST_EVERY_MS } from '../../../src/rooms/protocol.ts';
import { RoomStage } from '../../helpers/fakes/room-stage.ts';

describe('latest values', () => {
  it('R-LATEST-1: are told at once after a pause, then every 250 ms at most', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    for (let version = 1; version <= 100; version++) {
      stage.room.setLatest('job:1', { stored: version }, version);
      stage.room.setLatest('job:2', { stored: -version }, version);
      stage.pass(10);
    }
    stage.pass(LATEST_EVERY_MS);
    const told = ada.all('latest');
    expect(told.length).toBeLessThanOrEqual(1 + 1_000 / LATEST_EVERY_MS);
    expect(told[0]?.values).toEqual([{ key: 'job:1', data: { stored: 1 } }]);
    expect(told.at(-1)?.values).toEqual([
      { key: 'job:1', data: { stored: 100 } },
      { key: 'job:2', data: { stored: -100 } },
    ]);
    stage.pass(LATEST_EVERY_MS);
    expect(stage.isQuiet).toBe(true);
  });

  it('R-LATEST-1: are all in the welcome, also after an eviction', () => {
    const stage = new RoomStage();
    expect(stage.room.setLatest('job:1', { stored: 1 }, 1)).toEqual({ watched: false });
    stage.room.setLatest('job:2', { stored: 2 }, 1);
    stage.pass(LATEST_EVERY_MS);
    stage.evict();
    const ada = stage.join();
    expect(ada.all('welcome')[0]?.latest).toEqual([
      { key: 'job:1', data: { stored: 1 } },
      { key: 'job:2', data: { stored: 2 } },
    ]);
    expect(stage.room.setLatest('job:1', { stored: 3 }, 2)).toEqual({ watched: true });
    stage.room.dropLatest('job:2');
    expect(stage.join('ben').all('welcome')[0]?.latest).toEqual([{ key: 'job:1', data: { stored: 3 } }]);
  });

  it('R-MARK-1: come with the bookmark of the change, also after an eviction', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    stage.room.setLatest('job:1', { stored: 1 }, 1, '1.7');
    stage.pass(LATEST_EVERY_MS);
    const value = { key: 'job:1', data: { stored: 1 }, bookmark: '1.7' };
    expect(ada.all('latest')[0]?.values).toEqual([value]);
    stage.evict();
    expect(stage.join('ben').all('welcome')[0]?.latest).toEqual([value]);
  });

  it('R-LATEST-2: never go back, also after an eviction', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    stage.pass(100);
    stage.room.setLatest('job:1', { stored: 5 }, 5);
    stage.pass(LATEST_EVERY_MS);
    stage.evict();
    for (const version of [4, 5]) stage.room.setLatest('job:1', { stored: 'late' }, version);
    stage.pass(LATEST_EVERY_MS);
    expect(ada.all('latest')).toHaveLength(1);
    stage.room.dropLatest('job:1');
    stage.room.setLatest('job:1', { stored: 1 }, 1);
    expect(ada.all('latest')).toHaveLength(2);
  });

  it('R-LATEST-2: are a hundred, of which the oldest goes', () => {
    const stage = new RoomStage();
    for (let job = 0; job <= MAX_LATEST; job++) {
      stage.room.setLatest(`job:${job}`, {}, 1);
      stage.pass(1);
    }
    const keys = stage
      .join()
      .all('welcome')[0]
      ?.latest.map(({ key }) => key);
    expect(keys).toHaveLength(MAX_LATEST);
    expect(keys).not.toContain('job:0');
  });
});
