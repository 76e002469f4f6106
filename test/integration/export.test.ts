import { neonConfig } from '@neondatabase/serverless';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import { addMember, importImages, media, query } from '../helpers/crawl.ts';
import { readZip } from '../helpers/zip-reader.ts';

interface Line {
  file_name: string;
  id: string;
  sha256: string;
  bytes: number;
  source_url: string;
  license: string | null;
  review: string;
  label: string | null;
  tags: string[];
}

let ada: Person;
let project: string;
/** Darkroom's own, which other tests of this process go on with; set when it first asks the database. */
let send: typeof fetch;

beforeEach(async () => {
  ada = await signUp();
  project = await createProject(ada);
  send = neonConfig.fetchFunction as typeof fetch;
});

afterEach(() => {
  neonConfig.fetchFunction = send;
});

function freshPaths(count: number): string[] {
  const name = crypto.randomUUID();
  return Array.from({ length: count }, (_, n) => `/image/${name}-${n}.${n % 2 ? 'png' : 'jpg'}`);
}

async function openExport(format: 'jsonl' | 'zip', bindings: object = {}, filter = ''): Promise<Response> {
  const variables = bindings as Record<string, string>;
  const reply = await ada.send(`/v1/projects/${project}/export?format=${format}${filter}`, { variables });
  expect(reply.status).toBe(200);
  return reply;
}

function parseLines(text: string): Line[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

async function textOf(reply: Response): Promise<string> {
  return new TextDecoder().decode(await reply.arrayBuffer());
}

const idsOf = (lines: Line[]): string[] => lines.map(({ id }) => id);

/** The ids in an export of lines under a filter such as `&review=keep`. */
async function exportIds(filter: string): Promise<string[]> {
  return idsOf(parseLines(await textOf(await openExport('jsonl', {}, filter))));
}

async function newestFirst(): Promise<string[]> {
  const text = 'select id from images where project_id = $1 order by id desc';
  return (await query<{ id: string }>(text, [project])).map(({ id }) => id);
}

async function decide(ids: (string | undefined)[], change: object): Promise<string> {
  const seen = await query('select id, revision from images where id = any($1)', [ids]);
  const reply = await ada.call<{ reviewId: string }>(`/v1/projects/${project}/images/review`, {
    body: { change, images: seen },
  });
  expect(reply.status).toBe(200);
  return reply.body.reviewId;
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))).toString('hex');
}

/** Rows without bytes in R2: enough for metadata. */
async function addRecords(count: number): Promise<void> {
  const hash = `sha256(convert_to($1 || n, 'UTF8'))`;
  await query(
    `insert into blobs (sha256, bytes, crc32, mime, width, height, average_color)
     select ${hash}, 1, 1, 'image/png', 1, 1, '#000000' from generate_series(1, ${count}) n`,
    [project],
  );
  await query(
    `insert into images (id, project_id, sha256, format, size)
     select 'img_' || right($1, 6) || lpad(n::text, 20, '0'), $1, ${hash}, 'png', 'small'
     from generate_series(1, ${count}) n`,
    [project],
  );
  await query(
    `insert into image_sources (image_id, project_id, url_hash, url, final_url, fetched_at)
     select id, project_id, '\\x01', 'https://example.org/', 'https://example.org/', now() from images where project_id = $1`,
    [project],
  );
}

describe('an export as ZIP', () => {
  it('holds every image beside metadata that agrees with the bytes and the database', async () => {
    await importImages(ada, project, [...freshPaths(9), '/status/404']);
    const reply = await openExport('zip');
    expect(reply.headers.get('content-type')).toBe('application/zip');
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename="test-project.zip"');
    expect(reply.headers.get('cache-control')).toBe('no-store');
    const { members } = readZip(new Uint8Array(await reply.arrayBuffer()));
    const [first, ...files] = members;
    expect(first?.name).toBe('metadata.jsonl');
    const lines = parseLines(new TextDecoder().decode(first?.data));
    expect(lines).toHaveLength(9);
    expect(files.map(({ name }) => name)).toEqual(lines.map(({ file_name }) => file_name));
    expect(await Promise.all(files.map(({ data }) => sha256(data)))).toEqual(
      lines.map((line) => line.sha256),
    );
    expect(files.map(({ data }) => data.length)).toEqual(lines.map(({ bytes }) => bytes));
    const rows = await query<{ id: string; sha256: string }>(
      `select id, encode(sha256, 'hex') as sha256 from images where project_id = $1 order by id desc`,
      [project],
    );
    expect(lines.map((line) => ({ id: line.id, sha256: line.sha256 }))).toEqual(rows);
    expect(lines.every(({ id, file_name }) => file_name.startsWith(`images/${id}.`))).toBe(true);
  });

  it('breaks off when bytes are missing, rather than end as a short file', async () => {
    await importImages(ada, project, freshPaths(3));
    const [victim] = await query<{ sha256: string }>(
      `select encode(sha256, 'hex') as sha256 from images where project_id = $1 order by id offset 1 limit 1`,
      [project],
    );
    await media.delete(`original/${victim?.sha256}`);
    const reply = await openExport('zip');
    await expect(reply.arrayBuffer()).rejects.toThrow();
  });

  it('breaks off when the stored bytes are not those of the database', async () => {
    await importImages(ada, project, freshPaths(1));
    const [{ sha256: key = '' } = {}] = await query<{ sha256: string }>(
      `select encode(sha256, 'hex') as sha256 from images where project_id = $1`,
      [project],
    );
    await media.put(`original/${key}`, 'something else');
    const reply = await openExport('zip');
    await expect(reply.arrayBuffer()).rejects.toThrow();
  });

  it('asks for no more bytes than its reader takes', async () => {
    await importImages(ada, project, freshPaths(40));
    let opened = 0;
    const counting = {
      get: async (key: string, options: R2GetOptions) => {
        opened++;
        return await media.get(key, options);
      },
    };
    const reply = await openExport('zip', { MEDIA: counting });
    expect(opened).toBe(0);
    const reader = reply.body?.getReader();
    await reader?.read();
    const [smallest] = await query<{ bytes: string }>(
      'select min(bytes) as bytes from images join blobs using (sha256) where project_id = $1',
      [project],
    );
    // The images of one chunk of 64 KiB, and the few that are asked for ahead of it.
    const allowed = Math.ceil(65_536 / Number(smallest?.bytes)) + 7;
    expect(opened).toBeGreaterThan(0);
    expect(opened).toBeLessThanOrEqual(allowed);
    expect(allowed).toBeLessThan(40);
    const before = opened;
    await reader?.cancel();
    expect(opened).toBe(before);
  });
});

