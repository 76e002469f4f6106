import { describe, expect, it } from 'vitest';
import { deployedSettingsVariable, parseSettings, settingsVariable } from '../../../src/settings/parse.ts';
import { defaultSettings } from '../../../src/settings/schema.ts';

describe('the settings', () => {
  it('are the defaults where nothing else is said', () => {
    expect(parseSettings('{}')).toEqual({ settings: defaultSettings() });
    const parsed = parseSettings('{"deadlines":{"redisMs":80}}');
    expect(parsed).toEqual({
      settings: { ...defaultSettings(), deadlines: { ...defaultSettings().deadlines, redisMs: 80 } },
    });
  });

  it.each([
    ['no JSON', 'nonsense', 'must be JSON'],
    ['a list', '[]', 'all: '],
    ['a name that nobody knows', '{"slowMS":80}', 'all: '],
    ['such a name further down', '{"deadlines":{"redsMs":80}}', 'deadlines: '],
    ['a time below its least', '{"deadlines":{"redisMs":1}}', 'deadlines.redisMs: '],
    ['a time above its most', '{"deadlines":{"redisMs":7777777}}', 'deadlines.redisMs: '],
    ['a text for a number', '{"breaker":{"failureRatio":"7777777"}}', 'breaker.failureRatio: '],
    ['a fraction of a millisecond', '{"slowMs":0.7777777}', 'slowMs: '],
  ])('are refused as a whole with %s, without repeating what was there', (_, text, beginning) => {
    const parsed = parseSettings(text);
    expect(parsed).toEqual({ problem: expect.stringContaining(beginning) });
    expect(JSON.stringify(parsed)).not.toContain('7777777');
  });

  it.each([20, 499])('name one bound for a pause of a breaker that is deployed with %s ms', (pauseMs) => {
    const parsed = deployedSettingsVariable().safeParse(JSON.stringify({ breaker: { pauseMs } }));
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
      'breaker.pauseMs: Too small: expected number to be >=500',
    ]);
    expect(deployedSettingsVariable().parse('{"breaker":{"pauseMs":500}}').breaker.pauseMs).toBe(500);
    expect(settingsVariable().parse('{"breaker":{"pauseMs":499}}').breaker.pauseMs).toBe(499);
  });

  it('say everything that is wrong at once', () => {
    const parsed = parseSettings('{"slowMs":-1,"maxReplicaLagMs":0}');
    expect(parsed).toEqual({ problem: expect.stringMatching(/slowMs.*; maxReplicaLagMs/) });
  });
});
