import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../dev/stack/arguments.mjs';

describe('the arguments of npm start', () => {
  it('has defaults for everything', () => {
    expect(parseArguments([])).toEqual({
      kind: 'run',
      port: 8787,
      dataDir: '.darkroom',
      isFresh: false,
      share: null,
    });
  });

  it('takes port, data folder and --fresh', () => {
    const parsed = parseArguments(['--port', '9000', '--data', '/tmp/x', '--fresh']);
    expect(parsed).toEqual({ kind: 'run', port: 9000, dataDir: '/tmp/x', isFresh: true, share: null });
  });

  it('shares on the address that it is given, or on one of its own choice', () => {
    expect(parseArguments(['--share=192.168.1.7'])).toMatchObject({ kind: 'run', share: '192.168.1.7' });
    expect(parseArguments(['--share', '--fresh'])).toMatchObject({ kind: 'run', share: '', isFresh: true });
    expect(parseArguments(['--share', '192.168.1.7']).kind).toBe('error');
  });

  it.each([['0'], ['65536'], ['80a'], ['']])('refuses the port %j', (port) => {
    expect(parseArguments([`--port=${port}`]).kind).toBe('error');
  });

  it('names an argument that it does not know', () => {
    expect(parseArguments(['--frehs'])).toEqual({ kind: 'error', message: "Unknown option '--frehs'" });
    expect(parseArguments(['extra']).kind).toBe('error');
  });

  it('shows help before anything else is checked', () => {
    expect(parseArguments(['--help', '--port', 'x']).kind).toBe('help');
  });
});
