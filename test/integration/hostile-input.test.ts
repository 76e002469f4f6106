import fc from 'fast-check';
import { expect, inject, it } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { AREAS } from '../../src/routes/areas.ts';
import { newId } from '../../src/lib/id.ts';
import { createClient, createProject, signUp } from '../helpers/client.ts';

const RUNS = inject('propertyRuns');
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const ROUTES = buildApp(AREAS).routes.filter(({ method }) => method !== 'ALL');

const TEXTS = [
  '',
  ' ',
  '\0',
  '\ud800',
  '💥',
  "'; drop table projects; --",
  '${x}',
  '../..',
  '%00',
  '__proto__',
  '-1',
  '1e309',
];
const FIELDS = [
  'email',
  'password',
  'name',
  'description',
  'token',
  'currentPassword',
  'newPassword',
  'kind',
  'urls',
  'options',
];
const QUERY_FIELDS = [
  ...['limit', 'cursor', 'status', 'format', 'exp', 'sig', 'v', 'x', 'fileName'],
  ...['reason', 'review', 'label', 'tag', 'jobId', 'host', 'size', 'license'],
];
const HEADERS = [
  ...[
    'idempotency-key',
    'x-request-id',
    'user-agent',
    'cookie',
    'accept',
    'range',
    'if-none-match',
    'if-range',
  ],
  ...[
    'accept-language',
    'darkroom-bookmark',
    'x-forwarded-for',
    'expect',
    'if-modified-since',
    'content-encoding',
  ],
];

const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 300 }));
const value = fc.oneof(
  text,
  fc.constantFrom('a@b.example', 'correct horse battery', 'urls'),
  fc.jsonValue({ maxDepth: 3 }),
);
const json = fc.oneof(
  fc.dictionary(fc.constantFrom(...FIELDS, '__proto__'), value).map((object) => JSON.stringify(object)),
  fc
    .array(text, { maxLength: 5 })
    .map((urls) => JSON.stringify({ kind: 'urls', urls, options: { minWidth: 1 } })),
  fc.json(),
);
const body = fc.oneof({ weight: 4, arbitrary: json }, text, fc.uint8Array({ maxLength: 400 }));
const type = fc.constantFrom(
  'application/json',
  'application/json',
  'application/json;charset=utf-7',
  'text/plain',
  '',
);
// What a header may hold; everything else never leaves a client.
const headerValue = fc
  .string({ unit: 'binary-ascii', maxLength: 220 })
  .map((raw) => raw.replaceAll(/[^\t\x20-\x7e]/g, ''));
const query = fc.dictionary(fc.constantFrom(...QUERY_FIELDS), text, { maxKeys: 4 });

const request = fc.record({
  route: fc.constantFrom(...ROUTES),
  method: fc.option(fc.constantFrom(...METHODS)),
  segment: fc.oneof(fc.constant(null), fc.constant('new'), text),
  suffix: fc.oneof(
    { weight: 5, arbitrary: fc.constant('') },
    fc.constantFrom('/', '//', '/x', '%2f', '%', '.'),
  ),
  query,
  rawQuery: fc.option(fc.constantFrom('%', '%ff=%fe', 'limit=%', '&&==', 'cursor[]=1')),
  headers: fc.dictionary(fc.constantFrom(...HEADERS), headerValue, { maxKeys: 4 }),
  type,
  body: fc.option(body),
  isSignedIn: fc.boolean(),
});

/** Made of well-formed text: an address cannot hold half a surrogate. */
const encode = (raw: string) => encodeURIComponent(raw.toWellFormed());

it(
  'no input is answered with 5xx, and every refusal is a problem with the request id',
  async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const { cookie } = ada;
    const known: Record<string, string> = { projectId: project, jobId: newId('job'), imageId: newId('img') };
    const fill = (path: string, segment: string | null) =>
      path.replaceAll(/:([^/]+)/g, (_, name: string) => {
        if (segment === null) return known[name] ?? newId('ses');
        return segment === 'new' ? newId('prj') : encode(segment);
      });

    await fc.assert(
      fc.asyncProperty(request, async (input) => {
        const method = input.method ?? input.route.method;
        const pairs = Object.entries(input.query).map(([name, raw]) => `${name}=${encode(raw)}`);
        const path = `${fill(input.route.path, input.segment)}${input.suffix}?${input.rawQuery ?? pairs.join('&')}`;
        const client = createClient();
        // The session must outlive the run.
        const endsSession = /sign-out|password/.test(path);
        const isDeletion = method === 'DELETE' && path.includes(project);
        if (input.isSignedIn && !endsSession && !isDeletion) client.cookie = cookie;
        const headers = { ...input.headers, ...(input.type && { 'content-type': input.type }) };
        const hasBody = input.body !== null && method !== 'GET' && method !== 'HEAD';
        const response = await client.send(path, {
          method,
          headers,
          ...(hasBody && { raw: input.body ?? '' }),
        });
        const content = await response.text();

        expect(response.status).toBeLessThan(500);
        if (response.status < 400) return;
        expect(response.headers.get('content-type')).toBe('application/problem+json');
        const requestId = response.headers.get('x-request-id');
        expect(requestId).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
        if (method === 'HEAD') expect(content).toBe('');
        else expect(JSON.parse(content)).toMatchObject({ status: response.status, requestId });
      }),
      { numRuns: RUNS },
    );
    ada.cookie = cookie;
    expect((await ada.call(`/v1/projects/${project}`)).status).toBe(200);
  },
  30_000 + RUNS * 100,
);
