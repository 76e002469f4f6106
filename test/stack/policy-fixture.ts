/**
 * Two projects beside each other: prj_a with an owner, an editor and a viewer, and prj_b, which belongs to the
 * stranger. Loaded by the superuser, whom no policy binds.
 */
export const FIXTURE = `
  insert into profiles (id, email, name) values
    ('usr_owner', 'owner@test.example', 'Owner'), ('usr_editor', 'editor@test.example', 'Editor'),
    ('usr_viewer', 'viewer@test.example', 'Viewer'), ('usr_stranger', 'stranger@test.example', 'Stranger');
  insert into credentials (user_id, password_hash) select id, 'hash of ' || id from profiles;
  insert into sessions (id, user_id, token_hash, expires_at) values
    ('ses_owner', 'usr_owner', '\\x01', now() + interval '1 day'),
    ('ses_stranger', 'usr_stranger', '\\x02', now() + interval '1 day'),
    ('ses_expired', 'usr_editor', '\\x03', now() - interval '1 day');
  insert into sessions (id, user_id, kind, expires_at) values
    ('ses_program', 'usr_stranger', 'program', now() + interval '1 day');
  insert into refresh_tokens (token_hash, session_id, expires_at) values
    ('\\x01', 'ses_program', now() + interval '1 day'), ('\\x02', 'ses_program', now() - interval '1 day');
  insert into api_keys (id, user_id, name, token_hash, display_prefix, scopes, expires_at) values
    ('key_owner', 'usr_owner', 'Mine', '\\x01', 'dk_live_aaaa', '{read}', null),
    ('key_old', 'usr_stranger', 'Old', '\\x02', 'dk_live_bbbb', '{read,write}', now() - interval '31 days');
  insert into sign_in_links (token_hash, user_id, expires_at) values
    ('\\x01', 'usr_owner', now() + interval '1 day'), ('\\x02', 'usr_owner', now() - interval '1 day');

  insert into projects (id, name, created_by, visibility) values
    ('prj_a', 'A', 'usr_owner', 'private'), ('prj_b', 'B', 'usr_stranger', 'public');
  insert into project_members (project_id, user_id, role) values
    ('prj_a', 'usr_owner', 'owner'), ('prj_a', 'usr_editor', 'editor'), ('prj_a', 'usr_viewer', 'viewer'),
    ('prj_b', 'usr_stranger', 'owner');

  insert into invitations (id, project_id, role, token_hash, created_by, expires_at) values
    ('inv_a', 'prj_a', 'viewer', '\\x01', 'usr_owner', now() + interval '1 day'),
    ('inv_b', 'prj_b', 'viewer', '\\x02', 'usr_stranger', now() + interval '1 day'),
    ('inv_old', 'prj_a', 'viewer', '\\x03', 'usr_owner', now() - interval '31 days');

  insert into crawl_jobs (id, project_id, kind, total, status, epoch) values
    ('job_draft', 'prj_a', 'urls', 1, 'draft', 0), ('job_running', 'prj_a', 'urls', 1, 'running', 1),
    ('job_other', 'prj_b', 'urls', 1, 'running', 1);
  insert into job_totals (job_id, project_id, pending) values ('job_running', 'prj_a', 1), ('job_other', 'prj_b', 1);
  insert into crawl_items (job_id, position, project_id, chunk, url, url_hash) values
    ('job_running', 0, 'prj_a', 0, 'https://a.example/', '\\x01'), ('job_other', 0, 'prj_b', 0, 'https://b.example/', '\\x01');

  insert into job_chunks (job_id, chunk, project_id, lane, status, size) values
    ('job_running', 0, 'prj_a', '', 'sent', 1), ('job_other', 0, 'prj_b', '', 'pending', 1);
  insert into job_sources (job_id, position, project_id, kind, url, url_hash) values
    ('job_running', 0, 'prj_a', 'page', 'https://a.example/', '\\x01'),
    ('job_other', 0, 'prj_b', 'page', 'https://b.example/', '\\x01');

  insert into blobs (sha256, bytes, crc32, mime, width, height, average_color) values
    (decode(repeat('aa', 32), 'hex'), 10, 1, 'image/png', 1, 1, '#000000'),
    (decode(repeat('bb', 32), 'hex'), 10, 1, 'image/png', 1, 1, '#000000');
  insert into images (id, project_id, sha256, format, size) values
    ('img_a', 'prj_a', decode(repeat('aa', 32), 'hex'), 'png', 'small'),
    ('img_b', 'prj_b', decode(repeat('bb', 32), 'hex'), 'png', 'small');
  insert into images (id, project_id, sha256, format, size, deleted_at) values
    ('img_gone', 'prj_b', decode(repeat('bb', 32), 'hex'), 'png', 'small', now() - interval '31 days');
  insert into image_tags (project_id, tag, image_id) values ('prj_a', 'one', 'img_a'), ('prj_b', 'two', 'img_b');
  insert into reviews (id, project_id, change, created_at) values
    ('rev_a', 'prj_a', '{}', now() - interval '31 days'), ('rev_b', 'prj_b', '{}', now());
  insert into review_changes (review_id, image_id, project_id, review, tags) values
    ('rev_a', 'img_a', 'prj_a', 'undecided', '{}'), ('rev_b', 'img_b', 'prj_b', 'undecided', '{}');
  insert into image_sources (image_id, project_id, url_hash, url, final_url, fetched_at) values
    ('img_a', 'prj_a', '\\x01', 'https://a.example/', 'https://a.example/', now()),
    ('img_b', 'prj_b', '\\x01', 'https://b.example/', 'https://b.example/', now());

  insert into blob_sweeps (sha256, released_at, marked_at, removed_at) values
    (decode(repeat('d1', 32), 'hex'), now() - interval '2 days', null, null),
    (decode(repeat('d2', 32), 'hex'), now() - interval '2 days', now(), null),
    (decode(repeat('d3', 32), 'hex'), now() - interval '2 days', now(), now());

  insert into idempotency_keys (scope, key, fingerprint, created_at) values
    ('usr_owner', 'fresh', '\\x01', now()), ('usr_stranger', 'fresh', '\\x01', now()),
    ('usr_stranger', 'old', '\\x01', now() - interval '2 days');
  insert into idempotency_keys (scope, key, fingerprint, project_id, needed) values
    ('anonymous:all', 'in a project', '\\x01', 'prj_a', 'editor');
  insert into outbox (id, topic, payload) values ('obx_1', 'job.started', '{}');
  insert into activity_logs (id, action) values ('act_1', 'project.created');
  insert into open_rooms (project_id, sockets) values ('prj_a', 1), ('prj_b', 1);
  insert into cron_runs (name, last_started_at) values ('sweepExpired', now());
`;

