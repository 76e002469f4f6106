-- Lists whose cost does not grow with what they are lists of.

-- ---------------------------------------------------------------------------------------------------------
-- Blobs

-- For the other half, images_content.
create index images_binned_content on images (sha256, project_id) where deleted_at is not null;

-- Without `offset 0` Postgres may collect the contents of the whole project first, and look each blob of a page up in
-- them.
drop policy blobs_read on blobs;
create policy blobs_read on blobs for select to darkroom_app using (
  exists (select from images i where i.sha256 = blobs.sha256 and i.project_id = (select app.tenant())
    and i.deleted_at is null offset 0)
  or exists (select from images i where i.sha256 = blobs.sha256 and i.project_id = (select app.tenant())
    and i.deleted_at is not null offset 0)
);

-- Whether any image, of the bin too, has the content.
create function app.has_image(content bytea) returns boolean
language sql stable security definer set search_path = public, app, pg_temp as $$
  select exists (select from images i where i.sha256 = content and i.deleted_at is null)
    or exists (select from images i where i.sha256 = content and i.deleted_at is not null)
$$;

create or replace function app.begin_sweep(most integer) returns setof text
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare due bytea[];
begin
  delete from blob_sweeps where sha256 in (
    select s.sha256 from blob_sweeps s where s.removed_at < now() - interval '1 hour' limit most for update skip locked
  );
  select array_agg(d.sha256) into due from (
    select s.sha256 from blob_sweeps s
    where s.removed_at is null and s.released_at < now() - interval '24 hours'
      and (s.marked_at is null or s.marked_at < now() - interval '30 minutes')
    order by s.released_at limit most for update skip locked
  ) d;
  -- A statement of its own, whose snapshot is younger than the locks: it sees every image that came before them.
  delete from blob_sweeps s where s.sha256 = any (due) and app.has_image(s.sha256);
  return query update blob_sweeps s set marked_at = now() where s.sha256 = any (due)
    returning encode(s.sha256, 'hex');
end $$;

create or replace function app.note_orphans(contents jsonb) returns integer
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare noted integer;
begin
  insert into blob_sweeps (sha256)
  select decode(c, 'hex') from jsonb_array_elements_text(contents) c where not app.has_image(decode(c, 'hex'))
  on conflict do nothing;
  get diagnostics noted = row_count;
  return noted;
end $$;

-- ---------------------------------------------------------------------------------------------------------
-- Projects and people

-- Pages of the caller's projects, newest first, from below the id `after`. Without a sort and with nothing but nested
-- loops there is one way left: along the caller's memberships, from the newest on, no further than the page.
create function app.list_projects(after text, most integer) returns setof projects
language sql stable security definer set search_path = public, app, pg_temp
set enable_sort = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select p.* from project_members m join projects p on p.id = m.project_id
  where m.user_id = app.actor() and m.project_id < coalesce(after, 'prj_~') and p.deleted_at is null
  order by m.project_id desc limit most
$$;

create or replace function app.binned_projects(after text, most integer) returns setof projects
language sql stable security definer set search_path = public, app, pg_temp
set enable_sort = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select p.* from project_members m join projects p on p.id = m.project_id
  where m.user_id = app.actor() and m.project_id < coalesce(after, 'prj_~') and m.role = 'owner'
    and p.deleted_at > now() - interval '30 days'
  order by m.project_id desc limit most
$$;

-- One member of the entered project, for its members: profiles itself shows a person only their own row.
create function app.member_person(person text) returns table (name text, email text)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select p.name, p.email from project_members m join profiles p on p.id = m.user_id
  where m.project_id = app.tenant('viewer') and m.user_id = person
$$;

drop function app.project_people(), app.invitation_people();

grant execute on function app.list_projects(text, integer), app.member_person(text) to darkroom_app;

-- +down
create function app.invitation_people() returns table (user_id text, name text)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select p.id, p.name from profiles p
  where p.id in (
    select unnest(array[i.created_by, i.used_by]) from invitations i where i.project_id = app.tenant('owner'))
$$;
create function app.project_people() returns table (user_id text, name text, email text)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select p.id, p.name, p.email from project_members m join profiles p on p.id = m.user_id
  where m.project_id = app.tenant('viewer')
$$;
grant execute on function app.invitation_people(), app.project_people() to darkroom_app;
drop function app.member_person(text);
create or replace function app.binned_projects(after text, most integer) returns setof projects
language sql stable security definer set search_path = public, app, pg_temp as $$
  select p.* from projects p join project_members m on m.project_id = p.id
  where m.user_id = app.actor() and m.role = 'owner' and p.deleted_at > now() - interval '30 days'
    and (after is null or p.id < after)
  order by p.id desc limit most
$$;
drop function app.list_projects(text, integer);
create or replace function app.note_orphans(contents jsonb) returns integer
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare noted integer;
begin
  insert into blob_sweeps (sha256)
  select decode(c, 'hex') from jsonb_array_elements_text(contents) c
  where not exists (select from images i where i.sha256 = decode(c, 'hex'))
  on conflict do nothing;
  get diagnostics noted = row_count;
  return noted;
end $$;
create or replace function app.begin_sweep(most integer) returns setof text
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare due bytea[];
begin
  delete from blob_sweeps where sha256 in (
    select s.sha256 from blob_sweeps s where s.removed_at < now() - interval '1 hour' limit most for update skip locked
  );
  select array_agg(d.sha256) into due from (
    select s.sha256 from blob_sweeps s
    where s.removed_at is null and s.released_at < now() - interval '24 hours'
      and (s.marked_at is null or s.marked_at < now() - interval '30 minutes')
    order by s.released_at limit most for update skip locked
  ) d;
  -- A statement of its own, whose snapshot is younger than the locks: it sees every image that came before them.
  delete from blob_sweeps s where s.sha256 = any (due)
    and exists (select from images i where i.sha256 = s.sha256);
  return query update blob_sweeps s set marked_at = now() where s.sha256 = any (due)
    returning encode(s.sha256, 'hex');
end $$;
drop function app.has_image(bytea);
drop policy blobs_read on blobs;
create policy blobs_read on blobs for select to darkroom_app using (
  exists (select from images i where i.sha256 = blobs.sha256 and i.project_id = (select app.tenant()))
);
drop index images_binned_content;