describe('an export as JSON lines', () => {
  it('names every image once', async () => {
    await importImages(ada, project, freshPaths(3));
    const reply = await openExport('jsonl');
    expect(reply.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
    const lines = parseLines(await textOf(reply));
    expect(new Set(lines.map(({ id }) => id)).size).toBe(3);
    expect(lines[0]).toMatchObject({
      width: 120,
      height: 90,
      source_url: expect.stringContaining('/image/'),
    });
  });

  it('reads one page of the database at a time, and only when it is needed', async () => {
    await addRecords(1_200);
    let trips = 0;
    neonConfig.fetchFunction = async (...args: Parameters<typeof fetch>) => {
      trips++;
      return await send(...args);
    };
    const reply = await openExport('jsonl');
    const opening = trips;
    const reader = reply.body?.getReader();
    let text = new TextDecoder().decode((await reader?.read())?.value);
    expect(trips - opening).toBe(1);
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      text += new TextDecoder().decode(next.value);
    }
    expect(trips - opening).toBe(3);
    expect(parseLines(text)).toHaveLength(1_200);
  });
});

describe('what was decided', () => {
  it('stands in every line, beside the licence', async () => {
    await importImages(ada, project, freshPaths(2));
    const [first, second] = await newestFirst();
    await query(`update images set license = 'cc0' where id = $1`, [first]);
    await decide([first], { review: 'keep', label: 'boat', addTags: ['sea', 'calm'] });
    expect(parseLines(await textOf(await openExport('jsonl')))).toMatchObject([
      { id: first, license: 'cc0', review: 'keep', label: 'boat', tags: ['calm', 'sea'] },
      { id: second, license: null, review: 'undecided', label: null, tags: [] },
    ]);
  });

  it('narrows an export as it narrows the list, and so does every other facet', async () => {
    await importImages(ada, project, freshPaths(4));
    const [a, b, c, d] = await newestFirst();
    await decide([a, c], { review: 'keep', addTags: ['sea'] });
    await decide([b], { review: 'reject' });
    await decide([c, d], { label: 'boat' });
    await query(`update images set license = 'cc0', host = 'one.example', size = 'large' where id = $1`, [d]);
    expect(await exportIds('&review=keep')).toEqual([a, c]);
    expect(await exportIds('&review=reject')).toEqual([b]);
    expect(await exportIds('&label=boat')).toEqual([c, d]);
    expect(await exportIds('&tag=sea&label=boat')).toEqual([c]);
    for (const facet of ['license=cc0', 'host=one.example', 'size=large']) {
      expect(await exportIds(`&${facet}`), facet).toEqual([d]);
    }
    expect(await exportIds('&license=none&review=undecided')).toEqual([]);
    const zip = await openExport('zip', {}, '&review=keep');
    const { members } = readZip(new Uint8Array(await zip.arrayBuffer()));
    expect(idsOf(parseLines(new TextDecoder().decode(members[0]?.data)))).toEqual([a, c]);
    expect(members.slice(1).map(({ name }) => name.slice('images/'.length).split('.')[0])).toEqual([a, c]);
    expect((await ada.call(`/v1/projects/${project}/export?format=zip&review=maybe`)).status).toBe(400);
  });

  it('is what it was when the export began, whatever is decided, undone and deleted while it is read', async () => {
    await importImages(ada, project, freshPaths(6));
    const [a, b, c, d, e, f] = await newestFirst();
    const kept = await decide([a, b, c, d], { review: 'keep', label: 'boat', addTags: ['sea'] });
    const filters = ['&review=keep', '&label=boat', '&tag=sea', ''];
    const replies = await Promise.all(filters.map(async (filter) => await openExport('jsonl', {}, filter)));
    const zip = await openExport('zip', {}, '&review=keep');
    await decide([a], { review: 'reject', label: null, removeTags: ['sea'] });
    await decide([a], { review: 'undecided' });
    await decide([e], { review: 'keep', label: 'boat', addTags: ['sea'] });
    expect((await ada.call(`/v1/reviews/${kept}/undo`, { method: 'POST' })).status).toBe(200);
    for (const id of [c, f]) {
      expect((await ada.call(`/v1/images/${id}`, { method: 'DELETE' })).status).toBe(204);
    }
    await importImages(ada, project, freshPaths(2));
    const [all = [], ...narrowed] = (await Promise.all(replies.map(textOf))).map(parseLines).toReversed();
    for (const lines of narrowed) {
      expect(idsOf(lines)).toEqual([a, b, c, d]);
      for (const line of lines) expect(line).toMatchObject({ review: 'keep', label: 'boat', tags: ['sea'] });
    }
    expect(all.map(({ id, review }) => [id, review])).toEqual([
      ...[a, b, c, d].map((id) => [id, 'keep']),
      ...[e, f].map((id) => [id, 'undecided']),
    ]);
    const { members } = readZip(new Uint8Array(await zip.arrayBuffer()));
    expect(idsOf(parseLines(new TextDecoder().decode(members[0]?.data)))).toEqual([a, b, c, d]);
    expect(members).toHaveLength(5);
    expect(await exportIds('&review=keep')).toEqual([e]);
  });

  it('holds over many pages, with all of it changed after the first', async () => {
    await addRecords(1_300);
    await query(`update images set review = 'keep' where project_id = $1 and right(id, 1)::int % 2 = 0`, [
      project,
    ]);
    const expected = await exportIds('&review=keep');
    expect(expected).toHaveLength(650);
    const reply = await openExport('jsonl', {}, '&review=keep');
    const reader = reply.body?.getReader();
    let text = new TextDecoder().decode((await reader?.read())?.value);
    const outcome = await ada.call(`/v1/projects/${project}/images/review`, {
      body: { change: { review: 'reject' }, filter: {} },
    });
    expect(outcome.body).toMatchObject({ changed: 1_300 });
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      text += new TextDecoder().decode(next.value);
    }
    expect(idsOf(parseLines(text))).toEqual(expected);
    expect(await exportIds('&review=keep')).toEqual([]);
  });
});

