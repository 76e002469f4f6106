import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runDrain } from '../../../dev/drain/index.mjs';
import { findTarget } from '../../../dev/drain/target.mjs';

const TOKEN = 'the-token-of-nobody';
const ON = {
  on: true,
  since: '2026-11-30T09:00:00.000Z',
  until: '2026-11-30T09:00:05.000Z',
  rooms: 1,
  sockets: 2,
  cut: 0,
};

interface Seen {
  method: string | undefined;
  url: string | undefined;
  authorization: string | undefined;
  body: unknown;
}

let dataDir: string;
let server: http.Server;
let url: string;
let seen: Seen[];
let answer: { status: number; body: object };

beforeEach(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-drain-'));
  seen = [];
  answer = { status: 200, body: ON };
  server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      seen.push({
        method,
        url: path,
        authorization: headers.authorization,
        body: text ? JSON.parse(text) : null,
      });
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(dataDir, { recursive: true, force: true });
});

async function drain(args: string[], token: string | undefined = TOKEN) {
  const lines: string[] = [];
  const code = await runDrain([...args, '--data', dataDir], { OPERATOR_TOKEN: token }, (text) =>
    lines.push(text),
  );
  return { code, output: lines.join('\n') };
}

describe('npm run drain', () => {
  it('tells an installation, and prints what it says', async () => {
    expect(await drain(['on', '--url', url, '--timeout', '5'])).toEqual({
      code: 0,
      output: `on since ${ON.since}; 2 sockets in 1 room asked to come back, 0 cut off at ${ON.until}`,
    });
    answer.body = { ...ON, on: false };
    expect(await drain(['off', '--url', url])).toEqual({ code: 0, output: 'off: traffic may be sent here' });
    await drain(['status', '--url', url]);
    const call = { url: '/v1/admin/drain', authorization: `Bearer ${TOKEN}` };
    expect(seen).toEqual([
      { ...call, method: 'PUT', body: { on: true, timeoutSeconds: 5 } },
      { ...call, method: 'PUT', body: { on: false, timeoutSeconds: 60 } },
      { ...call, method: 'GET', body: null },
    ]);
  });

  it('says what will come while it has not, and that a second time-out is none', async () => {
    const until = new Date(Date.now() + 60_000).toISOString();
    const since = new Date(Date.parse(until) - 90_000).toISOString();
    answer.body = { ...ON, since, until };
    const said = `on since ${since}; 2 sockets in 1 room asked to come back, whoever is still there at ${until} is cut off`;
    expect((await drain(['status', '--url', url])).output).toBe(said);
    expect((await drain(['on', '--url', url, '--timeout', '90'])).output).toBe(said);
    expect((await drain(['on', '--url', url, '--timeout', '5'])).output).toBe(
      `${said}; it was on already, and keeps its time-out of 90 s: switch it off first for another one`,
    );
  });

  it('says that a token is of another installation', async () => {
    answer = { status: 401, body: { title: 'Sign in first', code: 'unauthenticated', requestId: 'r-1' } };
    expect(await drain(['on', '--url', url])).toEqual({
      code: 1,
      output: `${url} refuses: OPERATOR_TOKEN is not this installation's (request r-1)`,
    });
  });

  it('finds the running local stack and its secret by itself', async () => {
    expect((await drain(['status'], '')).output).toContain('No stack runs');
    writeFileSync(path.join(dataDir, 'ready.json'), JSON.stringify({ consoleUrl: url }));
    expect((await drain(['status'], '')).output).toContain('holds no operator token');
    writeFileSync(path.join(dataDir, 'secrets.json'), JSON.stringify({ operatorToken: 'local' }));
    expect((await drain(['status'], '')).code).toBe(0);
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer local']);
  });

  it('ends with 1 when it is refused or nobody answers', async () => {
    answer = {
      status: 403,
      body: { title: 'You may not do this', code: 'forbidden', requestId: 'r-1' },
    };
    const refused = await drain(['on', '--url', url]);
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('(forbidden, request r-1)') });
    expect(refused.output).not.toContain(TOKEN);
    expect(await drain(['on', '--url', 'http://127.0.0.1:1'])).toMatchObject({ code: 1 });
  });

  it.each([
    [],
    ['of'],
    ['on', 'off'],
    ['on', '--timeout', '0'],
    ['on', '--timeout', 'soon'],
    ['on', '--what'],
  ])('ends with 2 for %s %s %s', async (...args) => {
    expect(await drain(args.filter((arg) => arg !== undefined))).toMatchObject({
      code: 2,
      output: expect.stringContaining('Usage'),
    });
    expect(seen).toEqual([]);
  });
});

describe('a token', () => {
  it('of the local stack is sent nowhere else, and none is sent in the clear', () => {
    writeFileSync(path.join(dataDir, 'secrets.json'), JSON.stringify({ operatorToken: 'local' }));
    const find = (given: string, token?: string) => findTarget({ given, token, dataDir });
    expect(find('https://darkroom.example.com')).toHaveProperty('problem');
    expect(find('http://darkroom.example.com', TOKEN)).toHaveProperty('problem');
    expect(find('nonsense', TOKEN)).toHaveProperty('problem');
    const url = 'https://darkroom.example.com';
    expect(find(url, TOKEN)).toEqual({ url, token: TOKEN });
  });
});
