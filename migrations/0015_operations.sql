-- What an operator sees and does: the runs of cron, the sockets that are open in rooms, and whether the installation
-- drains. None of it is of a person or of a project, but for the name of the project whose room it is.

-- Whether the connected role could pass the policies by: as a superuser, by BYPASSRLS, as the owner, or as a member of
-- such a role.
create function app.passes_policies() returns boolean
language sql stable as $$
  select exists (
    select from pg_roles r
    where pg_has_role(current_user, r.oid, 'member')
      and (r.rolsuper or r.rolbypassrls
        or r.oid = (select relowner from pg_class where oid = 'public.profiles'::regclass))
  )
$$;

-- The last run of each task of cron. One that has begun and not ended has ended before it began.
create table cron_runs (
  name text primary key,
  last_started_at timestamptz not null,
  last_ended_at timestamptz,
  -- Of the run that ended last.
  ok boolean,
  -- The class of its error.
  error text
);
grant select, insert, update on cron_runs to darkroom_service;

-- Rooms with sockets, as they last said, about once a minute. What was not seen for three minutes counts no more.
create table open_rooms (
  project_id text primary key,
  sockets integer not null check (sockets > 0),
  seen_at timestamptz not null default now()
);
create index open_rooms_seen on open_rooms (seen_at);
alter table open_rooms enable row level security;
alter table open_rooms force row level security;
grant select, insert, update, delete on open_rooms to darkroom_service;
create policy open_rooms_service on open_rooms to darkroom_service using (true) with check (true);

-- One row. While drain_id is set no traffic is to be sent here.
create table platform_state (
  singleton boolean primary key default true check (singleton),
  drain_id text,
  drain_since timestamptz,
  -- When sockets that are still there are closed.
  drain_until timestamptz,
  -- What it found, and what it had to close itself.
  drain_rooms integer not null default 0,
  drain_sockets integer not null default 0,
  drain_cut integer not null default 0,
  -- When its outcome was logged.
  drain_summed_at timestamptz
);
insert into platform_state default values;
grant select, update (drain_id, drain_since, drain_until, drain_rooms, drain_sockets, drain_cut, drain_summed_at)
  on platform_state to darkroom_app;
grant select, update (drain_rooms, drain_sockets, drain_cut, drain_summed_at) on platform_state to darkroom_service;

grant execute on function app.passes_policies() to darkroom_app, darkroom_service;

-- +down
drop table platform_state, open_rooms, cron_runs;
drop function app.passes_policies();