/** Who asks. `actor`, `tenant` and `scope` are what a batch would have set, whether it may or not. */
export const ASKERS = {
  owner: { role: 'darkroom_app', actor: 'usr_owner', tenant: 'prj_a', scope: 'usr_owner' },
  editor: { role: 'darkroom_app', actor: 'usr_editor', tenant: 'prj_a', scope: 'usr_editor' },
  viewer: { role: 'darkroom_app', actor: 'usr_viewer', tenant: 'prj_a', scope: 'usr_viewer' },
  /** Claims the tenant, and the owner's stored replies, without a right to either. */
  stranger: { role: 'darkroom_app', actor: 'usr_stranger', tenant: 'prj_a', scope: 'usr_owner' },
  nobody: { role: 'darkroom_app', actor: '', tenant: 'prj_a', scope: '' },
  service: { role: 'darkroom_service', actor: '', tenant: '', scope: '' },
} as const;
export type Asker = keyof typeof ASKERS;

/**
 * A number of rows read or changed; `refused` by a policy; `denied` for want of a privilege; or the code that
 * app.fail raised.
 */
export type Outcome =
  | number
  | 'refused'
  | 'denied'
  | 'not_found'
  | 'forbidden'
  | 'unauthenticated'
  | 'conflict'
  | 'email_taken'
  | 'illegal_state'
  | 'invitation_expired';

export interface Probe {
  sql: string;
  expected: Record<Asker, Outcome>;
}

const ORDER: readonly Asker[] = ['owner', 'editor', 'viewer', 'stranger', 'nobody', 'service'];

/** One probe: its outcomes for owner, editor, viewer, stranger, nobody and service, in this order. */
export function probe(
  sql: string,
  ...outcomes: [Outcome, Outcome, Outcome, Outcome, Outcome, Outcome]
): Probe {
  const of = (asker: Asker): Outcome => outcomes[ORDER.indexOf(asker)] ?? 'refused';
  return {
    sql,
    expected: {
      owner: of('owner'),
      editor: of('editor'),
      viewer: of('viewer'),
      stranger: of('stranger'),
      nobody: of('nobody'),
      service: of('service'),
    },
  };
}

/** What nobody may do, whoever asks. */
export function denied(sql: string): Probe {
  return probe(sql, 'denied', 'denied', 'denied', 'denied', 'denied', 'denied');
}
