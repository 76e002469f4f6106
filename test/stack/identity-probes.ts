import { denied, type Probe, probe } from './policy-fixture.ts';

const ROTATE = (token: string) =>
  `select from app.rotate_refresh_token('${token}', '\\x0a', '\\x0b', now() + interval '1 day', '10 seconds') as r
   where r is not null`;

const INVITATIONS: Probe[] = [
  probe('select id from invitations', 2, 0, 0, 0, 0, 1),
  denied('select token_hash from invitations'),
  denied(`update invitations set role = 'owner'`),
  denied(
    `insert into invitations (id, project_id, role, token_hash, created_by, expires_at)
     values ('inv_new', 'prj_a', 'owner', '\\x09', 'usr_owner', now())`,
  ),
  probe('delete from invitations', 2, 0, 0, 0, 0, 1),
  probe(
    `select app.make_invitation('inv_new', 'owner', '\\x09', now())`,
    1,
    'forbidden',
    'forbidden',
    'forbidden',
    'forbidden',
    'denied',
  ),
  probe(
    `select app.withdraw_invitation('inv_a')`,
    1,
    'not_found',
    'not_found',
    'not_found',
    'not_found',
    'denied',
  ),
  probe(
    `select app.withdraw_invitation('inv_b')`,
    'not_found',
    'not_found',
    'not_found',
    'not_found',
    'not_found',
    'denied',
  ),
  probe(`select app.look_at_invitation('\\x02')`, 1, 1, 1, 1, 'unauthenticated', 'denied'),
  probe(`select app.accept_invitation('\\x02')`, 1, 1, 1, 1, 'unauthenticated', 'denied'),
  probe(
    `select app.accept_invitation('\\x03')`,
    'invitation_expired',
    'invitation_expired',
    'invitation_expired',
    'invitation_expired',
    'unauthenticated',
    'denied',
  ),
  denied(`select app.find_invitation('\\x01')`),
];

const MEMBERS: Probe[] = [
  probe(
    `select app.enter_members('prj_a', 'owner')`,
    1,
    'forbidden',
    'forbidden',
    'not_found',
    'not_found',
    'denied',
  ),
  probe(
    `select app.change_member('usr_viewer', 'owner')`,
    1,
    'forbidden',
    'forbidden',
    'forbidden',
    'forbidden',
    'denied',
  ),
  probe(
    `select app.change_member('usr_owner', 'editor')`,
    'illegal_state',
    'forbidden',
    'forbidden',
    'forbidden',
    'forbidden',
    'denied',
  ),
  probe(
    `select app.change_member('usr_stranger', 'owner')`,
    'not_found',
    'forbidden',
    'forbidden',
    'forbidden',
    'forbidden',
    'denied',
  ),
  probe(`select app.remove_member('usr_viewer')`, 1, 'forbidden', 1, 'forbidden', 'forbidden', 'denied'),
  denied(`select app.settle_owners('prj_a', 'usr_owner')`),
];

const REFRESH_TOKENS: Probe[] = [
  probe('select token_hash from refresh_tokens', 'denied', 'denied', 'denied', 'denied', 'denied', 1),
  denied('select successor_seed from refresh_tokens'),
  denied(`update refresh_tokens set used_at = null`),
  denied(
    `insert into refresh_tokens (token_hash, session_id, expires_at) values ('\\x09', 'ses_program', now())`,
  ),
  probe('delete from refresh_tokens', 'denied', 'denied', 'denied', 'denied', 'denied', 1),
  probe(
    `select app.add_refresh_token('ses_program', '\\x09', now())`,
    'forbidden',
    'forbidden',
    'forbidden',
    1,
    'forbidden',
    'denied',
  ),
  probe(ROTATE('\\x01'), 1, 1, 1, 1, 1, 'denied'),
  probe(ROTATE('\\x02'), 0, 0, 0, 0, 0, 'denied'),
  probe(ROTATE('\\x03'), 0, 0, 0, 0, 0, 'denied'),
];

const API_KEYS: Probe[] = [
  probe('select id from api_keys', 1, 0, 0, 1, 0, 1),
  probe('select token_hash from api_keys', 1, 0, 0, 1, 0, 'denied'),
  probe('update api_keys set last_used_at = now()', 1, 0, 0, 1, 0, 'denied'),
  denied(`update api_keys set scopes = '{write}'`),
  probe('delete from api_keys', 1, 0, 0, 1, 0, 1),
  probe(
    `insert into api_keys (id, user_id, name, token_hash, display_prefix, scopes)
     values ('key_new', 'usr_owner', 'New', '\\x09', 'dk_live_cccc', '{read}')`,
    1,
    'refused',
    'refused',
    'refused',
    'refused',
    'denied',
  ),
  probe('select app.check_api_key_count(0)', 'illegal_state', 1, 1, 'illegal_state', 1, 'denied'),
  probe(`select from app.find_api_key('\\x01') as found where found is not null`, 1, 1, 1, 1, 1, 'denied'),
  probe(`select from app.find_api_key('\\x02') as found where found is not null`, 0, 0, 0, 0, 0, 'denied'),
];

const PRINCIPALS: Probe[] = [
  denied(`update profiles set plan = 'pro'`),
  probe(`select app.set_plan('usr_viewer', 'pro')`, 1, 1, 1, 1, 1, 'denied'),
  probe(
    `select app.set_plan('usr_none', 'pro')`,
    'not_found',
    'not_found',
    'not_found',
    'not_found',
    'not_found',
    'denied',
  ),
  probe(
    `select from app.find_program('ses_program', 'usr_stranger') as found where found is not null`,
    1,
    1,
    1,
    1,
    1,
    'denied',
  ),
  // An access token names both: the session of somebody else is none.
  probe(
    `select from app.find_program('ses_program', 'usr_owner') as found where found is not null`,
    0,
    0,
    0,
    0,
    0,
    'denied',
  ),
  denied(`select app.roles_of('usr_owner')`),
];

export const IDENTITY_PROBES: readonly Probe[] = [
  ...INVITATIONS,
  ...MEMBERS,
  ...REFRESH_TOKENS,
  ...API_KEYS,
  ...PRINCIPALS,
];
