-- Roles, the `app` schema, the write pattern (app.enter, app.must, stored replies) and accounts.
--
-- darkroom_owner   runs the migrations, owns everything, is used by no request
-- darkroom_app     every request; owns nothing, no BYPASSRLS
-- darkroom_service queues, cron and the outbox; no BYPASSRLS
--
-- Row-level security is FORCED, so it binds the owner too. The SECURITY DEFINER look-ups below run as the
-- owner; the `definer` policies name exactly the tables those look-ups may touch.

do $$
begin
  if not exists (select from pg_roles where rolname = 'darkroom_app') then
    create role darkroom_app login nobypassrls;
  end if;
  if not exists (select from pg_roles where rolname = 'darkroom_service') then
    create role darkroom_service login nobypassrls;
  end if;
end $$;

create schema app;
grant usage on schema app to darkroom_app, darkroom_service;
revoke create on schema public from public;
-- No statement of ours needs temporary tables, and they would come before ours in name resolution.
do $$
begin
  execute format('revoke temporary on database %I from public', current_database());
end $$;
-- Not `in schema app`: that could only add to the global defaults, by which everybody may execute everything.
alter default privileges revoke execute on functions from public;

-- The database's identity: a new epoch is written when a database is restored, so that old bookmarks and
-- cache entries, whose transaction ids no longer mean anything, are recognised.
create table database_epoch (
  singleton boolean primary key default true check (singleton),
  epoch integer not null default 1
);
insert into database_epoch default values;
grant select on database_epoch to darkroom_app, darkroom_service;

-- ---------------------------------------------------------------------------------------------------------
-- Request settings

-- A batch has no branches: raising is the only way for a statement to stop the ones after it. The SQLSTATE
-- class DK is private to Darkroom; the message is the error code, the detail is the current state.
create function app.fail(code text, state text default null) returns void
language plpgsql as $$
begin
  raise exception using errcode = 'DK001', message = code, detail = coalesce(state, '');
end $$;

-- Aborts the transaction with `code` when a compare-and-set touched no row.
create function app.must(rows bigint, code text, state text default null) returns bigint
language plpgsql as $$
begin
  if rows is null or rows < 1 then
    perform app.fail(code, state);
  end if;
  return rows;
end $$;

create function app.actor() returns text
language sql stable parallel safe as $$
  select nullif(current_setting('app.actor', true), '')
$$;

create function app.rfc3339(at timestamptz) returns text
language sql immutable parallel safe as $$
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- First statement of every batch. The settings are local to the transaction, so a pooled connection carries
-- nothing over to the next request.
create function app.enter(actor text, request_id text) returns void
language plpgsql as $$
begin
  perform set_config('app.actor', coalesce(actor, ''), true),
          set_config('app.tenant', '', true),
          set_config('app.request_id', coalesce(request_id, ''), true),
          set_config('lock_timeout', '2s', true),
          set_config('statement_timeout', '10s', true);
end $$;

create function app.bookmark() returns text
language sql volatile as $$
  select epoch || '.' || pg_current_xact_id()::text from database_epoch
$$;

-- ---------------------------------------------------------------------------------------------------------
-- Accounts

