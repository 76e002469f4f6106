-- Projects and members. The tenant is the project; membership is checked inside every policy.

create type member_role as enum ('viewer', 'reviewer', 'editor', 'owner');

create table projects (
  id text primary key,
  name text not null check (length(name) between 1 and 100),
  description text not null default '' check (length(description) <= 2000),
  created_by text references profiles on delete set null,
  -- Kept by the statements that add and remove images: a list of projects never counts rows.
  image_count integer not null default 0 check (image_count >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table project_members (
  project_id text not null references projects on delete cascade,
  user_id text not null references profiles on delete cascade,
  role member_role not null,
  created_at timestamptz not null default now(),
  primary key (project_id, user_id)
);
create index project_members_user on project_members (user_id, project_id desc);

alter table projects enable row level security;
alter table projects force row level security;
alter table project_members enable row level security;
alter table project_members force row level security;

-- The caller's role in a project, null for a stranger. Runs as the owner: a policy on project_members that
-- read project_members itself would recurse.
create function app.role_in(project text) returns member_role
language sql stable security definer set search_path = public, app, pg_temp as $$
  select role from project_members where project_id = project and user_id = app.actor()
$$;

create function app.own_projects() returns setof text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select project_id from project_members where user_id = app.actor()
$$;

-- The project this transaction has entered, if the caller holds at least `needed` in it. Policies call it as
-- an uncorrelated sub-select, so that Postgres evaluates it once a statement, not once a row.
create function app.tenant(needed member_role default 'viewer') returns text
language sql stable parallel safe as $$
  select entered from nullif(current_setting('app.tenant', true), '') as entered
  where app.role_in(entered) >= needed
$$;

-- Names the tenant and says whether the caller may go on: a stranger gets `not_found`, as for an id that
-- does not exist, and a member with too small a role `forbidden`.
create function app.enter_project(project text, needed member_role) returns member_role
language plpgsql as $$
declare mine member_role := app.role_in(project);
begin
  if mine is null then
    perform app.fail('not_found');
  elsif mine < needed then
    perform app.fail('forbidden');
  end if;
  perform set_config('app.tenant', project, true);
  return mine;
end $$;

-- The first member cannot be let in by a member, so the two rows are made together by the owner.
create function app.create_project(id text, project_name text, about text) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  if app.actor() is null then
    perform app.fail('unauthenticated');
  end if;
  insert into projects (id, name, description, created_by) values (id, project_name, about, app.actor());
  insert into project_members (project_id, user_id, role) values (id, app.actor(), 'owner');
  perform set_config('app.tenant', id, true);
end $$;

-- Names and addresses of the entered project's members, for members only: profiles itself shows a person
-- only their own row.
create function app.project_people() returns table (user_id text, name text, email text)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select p.id, p.name, p.email from project_members m join profiles p on p.id = m.user_id
  where m.project_id = app.tenant('viewer')
$$;

-- Tells a project that is gone, whose last activity may still be written, from one that is somebody else's.
create function app.is_foreign_project(project text) returns boolean
language sql stable security definer set search_path = public, app, pg_temp as $$
  select exists (select from projects where id = project) and app.role_in(project) is null
$$;

-- Replaces the policy of the first migration, which knew no projects yet.
drop policy activity_logs_write on activity_logs;
create policy activity_logs_write on activity_logs for insert to darkroom_app
  with check (actor_id is not distinct from (select app.actor()) and not app.is_foreign_project(project_id));

grant select, update (name, description, updated_at, image_count), delete on projects to darkroom_app;
grant select on project_members to darkroom_app;
grant select, update (image_count, updated_at) on projects to darkroom_service;

create policy projects_read on projects for select to darkroom_app using (id in (select app.own_projects()));
create policy projects_change on projects for update to darkroom_app
  using (id = (select app.tenant('editor'))) with check (id = (select app.tenant('editor')));
create policy projects_delete on projects for delete to darkroom_app using (id = (select app.tenant('owner')));
create policy projects_service_read on projects for select to darkroom_service using (true);
create policy projects_service_change on projects for update to darkroom_service using (true) with check (true);
create policy projects_definer on projects to darkroom_owner using (true) with check (true);

create policy project_members_read on project_members for select to darkroom_app
  using (project_id = (select app.tenant('viewer')));
create policy project_members_definer on project_members to darkroom_owner using (true) with check (true);

grant execute on function
  app.role_in(text), app.own_projects(), app.tenant(member_role), app.enter_project(text, member_role),
  app.create_project(text, text, text), app.project_people(), app.is_foreign_project(text)
to darkroom_app;

-- +down
drop policy activity_logs_write on activity_logs;
create policy activity_logs_write on activity_logs for insert to darkroom_app
  with check (actor_id is not distinct from (select app.actor()));
drop function app.is_foreign_project(text);
drop table project_members, projects cascade;
drop function app.role_in(text), app.own_projects(), app.tenant(member_role),
  app.enter_project(text, member_role), app.create_project(text, text, text), app.project_people();
drop type member_role;
