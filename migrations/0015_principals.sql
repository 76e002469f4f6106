-- Who is behind a credential, with everything that admits or limits a request: one look-up, kept in the cache.

-- The projects of a person, for an owner of thousands null: the record would be larger than what it saves.
create function app.roles_of(person text) returns jsonb
language sql stable security definer set search_path = public, app, pg_temp as $$
  with mine as (
    select m.project_id, m.role from project_members m join projects p on p.id = m.project_id
    where m.user_id = person and p.deleted_at is null limit 201)
  select case when count(*) <= 200 then coalesce(jsonb_object_agg(project_id, role), '{}') end from mine
$$;
-- For the functions below only: asked by itself it would tell anybody about everybody.
revoke execute on function app.roles_of(text) from darkroom_app, darkroom_service;

create function app.find_session_principal(token bytea) returns jsonb
language sql stable security definer set search_path = public, app, pg_temp as $$
  select jsonb_build_object('kind', 'session', 'id', s.id, 'userId', s.user_id, 'expiresAt', app.rfc3339(s.expires_at),
    'lastSeenAt', app.rfc3339(s.last_seen_at), 'plan', coalesce(to_jsonb(p) ->> 'plan', 'free'), 'email', p.email, 'roles', app.roles_of(s.user_id))
  from sessions s join profiles p on p.id = s.user_id
  where s.token_hash = token and s.expires_at > now()
$$;

-- The access token has been checked: it names the session and its person.
create function app.find_program_principal(session text, person text) returns jsonb
language sql stable security definer set search_path = public, app, pg_temp as $$
  select jsonb_build_object('kind', 'program', 'id', s.id, 'userId', s.user_id, 'expiresAt', app.rfc3339(s.expires_at),
    'lastSeenAt', app.rfc3339(s.last_seen_at), 'plan', coalesce(to_jsonb(p) ->> 'plan', 'free'), 'email', p.email, 'roles', app.roles_of(s.user_id))
  from sessions s join profiles p on p.id = s.user_id
  where s.id = session and s.user_id = person and s.kind = 'program' and s.expires_at > now()
$$;

grant execute on function app.find_session_principal(bytea), app.find_program_principal(text, text) to darkroom_app;

-- Replaced by the look-up of the principal.
drop function app.find_session(bytea);

-- +down
create function app.find_session(token bytea)
returns table (id text, user_id text, expires_at timestamptz, last_seen_at timestamptz)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select s.id, s.user_id, s.expires_at, s.last_seen_at
  from sessions s where s.token_hash = token and s.expires_at > now()
$$;
grant execute on function app.find_session(bytea) to darkroom_app;
drop function app.find_session_principal(bytea), app.find_program_principal(text, text), app.roles_of(text);
