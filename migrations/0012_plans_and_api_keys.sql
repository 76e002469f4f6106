-- Plans, API keys, and look-ups of who asks that answer with all that a request is judged by.

-- ---------------------------------------------------------------------------------------------------------
-- Plans

-- Not among the columns that a person may update: only app.set_plan does.
alter table profiles add column plan text not null default 'free' check (plan in ('free', 'pro'));

-- For platform admins, which the Worker knows by its configuration and checks before it calls this.
create function app.set_plan(person text, wanted text) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  update profiles set plan = wanted, updated_at = now() where id = person;
  if not found then
    perform app.fail('not_found');
  end if;
end $$;

-- ---------------------------------------------------------------------------------------------------------
-- API keys

create table api_keys (
  id text primary key,
  user_id text not null references profiles on delete cascade,
  name text not null check (length(name) between 1 and 100),
  -- SHA-256 of the key; the key itself is kept nowhere.
  token_hash bytea not null unique,
  -- The first characters of the key, by which its owner knows it again.
  display_prefix text not null check (length(display_prefix) <= 20),
  scopes text[] not null check (scopes <@ array['read', 'write'] and cardinality(scopes) > 0),
  -- Requests a minute; null for what the plan allows.
  rate_limit integer check (rate_limit > 0),
  created_at timestamptz not null default now(),
  -- Null for never.
  expires_at timestamptz,
  last_used_at timestamptz
);
create index api_keys_user on api_keys (user_id, id desc);
create index api_keys_expiry on api_keys (expires_at) where expires_at is not null;

alter table api_keys enable row level security;
alter table api_keys force row level security;

grant select, insert, update (last_used_at), delete on api_keys to darkroom_app;
grant select (id, expires_at), delete on api_keys to darkroom_service;

create policy api_keys_read on api_keys for select to darkroom_app using (user_id = (select app.actor()));
create policy api_keys_make on api_keys for insert to darkroom_app with check (user_id = (select app.actor()));
create policy api_keys_touch on api_keys for update to darkroom_app
  using (user_id = (select app.actor())) with check (user_id = (select app.actor()));
create policy api_keys_revoke on api_keys for delete to darkroom_app using (user_id = (select app.actor()));
-- Expired ones stay a while, so that their owner sees why a program fails.
create policy api_keys_sweep_read on api_keys for select to darkroom_service
  using (expires_at < now() - interval '30 days');
create policy api_keys_sweep on api_keys for delete to darkroom_service
  using (expires_at < now() - interval '30 days');
create policy api_keys_definer on api_keys to darkroom_owner using (true) with check (true);

-- Stops a batch that has made the caller one key too many. Two such batches come one after the other.
create function app.check_api_key_count(most integer) returns void
language plpgsql as $$
begin
  perform from profiles where id = app.actor() for no key update;
  if (select count(*) from api_keys where user_id = app.actor()) > most then
    perform app.fail('illegal_state', 'api_key_limit');
  end if;
end $$;

-- ---------------------------------------------------------------------------------------------------------
-- Who asks

-- The projects of a person, for a member of more than 200 null: the record would be larger than what it saves. For the
-- functions below only: asked by itself it would tell anybody about everybody.
create function app.roles_of(person text) returns jsonb
language sql stable security definer set search_path = public, app, pg_temp as $$
  select case when count(*) <= 200 then coalesce(jsonb_object_agg(project_id, role), '{}') end
  from (
    select m.project_id, m.role from project_members m join projects p on p.id = m.project_id
    where m.user_id = person and p.deleted_at is null limit 201) as found
$$;

drop function app.find_session(bytea);
create function app.find_session(token bytea) returns jsonb
language sql stable security definer set search_path = public, app, pg_temp as $$
  select jsonb_build_object('kind', 'session', 'id', s.id, 'userId', s.user_id, 'expiresAt', app.rfc3339(s.expires_at),
    'lastSeenAt', app.rfc3339(s.last_seen_at), 'plan', p.plan, 'limit', null, 'scopes', null,
    'roles', app.roles_of(s.user_id))
  from sessions s join profiles p on p.id = s.user_id
  where s.token_hash = token and s.expires_at > now()
$$;

-- The session of a program, which has no token to be found by: the access token has been checked, and names both.
create function app.find_program(session text, person text) returns jsonb
language sql stable security definer set search_path = public, app, pg_temp as $$
  select jsonb_build_object('kind', 'program', 'id', s.id, 'userId', s.user_id, 'expiresAt', app.rfc3339(s.expires_at),
    'lastSeenAt', app.rfc3339(s.last_seen_at), 'plan', p.plan, 'limit', null, 'scopes', null,
    'roles', app.roles_of(s.user_id))
  from sessions s join profiles p on p.id = s.user_id
  where s.id = session and s.user_id = person and s.kind = 'program' and s.expires_at > now()
$$;

create function app.find_api_key(token bytea) returns jsonb
language sql stable security definer set search_path = public, app, pg_temp as $$
  select jsonb_build_object('kind', 'apiKey', 'id', k.id, 'userId', k.user_id, 'expiresAt', app.rfc3339(k.expires_at),
    'lastSeenAt', app.rfc3339(k.last_used_at), 'plan', p.plan, 'limit', k.rate_limit, 'scopes', to_jsonb(k.scopes),
    'roles', app.roles_of(k.user_id))
  from api_keys k join profiles p on p.id = k.user_id
  where k.token_hash = token and (k.expires_at is null or k.expires_at > now())
$$;

grant execute on function
  app.set_plan(text, text), app.check_api_key_count(integer), app.find_session(bytea), app.find_program(text, text),
  app.find_api_key(bytea)
to darkroom_app;

-- +down
drop function app.find_api_key(bytea), app.find_program(text, text), app.find_session(bytea), app.roles_of(text),
  app.check_api_key_count(integer), app.set_plan(text, text);
create function app.find_session(token bytea)
returns table (id text, user_id text, expires_at timestamptz, last_seen_at timestamptz)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select s.id, s.user_id, s.expires_at, s.last_seen_at
  from sessions s where s.token_hash = token and s.expires_at > now()
$$;
grant execute on function app.find_session(bytea) to darkroom_app;
drop table api_keys;
alter table profiles drop column plan;
