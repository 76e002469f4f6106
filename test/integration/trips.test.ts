import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Call,
  type Client,
  createClient,
  createProject,
  type Person,
  signUp,
} from '../helpers/client.ts';
import { type CountedStores, openCountedStores } from '../helpers/count-trips.ts';
import { TRIPS, type TripKind } from '../helpers/trip-table.ts';
import { picture, upload } from '../helpers/uploads.ts';

interface Visit {
  client: Client;
  path: string;
  call?: Call;
  status: number;
}

let stores: CountedStores;
let ada: Person;
let project: string;
let imageUrl: string;
let publicProject: string;
let bearers: { program: string; apiKey: string };

const path = () => `/v1/projects/${project}`;
const images = () => `/v1/projects/${project}/images`;
const untold = (call: Call = {}): Call => ({ ...call, isUntold: true });

/** Sends it as often as it takes until everything that can be cached is. */
async function warmUp(client: Client, address: string, call: Call = {}): Promise<void> {
  for (let times = 0; times < 2; times++)
    await (await client.send(address, untold({ ...call, variables: stores.variables }))).arrayBuffer();
}

async function asProgram(token: string): Promise<Visit> {
  const client = createClient();
  const call = untold({ headers: { authorization: `Bearer ${token}` } });
  await warmUp(client, images(), call);
  return { client, path: images(), call, status: 200 };
}

/** How each kind of request is made, and what has to happen before it. */
const VISITS: Record<TripKind, () => Promise<Visit>> = {
  'liveness, the console, `/v1/config`': async () => ({
    client: createClient(),
    path: '/v1/config',
    status: 200,
  }),
  'a public page that the isolate holds': async () => {
    const client = createClient();
    await warmUp(client, `/p/${publicProject}`);
    return { client, path: `/p/${publicProject}`, status: 200 };
  },
  'an image under its signed address': async () => ({
    client: createClient(),
    path: imageUrl,
    status: 200,
  }),
  'a stranger who is refused (401)': async () => ({ client: createClient(), path: path(), status: 401 }),
  'a cached read': async () => {
    await warmUp(ada, path());
    return { client: ada, path: path(), call: untold(), status: 200 };
  },
  'a cached read that is not modified (304)': async () => {
    await warmUp(ada, path());
    const { headers } = await ada.call(path(), untold());
    const call = untold({ headers: { 'if-none-match': headers.get('etag') ?? '' } });
    return { client: ada, path: path(), call, status: 304 };
  },
  'a cached read whose value is nowhere yet': async () => {
    const other = await createProject(ada, 'Nowhere yet');
    // So that the caller's role in it is known.
    await warmUp(ada, images());
    return { client: ada, path: `/v1/projects/${other}`, call: untold(), status: 200 };
  },
  'a cached read right after a change of its value': async () => {
    await warmUp(ada, path());
    const changed = await ada.call(path(), { method: 'PATCH', body: { name: 'Changed' } });
    const bookmark = changed.headers.get('darkroom-bookmark') ?? '';
    return {
      client: ada,
      path: path(),
      call: untold({ headers: { 'darkroom-bookmark': bookmark } }),
      status: 200,
    };
  },
  'a read that is not cached': async () => {
    await warmUp(ada, images());
    return { client: ada, path: images(), call: untold(), status: 200 };
  },
  'the same by a program with an access token': async () => await asProgram(bearers.program),
  'the same with an API key': async () => await asProgram(bearers.apiKey),
  'the first request of a session in a minute': async () => {
    const eve = await signUp('Eve');
    return { client: eve, path: '/v1/projects', call: untold(), status: 200 };
  },
  'a write': async () => {
    await warmUp(ada, path());
    return { client: ada, path: path(), call: { method: 'PATCH', body: { name: 'Written' } }, status: 200 };
  },
  'a write that is refused (403)': async () => {
    const bob = await signUp('Bob');
    await warmUp(bob, '/v1/projects');
    return { client: bob, path: path(), call: { method: 'PATCH', body: { name: 'Taken' } }, status: 404 };
  },
  'a write that is repeated with its key': async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const call = { method: 'PATCH', body: { name: 'Once' }, headers };
    await ada.call(path(), { ...call, variables: stores.variables });
    return { client: ada, path: path(), call, status: 200 };
  },
  'a sign-in': async () => {
    const { email, password } = ada;
    const client = createClient();
    const call = { body: { email, password } };
    // The scripts of the limits are known to Redis from then on.
    await client.call('/v1/auth/sign-in', { ...call, variables: stores.variables });
    return { client: createClient(), path: '/v1/auth/sign-in', call, status: 200 };
  },
};

beforeAll(async () => {
  stores = await openCountedStores();
  ada = await signUp('Ada');
  project = await createProject(ada);
  const { body } = await upload(ada, project, await picture());
  imageUrl = body.url;
  publicProject = await createProject(ada, 'For everybody');
  await ada.call(`/v1/projects/${publicProject}`, { method: 'PATCH', body: { visibility: 'public' } });
  const { email, password } = ada;
  const program = await createClient().call<{ accessToken: string }>('/v1/auth/token', {
    body: { email, password },
  });
  const key = await ada.call<{ token: string }>('/v1/api-keys', {
    body: { name: 'Trips', scopes: ['read'] },
  });
  bearers = { program: program.body.accessToken, apiKey: key.body.token };
});
afterAll(async () => await stores.close());

describe('a request waits for', () => {
  it.each(Object.entries(TRIPS))('%s: %j', async (kind, rounds) => {
    const { client, path: address, call, status } = await VISITS[kind as TripKind]();
    const trips = await stores.count(client, address, call);
    expect(trips).toEqual({ status, rounds });
  });
});
