-- Invitations into projects, changes of members, and the sessions of programs.

-- ---------------------------------------------------------------------------------------------------------
-- Invitations

create table invitations (
  id text primary key,
  project_id text not null references projects on delete cascade,
  role member_role not null,
  -- SHA-256 of the token in the link; the token itself is kept nowhere.
  token_hash bytea not null unique,
  -- Goes with them: whoever may not invite any more must not come back by a link of their own.
  created_by text not null references profiles on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by text references profiles on delete set null
);
create index invitations_project on invitations (project_id, id desc);
create index invitations_expiry on invitations (expires_at);

alter table invitations enable row level security;
alter table invitations force row level security;

-- Not token_hash: no route has a use for it.
grant select (id, project_id, role, created_by, created_at, expires_at, used_at, used_by), delete
  on invitations to darkroom_app;
grant select (id, expires_at), delete on invitations to darkroom_service;

create policy invitations_read on invitations for select to darkroom_app
  using (project_id = (select app.tenant('owner')));
create policy invitations_withdraw on invitations for delete to darkroom_app
  using (project_id = (select app.tenant('owner')));
-- Expired ones stay a while, so that a late guest is told so instead of `not_found`.
create policy invitations_sweep_read on invitations for select to darkroom_service
  using (expires_at < now() - interval '30 days');
create policy invitations_sweep on invitations for delete to darkroom_service
  using (expires_at < now() - interval '30 days');
create policy invitations_definer on invitations to darkroom_owner using (true) with check (true);

-- Enters a project for a change of who is in it. Such changes come one after the other, and what the caller may do is
-- asked again once it is their turn: the change before may have been about them. Owners are locked before the caller,
-- as a change locks its member after the owners.
create function app.enter_members(project text, needed member_role) returns member_role
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  perform app.enter_project(project, needed);
  perform from project_members
  where project_id = project and (role = 'owner' or user_id = app.actor())
  order by role = 'owner' desc, user_id for update;
  return app.enter_project(project, needed);
end $$;

create function app.make_invitation(id text, granted member_role, token bytea, expires timestamptz) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare project text := app.tenant('owner');
begin
  if project is null then
    perform app.fail('forbidden');
  end if;
  insert into invitations (id, project_id, role, token_hash, created_by, expires_at)
  values (id, project, granted, token, app.actor(), expires);
end $$;

-- Names of who made and who used the entered project's invitations, who need not be members any more.
create function app.invitation_people() returns table (user_id text, name text)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select p.id, p.name from profiles p
  where p.id in (
    select unnest(array[i.created_by, i.used_by]) from invitations i where i.project_id = app.tenant('owner'))
$$;

create function app.withdraw_invitation(invitation text) returns void
language plpgsql as $$
declare used timestamptz;
begin
  delete from invitations where id = invitation and project_id = app.tenant('owner') returning used_at into used;
  if not found then
    perform app.fail('not_found');
  elsif used is not null then
    perform app.fail('illegal_state', 'used');
  end if;
end $$;

-- The invitation behind a token, or why there is none. Whoever used it and is still a member finds it again: their
-- first answer may have been lost.
create function app.find_invitation(token bytea) returns invitations
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare found_one invitations;
begin
  if app.actor() is null then
    perform app.fail('unauthenticated');
  end if;
  -- That of a project in the bin is none.
  select i.* into found_one from invitations i join projects p on p.id = i.project_id
  where i.token_hash = token and p.deleted_at is null;
  if not found then
    perform app.fail('not_found');
  elsif found_one.used_at is not null then
    if found_one.used_by is distinct from app.actor() or app.role_in(found_one.project_id) is null then
      perform app.fail('invitation_used');
    end if;
  elsif found_one.expires_at <= now() then
    perform app.fail('invitation_expired');
  end if;
  return found_one;
end $$;

-- What a guest is shown before they accept.
create function app.look_at_invitation(token bytea) returns jsonb
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare invitation invitations := app.find_invitation(token);
begin
  return (
    select jsonb_build_object('projectName', p.name, 'role', invitation.role, 'invitedBy', host.name,
      'isMember', app.role_in(p.id) is not null)
    from projects p join profiles host on host.id = invitation.created_by
    where p.id = invitation.project_id);
end $$;

-- Makes the caller a member. A member's role is never lowered, and an invitation that would not raise it stays
-- for whom it was meant.
create function app.accept_invitation(token bytea) returns jsonb
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare
  invitation invitations;
  mine member_role;
  joins boolean;
begin
  -- Of two guests one comes second, and then sees what the first did.
  perform from invitations where token_hash = token for update;
  invitation := app.find_invitation(token);
  mine := app.role_in(invitation.project_id);
  joins := invitation.used_at is null and (mine is null or mine < invitation.role);
  if joins then
    update invitations set used_at = now(), used_by = app.actor() where id = invitation.id;
    insert into project_members as m (project_id, user_id, role)
    values (invitation.project_id, app.actor(), invitation.role)
    on conflict (project_id, user_id) do update set role = greatest(m.role, excluded.role);
  end if;
  return jsonb_build_object('invitationId', invitation.id, 'projectId', invitation.project_id,
    'role', app.role_in(invitation.project_id), 'hasJoined', joins);
end $$;

-- ---------------------------------------------------------------------------------------------------------
-- Members

-- After a change of a member who may have been an owner: one must be left, and who is none any more has no open
-- invitations.
create function app.settle_owners(project text, member text) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  if not exists (select from project_members where project_id = project and role = 'owner') then
    perform app.fail('illegal_state', 'last_owner');
  end if;
  delete from invitations i where i.project_id = project and i.created_by = member and i.used_at is null
    and not exists (
      select from project_members m where m.project_id = project and m.user_id = member and m.role = 'owner');
