import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseEngine, createEmbeddedEngine, startGateway } from '../../dev/redis/index.ts';

describe('the choice of the engine', () => {
  let root: string;
  let redisFolder: string;
  let valkeyFolder: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'darkroom-choose-'));
    redisFolder = join(root, 'redis');
    valkeyFolder = join(root, 'valkey');
    for (const folder of [redisFolder, valkeyFolder]) await mkdir(folder);
    await writeFile(join(redisFolder, 'redis-server'), '', { mode: 0o755 });
    await writeFile(join(valkeyFolder, 'valkey-server'), '', { mode: 0o755 });
  });
  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it('prefers REDIS_URL, then a server on the PATH, then the embedded engine', () => {
    const url = 'redis://127.0.0.1:1';
    expect(chooseEngine({ REDIS_URL: url, PATH: redisFolder })).toEqual({ kind: 'url', url });
    expect(chooseEngine({ PATH: redisFolder })).toEqual({
      kind: 'system',
      binary: join(redisFolder, 'redis-server'),
    });
    expect(chooseEngine({ REDIS_URL: '', PATH: root })).toEqual({ kind: 'embedded' });
    expect(chooseEngine({})).toEqual({ kind: 'embedded' });
  });

  it('takes valkey-server when there is no redis-server', () => {
    expect(chooseEngine({ PATH: valkeyFolder })).toMatchObject({
      binary: join(valkeyFolder, 'valkey-server'),
    });
    const both = [valkeyFolder, redisFolder].join(delimiter);
    expect(chooseEngine({ PATH: both })).toMatchObject({ binary: join(redisFolder, 'redis-server') });
  });

  it('passes over a file that cannot be executed', async () => {
    const folder = join(root, 'plain');
    await mkdir(folder);
    await writeFile(join(folder, 'redis-server'), '');
    await chmod(join(folder, 'redis-server'), 0o644);
    expect(chooseEngine({ PATH: folder })).toEqual({ kind: 'embedded' });
  });

  it('obeys the override', () => {
    const url = 'redis://127.0.0.1:1';
    expect(chooseEngine({ REDIS_URL: url, PATH: redisFolder }, 'embedded')).toEqual({ kind: 'embedded' });
    expect(chooseEngine({ REDIS_URL: url, PATH: redisFolder }, 'system').kind).toBe('system');
    expect(() => chooseEngine({ PATH: root }, 'system')).toThrow('no redis-server or valkey-server');
  });

  it('never serves beyond loopback or without a token', async () => {
    const engine = await createEmbeddedEngine();
    await expect(startGateway({ engine, token: 't', host: '0.0.0.0' })).rejects.toThrow('loopback only');
    await expect(startGateway({ engine, token: '' })).rejects.toThrow('needs a token');
    await engine.close();
  });
});
