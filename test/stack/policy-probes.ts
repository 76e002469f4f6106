import { denied, type Probe, probe } from './policy-fixture.ts';
import { IDENTITY_PROBES } from './identity-probes.ts';
import { MEDIA_PROBES } from './media-probes.ts';
import { PROJECT_PROBES } from './project-probes.ts';

/*
 * What each role may and may not do. Changes are blind (no WHERE), because a WHERE would also apply the table's
 * policy for reading and hide a hole in the one for changing.
 */

const ACCOUNTS: Probe[] = [
  probe('select from profiles', 1, 1, 1, 1, 0, 'denied'),
  probe(`update profiles set name = 'x'`, 1, 1, 1, 1, 0, 'denied'),
  denied(`update profiles set email = 'x'`),
  denied('select from credentials'),
  denied(`update credentials set password_hash = ''`),
  probe('select from sessions', 1, 1, 0, 2, 0, 1),
  probe('update sessions set last_seen_at = now()', 1, 1, 0, 2, 0, 'denied'),
  probe('delete from sessions', 1, 1, 0, 2, 0, 1),
  probe(
    `insert into sessions (id, user_id, token_hash, expires_at) values ('ses_new', 'usr_owner', '\\x09', now())`,
    1,
    'refused',
    'refused',
    'refused',
    'refused',
    'denied',
  ),
  probe('select from sign_in_links', 'denied', 'denied', 'denied', 'denied', 'denied', 1),
  probe('delete from sign_in_links', 'denied', 'denied', 'denied', 'denied', 'denied', 1),
  probe(`select from app.find_credentials('OWNER@test.example')`, 1, 1, 1, 1, 1, 'denied'),
  probe(`select from app.find_session('\\x01') as found where found is not null`, 1, 1, 1, 1, 1, 'denied'),
  probe(`select from app.find_session('\\x03') as found where found is not null`, 0, 0, 0, 0, 0, 'denied'),
  probe(`select from app.redeem_sign_in_link('\\x01')`, 1, 1, 1, 1, 1, 'denied'),
  probe(`select from app.redeem_sign_in_link('\\x02')`, 0, 0, 0, 0, 0, 'denied'),
  probe(`select app.sign_up('usr_new', 'new@test.example', 'New', 'hash')`, 1, 1, 1, 1, 1, 'denied'),
  probe(
    `select app.sign_up('usr_new', 'Owner@test.example', 'New', 'hash')`,
    'email_taken',
    'email_taken',
    'email_taken',
    'email_taken',
    'email_taken',
    'denied',
  ),
  probe('select from app.own_password_hash() as hash where hash is not null', 1, 1, 1, 1, 0, 'denied'),
  probe(
    `select app.change_password('hash of usr_owner', 'x')`,
    1,
    'conflict',
    'conflict',
    'conflict',
    'conflict',
    'denied',
  ),
];

const PLATFORM: Probe[] = [
  probe('select from idempotency_keys', 1, 0, 0, 0, 0, 1),
  probe('update idempotency_keys set status = 200', 1, 0, 0, 0, 0, 'denied'),
  probe('delete from idempotency_keys', 'denied', 'denied', 'denied', 'denied', 'denied', 1),
  probe(
    `insert into idempotency_keys (scope, key, fingerprint) values ('usr_owner', 'new', '\\x01')`,
    1,
    'refused',
    'refused',
    'refused',
    'refused',
    'denied',
  ),
  probe(`select from app.find_reply('usr_stranger', 'fresh')`, 0, 0, 0, 1, 0, 0),
  probe(
    `select from app.find_reply('anonymous:all', 'in a project')`,
    1,
    1,
    'forbidden',
    'not_found',
    'not_found',
    0,
  ),
  probe(`select app.claim_key('anonymous:sign-up', 'new', '\\x01')`, 1, 1, 1, 1, 1, 'denied'),
  denied('select from activity_logs'),
  probe(
    `insert into activity_logs (id, actor_id, action) values ('act_new', 'usr_owner', 'x')`,
    1,
    'refused',
    'refused',
    'refused',
    'refused',
    'refused',
  ),
  probe(
    `insert into activity_logs (id, action) values ('act_new', 'x')`,
    'refused',
    'refused',
    'refused',
    'refused',
    1,
    1,
  ),
  probe('select from outbox', 'denied', 'denied', 'denied', 'denied', 'denied', 1),
  probe('update outbox set done_at = now()', 'denied', 'denied', 'denied', 'denied', 'denied', 1),
  probe(`insert into outbox (id, topic, payload) values ('obx_new', 'x', '{}')`, 1, 1, 1, 1, 1, 1),
  probe(
    `insert into outbox (id, topic, payload, done_at) values ('obx_new', 'x', '{}', now())`,
    'refused',
    'refused',
    'refused',
    'refused',
    'refused',
    1,
  ),
  probe('select from open_rooms', 'denied', 'denied', 'denied', 'denied', 'denied', 2),
  probe('update open_rooms set sockets = 2', 'denied', 'denied', 'denied', 'denied', 'denied', 2),
  probe('delete from open_rooms', 'denied', 'denied', 'denied', 'denied', 'denied', 2),
  probe(
    `insert into open_rooms (project_id, sockets) values ('prj_new', 1)`,
    'denied',
    'denied',
    'denied',
    'denied',
    'denied',
    1,
  ),
  probe('select from cron_runs', 'denied', 'denied', 'denied', 'denied', 'denied', 1),
  denied('delete from cron_runs'),
  // Whether somebody may end a drain is judged by the Worker, which alone knows the administrators.
  probe('select from platform_state', 1, 1, 1, 1, 1, 1),
  probe(`update platform_state set drain_id = 'drn_1'`, 1, 1, 1, 1, 1, 'denied'),
  probe('update platform_state set drain_cut = 1', 1, 1, 1, 1, 1, 1),
  denied('update platform_state set singleton = true'),
  denied('insert into platform_state default values'),
  denied('delete from platform_state'),
  probe('select where app.passes_policies()', 0, 0, 0, 0, 0, 0),
];

export const PROBES: readonly Probe[] = [
  ...ACCOUNTS,
  ...PLATFORM,
  ...IDENTITY_PROBES,
  ...PROJECT_PROBES,
  ...MEDIA_PROBES,
];
