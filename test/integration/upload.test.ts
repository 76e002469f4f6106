import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { addMember, importImages, itemsOf, query } from '../helpers/crawl.ts';
import { problemOf } from '../helpers/problem.ts';
import { countRows } from '../helpers/sql.ts';
import {
  countedBody,
  imageCountOf,
  picture,
  sha256Of,
  type Upload,
  upload,
  uploadCall,
} from '../helpers/uploads.ts';

const MIB = 1024 * 1024;

let ada: Person;
let project: string;

beforeEach(async () => {
  ada = await signUp();
  project = await createProject(ada);
});

async function send(bytes: BodyInit, options: Parameters<typeof upload>[3] = {}, client: Client = ada) {
  return await upload(client, project, bytes, options);
}

describe('a file that is sent to a project', () => {
  it('becomes an image of it, with the file’s name and its sender as the source', async () => {
    const bytes = await picture();
    const sha256 = await sha256Of(bytes);
    const reply = await send(bytes, { fileName: 'Käfer & Blüte #1.jpg' });
    expect(reply.status).toBe(201);
    expect(reply.headers.get('location')).toBe(`/v1/images/${reply.body.id}`);
    const { duplicate, ...image } = reply.body;
    expect(duplicate).toBe(false);
    expect(image).toMatchObject({
      id: expect.stringMatching(/^img_/),
      projectId: project,
      jobId: null,
      sha256,
      mime: 'image/jpeg',
      bytes: bytes.length,
      width: 120,
      height: 90,
      orientation: 1,
      averageColor: expect.stringMatching(/^#[0-9a-f]{6}$/),
      thumbnail: { width: 120, height: 90 },
      source: {
        url: 'upload:K%C3%A4fer%20%26%20Bl%C3%BCte%20%231.jpg',
        finalUrl: 'upload:K%C3%A4fer%20%26%20Bl%C3%BCte%20%231.jpg',
        uploadedBy: ada.userId,
      },
    });
    expect(Date.parse(image.source.fetchedAt)).toBeGreaterThan(Date.now() - 60_000);
    expect((await ada.call(`/v1/images/${image.id}`)).body).toEqual(image);
    expect((await ada.call(`/v1/projects/${project}/images`)).body).toEqual({
      data: [image],
      nextCursor: null,
    });
    expect(await imageCountOf(ada, project)).toBe(1);
    const served = await createClient().send(image.url);
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(bytes);
    const thumbnail = await createClient().send(image.thumbnail?.url ?? '');
    expect(thumbnail.headers.get('content-type')).toBe('image/webp');
    await thumbnail.body?.cancel();
    expect(
      await query('select actor_id, action, project_id from activity_logs where subject_id = $1', [image.id]),
    ).toEqual([{ actor_id: ada.userId, action: 'image.uploaded', project_id: project }]);
  });

  it.each(['application/octet-stream', 'IMAGE/GIF', 'image/png; charset=binary'])(
    'is what its bytes say, not what its type says: %s',
    async (type) => {
      const reply = await send(await picture(), { headers: { 'content-type': type } });
      expect(reply).toMatchObject({
        status: 201,
        body: { mime: 'image/jpeg', source: { url: 'upload:', uploadedBy: ada.userId } },
      });
    },
  );

  it('is kept without a thumbnail when it is too large to decode', async () => {
    const reply = await send(await picture('/wide.png'));
    expect(reply).toMatchObject({ status: 201, body: { width: 16_400, thumbnail: null } });
  });

  it('brings along what it says of its rights', async () => {
    const text = 'Copyright 2026 Ada\0';
    const exif = Buffer.alloc(32 + text.length);
    exif.write('Exif\0\0II*\0\b\0\0\0', 'latin1');
    exif.writeUInt16LE(1, 14);
    exif.writeUInt16LE(0x8298, 16);
    exif.writeUInt16LE(2, 18);
    exif.writeUInt32LE(text.length, 20);
    exif.writeUInt32LE(26, 24);
    exif.write(text, 32, 'latin1');
    const jpeg = await picture();
    const segment = [0xff, 0xe1, 0, exif.length + 2, ...exif];
    const reply = await send(new Uint8Array([...jpeg.slice(0, 2), ...segment, ...jpeg.slice(2)]));
    expect(reply.status).toBe(201);
    expect(await query('select rights from image_sources where image_id = $1', [reply.body.id])).toEqual([
      { rights: { copyright: 'Copyright 2026 Ada' } },
    ]);
  });

  it('is the image that the project has already, when the bytes are the same', async () => {
    const bytes = await picture();
    const first = await send(bytes, { fileName: 'first.jpg' });
    const second = await send(bytes, { fileName: 'second.jpg' });
    expect(second.status).toBe(200);
    expect(second.headers.get('location')).toBeNull();
    expect(second.body).toEqual({ ...first.body, duplicate: true });
    expect(await imageCountOf(ada, project)).toBe(1);
    expect(
      await query('select url from image_sources where image_id = $1 order by url', [first.body.id]),
    ).toEqual([{ url: 'upload:first.jpg' }, { url: 'upload:second.jpg' }]);
    expect(
      await countRows('activity_logs', 'project_id = $1 and action = $2', [project, 'image.uploaded']),
    ).toBe(1);
  });

  it('is the same image as one that an import brought, and the other way round', async () => {
    const [before, after] = [`/image/${crypto.randomUUID()}.jpg`, `/image/${crypto.randomUUID()}.jpg`];
    await importImages(ada, project, [before]);
    const known = await send(await picture(before));
    expect(known).toMatchObject({
      status: 200,
      body: { duplicate: true, jobId: expect.stringMatching(/^job_/) },
    });
    const sent = await send(await picture(after));
    const job = await importImages(ada, project, [after]);
    expect(await itemsOf(ada, job)).toMatchObject([{ status: 'duplicate_exact', imageId: sent.body.id }]);
    expect(await imageCountOf(ada, project)).toBe(2);
  });

  it('is added once when it is sent twice at the same moment', async () => {
    const bytes = await picture();
    const replies = await Promise.all([send(bytes), send(bytes), send(bytes)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(await imageCountOf(ada, project)).toBe(1);
  });

  it('is a new image after the one with the same bytes was deleted', async () => {
    const bytes = await picture();
    const first = await send(bytes);
    await ada.call(`/v1/images/${first.body.id}`, { method: 'DELETE' });
    const second = await send(bytes);
    expect(second).toMatchObject({ status: 201, body: { duplicate: false, sha256: first.body.sha256 } });
    expect(second.body.id).not.toBe(first.body.id);
    expect(await imageCountOf(ada, project)).toBe(1);
  });

  it('belongs to that project alone, whoever else has the same bytes', async () => {
    const bytes = await picture();
    const first = await send(bytes);
    const eve = await signUp();
    const other = await eve.call<Upload>(
      `/v1/projects/${await createProject(eve)}/images`,
      uploadCall(bytes),
    );
    expect(other).toMatchObject({ status: 201, body: { duplicate: false, sha256: first.body.sha256 } });
    expect((await eve.call(`/v1/images/${first.body.id}`)).status).toBe(404);
  });
});

describe('who may send files', () => {
  it('is editors and owners; the bytes of others are not even read', async () => {
    const people = { viewer: await signUp(), reviewer: await signUp(), stranger: await signUp() };
    await addMember(project, people.viewer, 'viewer');
    await addMember(project, people.reviewer, 'reviewer');
    const path = `/v1/projects/${project}/images`;
    for (const [client, status, code] of [
      [people.viewer, 403, 'forbidden'],
      [people.reviewer, 403, 'forbidden'],
      [people.stranger, 404, 'not_found'],
      [createClient(), 401, 'unauthenticated'],
    ] as const) {
      const { stream, sent } = countedBody(MIB);
      const headers = { 'idempotency-key': crypto.randomUUID() };
      expect(await problemOf(path, uploadCall(stream, headers), client)).toMatchObject({ status, code });
      expect(sent()).toBe(0);
    }
    const editor = await signUp();
    await addMember(project, editor, 'editor');
    const reply = await send(await picture(), {}, editor);
    expect(reply).toMatchObject({ status: 201, body: { source: { uploadedBy: editor.userId } } });
    expect(await imageCountOf(ada, project)).toBe(1);
  });

  it('is not somebody on another site', async () => {
    const problem = await problemOf(
      `/v1/projects/${project}/images`,
      uploadCall(await picture(), { origin: 'https://evil.example' }),
      ada,
    );
    expect(problem).toMatchObject({ status: 403, code: 'cross_origin' });
  });
});

describe('an Idempotency-Key', () => {
  it('brings the same answer again, with addresses that work', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const bytes = await picture();
    const first = await send(bytes, { fileName: 'a.jpg', headers });
    await ada.call(`/v1/images/${first.body.id}`, { method: 'DELETE' });
    const again = await send(bytes, { fileName: 'a.jpg', headers });
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(await imageCountOf(ada, project)).toBe(0);
  });

  it('brings the same answer again when that was about a duplicate', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const bytes = await picture();
    await send(bytes);
    const first = await send(bytes, { headers });
    const again = await send(bytes, { headers });
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
  });

  it('is refused for other bytes and for another name', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const bytes = await picture();
    await send(bytes, { fileName: 'a.jpg', headers });
    for (const reply of [
      await send(await picture(), { fileName: 'a.jpg', headers }),
      await send(bytes, { fileName: 'b.jpg', headers }),
      await send(bytes, { headers }),
    ]) {
      expect(reply).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    }
    expect(await imageCountOf(ada, project)).toBe(1);
  });
});