create table profiles (
  id text primary key,
  email text not null,
  name text not null check (length(name) between 1 and 100),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index profiles_email on profiles (lower(email));

-- Apart from profiles, so that no query over people can carry a password hash along.
create table credentials (
  user_id text primary key references profiles on delete cascade,
  password_hash text not null,
  updated_at timestamptz not null default now()
);

create table sessions (
  id text primary key,
  user_id text not null references profiles on delete cascade,
  token_hash bytea not null unique,
  user_agent text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sessions_user on sessions (user_id, id);
create index sessions_expiry on sessions (expires_at);

create table sign_in_links (
  token_hash bytea primary key,
  user_id text not null references profiles on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz
);

alter table profiles enable row level security;
alter table profiles force row level security;
alter table credentials enable row level security;
alter table credentials force row level security;
alter table sessions enable row level security;
alter table sessions force row level security;
alter table sign_in_links enable row level security;
alter table sign_in_links force row level security;

grant select, update (name, updated_at) on profiles to darkroom_app;
grant select, insert, update (last_seen_at, expires_at), delete on sessions to darkroom_app;
grant select, delete on sessions to darkroom_service;
grant select, delete on sign_in_links to darkroom_service;

create policy profiles_read on profiles for select to darkroom_app using (id = (select app.actor()));
create policy profiles_change on profiles for update to darkroom_app
  using (id = (select app.actor())) with check (id = (select app.actor()));
create policy profiles_definer on profiles to darkroom_owner using (true) with check (true);

create policy credentials_definer on credentials to darkroom_owner using (true) with check (true);

create policy sessions_read on sessions for select to darkroom_app using (user_id = (select app.actor()));
create policy sessions_open on sessions for insert to darkroom_app with check (user_id = (select app.actor()));
create policy sessions_touch on sessions for update to darkroom_app
  using (user_id = (select app.actor())) with check (user_id = (select app.actor()));
create policy sessions_revoke on sessions for delete to darkroom_app using (user_id = (select app.actor()));
create policy sessions_sweep_read on sessions for select to darkroom_service using (expires_at < now());
create policy sessions_sweep on sessions for delete to darkroom_service using (expires_at < now());
create policy sessions_definer on sessions to darkroom_owner using (true) with check (true);

create policy sign_in_links_sweep_read on sign_in_links for select to darkroom_service using (expires_at < now());
create policy sign_in_links_sweep on sign_in_links for delete to darkroom_service using (expires_at < now());
create policy sign_in_links_definer on sign_in_links to darkroom_owner using (true) with check (true);

-- Look-ups that must run before it is known who is asking. Each answers one exact key and nothing else.

create function app.find_credentials(address text)
returns table (user_id text, email text, name text, created_at timestamptz, password_hash text)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select p.id, p.email, p.name, p.created_at, c.password_hash
  from profiles p join credentials c on c.user_id = p.id
  where lower(p.email) = lower(address)
$$;

create function app.find_session(token bytea)
returns table (id text, user_id text, expires_at timestamptz, last_seen_at timestamptz)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select s.id, s.user_id, s.expires_at, s.last_seen_at
  from sessions s where s.token_hash = token and s.expires_at > now()
$$;

create function app.sign_up(id text, address text, person text, hash text) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  insert into profiles (id, email, name) values (id, address, person);
  insert into credentials (user_id, password_hash) values (id, hash);
exception when unique_violation then
  perform app.fail('email_taken');
end $$;

-- The caller's own hash, so that the Worker can check the current password before a change.
create function app.own_password_hash() returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select password_hash from credentials where user_id = app.actor()
$$;

-- Compare-and-set on the hash that was checked: two concurrent changes cannot both win.
create function app.change_password(expected text, hash text) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare changed bigint;
begin
  update credentials set password_hash = hash, updated_at = now()
  where user_id = app.actor() and password_hash = expected;
  get diagnostics changed = row_count;
  perform app.must(changed, 'conflict');
end $$;

-- For a sign-in: the password that was checked a moment ago is still the password. The lock makes a change wait
-- until the new session is there to be ended by it.
create function app.confirm_password(expected text) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  perform from credentials where user_id = app.actor() and password_hash = expected for share;
  if not found then
    perform app.fail('invalid_credentials');
  end if;
end $$;

-- A link is spent in the statement that reads it, so that it opens one session however often it is posted.
create function app.redeem_sign_in_link(token bytea)
returns table (user_id text, email text, name text, created_at timestamptz)
language sql volatile security definer set search_path = public, app, pg_temp as $$
  with spent as (
    update sign_in_links l set used_at = now()
    where l.token_hash = token and l.used_at is null and l.expires_at > now()
    returning l.user_id
  )
  select p.id, p.email, p.name, p.created_at from spent join profiles p on p.id = spent.user_id
$$;

-- ---------------------------------------------------------------------------------------------------------
-- Stored replies, activity, outbox

-- scope: the actor's id, or for a request without one the purpose and a hash of what it is about.
create table idempotency_keys (
  scope text not null,
  key text not null check (length(key) between 1 and 200),
  fingerprint bytea not null,
  status integer,
  body jsonb,
  created_at timestamptz not null default now(),
  primary key (scope, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

create table activity_logs (
  id text primary key,
  project_id text,
  actor_id text,
  action text not null,
  subject_id text,
  data jsonb not null default '{}',
  request_id text,
  created_at timestamptz not null default now()
);
create index activity_logs_project on activity_logs (project_id, id desc);

create table outbox (
  id text primary key,
  topic text not null,
  payload jsonb not null,
  request_id text,
  attempts integer not null default 0,
  available_at timestamptz not null default now(),
  done_at timestamptz,
  created_at timestamptz not null default now()
);
create index outbox_waiting on outbox (available_at) where done_at is null;
create index outbox_done on outbox (done_at) where done_at is not null;

alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
alter table activity_logs enable row level security;
alter table activity_logs force row level security;
alter table outbox enable row level security;
alter table outbox force row level security;

grant select, insert, update (status, body) on idempotency_keys to darkroom_app;
grant select, delete on idempotency_keys to darkroom_service;
grant insert on activity_logs to darkroom_app, darkroom_service;
grant insert on outbox to darkroom_app;
grant select, insert, update, delete on outbox to darkroom_service;

-- The scope this transaction may use: the caller's own, or one of a request without a caller.
create function app.scope() returns text
language sql stable parallel safe as $$
  select scope from nullif(current_setting('app.scope', true), '') as scope
  where scope = app.actor() or scope like 'anonymous:%'
$$;

create policy idempotency_keys_own_read on idempotency_keys for select to darkroom_app
  using (scope = (select app.scope()));
create policy idempotency_keys_own_insert on idempotency_keys for insert to darkroom_app
  with check (scope = (select app.scope()));
create policy idempotency_keys_own_update on idempotency_keys for update to darkroom_app
  using (scope = (select app.scope())) with check (scope = (select app.scope()));
create policy idempotency_keys_sweep_read on idempotency_keys for select to darkroom_service
  using (created_at < now() - interval '24 hours');
create policy idempotency_keys_sweep on idempotency_keys for delete to darkroom_service
  using (created_at < now() - interval '24 hours');

create policy activity_logs_write on activity_logs for insert to darkroom_app
  with check (actor_id is not distinct from (select app.actor()));
create policy activity_logs_service on activity_logs for insert to darkroom_service with check (actor_id is null);

create policy outbox_write on outbox for insert to darkroom_app with check (done_at is null and attempts = 0);
create policy outbox_service on outbox to darkroom_service using (true) with check (true);

-- Claims the key for this transaction. A concurrent request with the same key waits here for the first one's
-- commit (bounded by lock_timeout) and then fails with `replay`: its stored reply is read by a second batch.
create function app.claim_key(key_scope text, request_key text, request_fingerprint bytea) returns void
language plpgsql as $$
declare claimed bigint;
begin
  perform set_config('app.scope', key_scope, true);
  insert into idempotency_keys (scope, key, fingerprint)
  values (key_scope, request_key, request_fingerprint)
  on conflict do nothing;
  get diagnostics claimed = row_count;
  perform app.must(claimed, 'replay');
end $$;

create function app.keep_reply(request_key text, reply_status integer, reply jsonb) returns jsonb
language plpgsql as $$
begin
  update idempotency_keys k set status = reply_status, body = reply
  where k.scope = app.scope() and k.key = request_key;
  return reply;
end $$;

create function app.find_reply(key_scope text, request_key text)
returns table (fingerprint bytea, status integer, body jsonb)
language plpgsql as $$
begin
  perform set_config('app.scope', key_scope, true);
  return query select k.fingerprint, k.status, k.body from idempotency_keys k
  where k.scope = key_scope and k.key = request_key;
end $$;

grant execute on all functions in schema app to darkroom_app, darkroom_service;
revoke execute on function
  app.find_credentials(text), app.find_session(bytea), app.sign_up(text, text, text, text),
  app.own_password_hash(), app.change_password(text, text), app.confirm_password(text), app.redeem_sign_in_link(bytea)
from darkroom_service;

-- +down
drop table outbox, activity_logs, idempotency_keys, sign_in_links, sessions, credentials, profiles, database_epoch;
drop schema app cascade;
alter default privileges grant execute on functions to public;