end $$;

-- Gives a member of the entered project another role and returns the one before.
create function app.change_member(member text, wanted member_role) returns member_role
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare
  project text := app.tenant('owner');
  old member_role;
begin
  if project is null then
    perform app.fail('forbidden');
  end if;
  select role into old from project_members where project_id = project and user_id = member for update;
  if not found then
    perform app.fail('not_found');
  end if;
  update project_members set role = wanted where project_id = project and user_id = member;
  perform app.settle_owners(project, member);
  return old;
end $$;

-- Owners remove anybody, everybody else only themselves.
create function app.remove_member(member text) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare project text := app.tenant(case when member = app.actor() then 'viewer' else 'owner' end::member_role);
begin
  if project is null then
    perform app.fail('forbidden');
  end if;
  delete from project_members where project_id = project and user_id = member;
  if not found then
    perform app.fail('not_found');
  end if;
  perform app.settle_owners(project, member);
end $$;

-- ---------------------------------------------------------------------------------------------------------
-- Sessions of programs

-- A program's session has no cookie: it is prolonged by refresh tokens, each of which is good once.
alter table sessions add column kind text not null default 'browser' check (kind in ('browser', 'program'));
alter table sessions alter column token_hash drop not null;
alter table sessions add constraint sessions_cookie check ((kind = 'browser') = (token_hash is not null));

create table refresh_tokens (
  token_hash bytea primary key,
  session_id text not null references sessions on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  -- With the used token itself, what its successor is made from; gone once that was used in its turn.
  successor_seed bytea
);
create index refresh_tokens_session on refresh_tokens (session_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);

alter table refresh_tokens enable row level security;
alter table refresh_tokens force row level security;
grant select (token_hash, expires_at), delete on refresh_tokens to darkroom_service;

create policy refresh_tokens_sweep_read on refresh_tokens for select to darkroom_service
  using (expires_at < now());
create policy refresh_tokens_sweep on refresh_tokens for delete to darkroom_service using (expires_at < now());
create policy refresh_tokens_definer on refresh_tokens to darkroom_owner using (true) with check (true);

-- The first refresh token of a session that the caller has just opened.
create function app.add_refresh_token(session text, token bytea, expires timestamptz) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  if not exists (select from sessions where id = session and user_id = app.actor() and kind = 'program') then
    perform app.fail('forbidden');
  end if;
  insert into refresh_tokens (token_hash, session_id, expires_at) values (token, session, expires);
end $$;

-- Exchanges a refresh token for the next one. Null when it is unknown or has expired; `isReused` when it was used
-- before, which ends its session: somebody has a copy. Not an error then, for the end must be committed.
--
-- The same token may come again for `grace`, from a program that lost the answer or asked twice at once, as long as
-- the successor is unused. It gets the same successor, by the seed that is returned, so that a session never has
-- two chains of tokens.
create function app.rotate_refresh_token(
  presented bytea, seed bytea, successor bytea, expires timestamptz, grace interval
) returns jsonb
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare
  owning sessions;
  token refresh_tokens;
begin
  -- The session first: whoever ends it locks it before its tokens.
  select s.* into owning from sessions s
  where s.id = (select session_id from refresh_tokens where token_hash = presented) and s.expires_at > now()
  for update;
  select * into token from refresh_tokens where token_hash = presented and session_id = owning.id;
  if not found or token.expires_at <= now() then
    return null;
  end if;
  if token.used_at is null then
    update refresh_tokens set successor_seed = null where session_id = owning.id and successor_seed is not null;
    update refresh_tokens set used_at = now(), successor_seed = seed where token_hash = presented;
    insert into refresh_tokens (token_hash, session_id, expires_at) values (successor, owning.id, expires);
    update sessions set last_seen_at = now(), expires_at = expires where id = owning.id;
    return jsonb_build_object('userId', owning.user_id, 'sessionId', owning.id, 'seed', encode(seed, 'hex'),
      'expiresAt', app.rfc3339(expires), 'isReused', false);
  end if;
  if token.successor_seed is not null and token.used_at > now() - grace then
    return jsonb_build_object('userId', owning.user_id, 'sessionId', owning.id,
      'seed', encode(token.successor_seed, 'hex'), 'expiresAt', app.rfc3339(owning.expires_at), 'isReused', false);
  end if;
  delete from sessions where id = owning.id;
  return jsonb_build_object('userId', owning.user_id, 'sessionId', owning.id, 'seed', '', 'expiresAt', '',
    'isReused', true);
end $$;

grant execute on function
  app.enter_members(text, member_role), app.make_invitation(text, member_role, bytea, timestamptz), app.invitation_people(),
  app.withdraw_invitation(text), app.look_at_invitation(bytea),
  app.accept_invitation(bytea), app.change_member(text, member_role), app.remove_member(text),
  app.add_refresh_token(text, bytea, timestamptz),
  app.rotate_refresh_token(bytea, bytea, bytea, timestamptz, interval)
to darkroom_app;

-- +down
drop function app.rotate_refresh_token(bytea, bytea, bytea, timestamptz, interval),
  app.add_refresh_token(text, bytea, timestamptz), app.remove_member(text),
  app.change_member(text, member_role), app.settle_owners(text, text),
  app.accept_invitation(bytea), app.look_at_invitation(bytea), app.find_invitation(bytea),
  app.withdraw_invitation(text), app.invitation_people(),
  app.make_invitation(text, member_role, bytea, timestamptz), app.enter_members(text, member_role);
drop table refresh_tokens, invitations;
delete from sessions where kind = 'program';
alter table sessions drop constraint sessions_cookie;
alter table sessions alter column token_hash set not null;
alter table sessions drop column kind;