describe('an export', () => {
  it.each(['jsonl', 'zip'] as const)('of an empty project is an empty %s', async (format) => {
    const bytes = new Uint8Array(await (await openExport(format)).arrayBuffer());
    if (format === 'jsonl') expect(bytes).toHaveLength(0);
    else
      expect(readZip(bytes).members.map(({ name, data }) => [name, data.length])).toEqual([
        ['metadata.jsonl', 0],
      ]);
  });

  it('shows the project as it was when it began, whatever happens while it is read', async () => {
    await importImages(ada, project, freshPaths(4));
    const before = await newestFirst();
    const replies = [await openExport('jsonl'), await openExport('zip')] as const;
    for (const id of before.slice(1, 3)) {
      expect((await ada.call(`/v1/images/${id}`, { method: 'DELETE' })).status).toBe(204);
    }
    await importImages(ada, project, freshPaths(3));
    const expected = before;
    expect(parseLines(await textOf(replies[0])).map(({ id }) => id)).toEqual(expected);
    const { members } = readZip(new Uint8Array(await replies[1].arrayBuffer()));
    expect(parseLines(new TextDecoder().decode(members[0]?.data)).map(({ id }) => id)).toEqual(expected);
    expect(members).toHaveLength(5);
    const after = parseLines(await textOf(await openExport('jsonl'))).map(({ id }) => id);
    expect(after).toHaveLength(5);
    expect(after).not.toContain(expected[1]);
  });

  it('leaves out what was deleted before it began', async () => {
    await importImages(ada, project, freshPaths(2));
    const [gone, kept] = await query<{ id: string }>(
      'select id from images where project_id = $1 order by id',
      [project],
    );
    await ada.call(`/v1/images/${gone?.id}`, { method: 'DELETE' });
    expect(parseLines(await textOf(await openExport('jsonl'))).map(({ id }) => id)).toEqual([kept?.id]);
  });

  it('is for members only, viewers among them', async () => {
    const [eve, vic] = [await signUp(), await signUp()];
    await addMember(project, vic, 'viewer');
    for (const format of ['jsonl', 'zip']) {
      const path = `/v1/projects/${project}/export?format=${format}`;
      expect((await eve.call(path)).status).toBe(404);
      const allowed = await vic.send(path);
      expect(allowed.status).toBe(200);
      await allowed.arrayBuffer();
    }
    expect((await ada.call(`/v1/projects/${project}/export?format=tar`)).status).toBe(400);
  });
});
