import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning } from '../../dev/process/process-group.mjs';
import { readRecords } from '../../dev/process/record.ts';
import { askDoctor } from '../helpers/doctor.ts';
import { startStack, type RunningStack } from '../helpers/running-stack.ts';

/** Only Linux answers on all of 127.0.0.0/8. */
const ADDRESS = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';

describe('npm start -- --share', () => {
  let stack: RunningStack;
  let url = '';
  let certificate = '';

  beforeAll(async () => {
    stack = await startStack([`--share=${ADDRESS}`]);
    url = stack.ready.shared?.url ?? '';
    certificate = readFileSync(stack.ready.shared?.certificatePath ?? '', 'utf8');
  });
  afterAll(async () => {
    await stack.stop();
    rmSync(stack.dataDir, { recursive: true, force: true });
  });

  async function send(path: string, headers: Record<string, string> = {}, body?: unknown) {
    const request = https.request(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ca: certificate,
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode, headers: response.headers, text };
  }

  it('prints the fingerprint of the certificate that it serves', () => {
    const { fingerprint256 } = new X509Certificate(certificate);
    expect(stack.output().replaceAll(/\s/g, '')).toContain(fingerprint256);
    expect(url).toMatch(`https://${ADDRESS}:`);
  });

  it('signs a second device in by the printed link, once, with a Secure __Host- cookie that opens its projects', async () => {
    const token = new RegExp(`${url}/sign-in#link=(\\S+)`).exec(stack.output())?.[1];
    const signIn = await send('/v1/auth/sign-in-link', { origin: url }, { token });
    expect(signIn.status).toBe(200);
    const cookie = signIn.headers['set-cookie']?.[0] ?? '';
    expect(cookie).toMatch(/^__Host-darkroom_session_\d+=.*; Secure/);
    const projects = await send('/v1/projects', { cookie: cookie.split(';')[0] ?? '' });
    expect(JSON.parse(projects.text)).toMatchObject({ data: [{ name: 'First light' }] });
    expect((await send('/v1/auth/sign-in-link', { origin: url }, { token })).status).toBe(401);
  });

  it('serves the console, which keeps to its own origin', async () => {
    expect((await send('/')).text).toContain('<!doctype html>');
  });

  it('keeps the demo passwords of the README out, and takes the printed ones', async () => {
    const { email, password } = stack.ready.demo;
    const signIn = async (given: string) =>
      (await send('/v1/auth/sign-in', { origin: url }, { email, password: given })).status;
    expect(await signIn('contact-sheet-ada')).toBe(401);
    expect(await signIn(password)).toBe(200);
  });

  it('still serves this machine over http, with the plain cookie', async () => {
    const token = /#link=(\S+)/.exec(stack.signInLink)?.[1];
    const response = await fetch(new URL('/v1/auth/sign-in-link', stack.ready.consoleUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: stack.ready.consoleUrl },
      body: JSON.stringify({ token }),
    });
    expect(response.headers.get('set-cookie')).toMatch(
      new RegExp(`^darkroom_session_${new URL(stack.ready.consoleUrl).port}=`),
    );
    expect(response.headers.get('set-cookie')).not.toContain('Secure');
  });

  it('offers the network nothing else: the Worker, the stores and the sample site stay on loopback', async () => {
    const ports = [stack.ready.consoleUrl, stack.ready.sampleSiteUrl].map((one) => Number(new URL(one).port));
    for (const port of ADDRESS === '127.0.0.1' ? [] : ports) {
      const socket = net.connect(port, ADDRESS);
      expect((await once(socket, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  it('gives the doctor nothing to do', async () => {
    const diagnosis = await askDoctor(stack.dataDir);
    expect({ code: diagnosis.code, bad: diagnosis.problems }).toEqual({ code: 0, bad: [] });
    for (const name of ['lock', 'ready file', 'health', 'clock', 'certificate', 'processes']) {
      expect(diagnosis.find(name)?.state, name).toBe('ok');
    }
    expect(diagnosis.find('health')?.message).toContain('primary, replica, redis, media, queue answer');
    expect(diagnosis.find('processes')?.message).toContain('share');
  });

  it('ends on SIGTERM, and leaves nothing behind', async () => {
    const children = readRecords(stack.dataDir).map(({ record }) => record);
    expect(children.map(({ name }) => name)).toContain('share');
    expect(await stack.stop()).toBe(0);
    expect(children.filter((child) => isRunning(child) || isRunning(child.guard))).toEqual([]);
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    expect((await once(socket, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' });
  });
});
