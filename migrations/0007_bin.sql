-- The bin: what was deleted can be had back for 30 days.
--
-- An image with `deleted_at` is in the bin for 30 days, and its bytes stay. Then its row goes, and with the last row of
-- a content the bytes a day later, by the rule of the migration before. So a content is needed while it has any row.

create policy images_definer_delete on images for delete to darkroom_owner using (true);
create policy crawl_jobs_definer_change on crawl_jobs for update to darkroom_owner using (true) with check (true);

create index images_bin on images (project_id, deleted_at, id) where deleted_at is not null;
create index images_overdue on images (deleted_at) where deleted_at is not null;

drop trigger images_release on images;
drop function app.release_blob();

create or replace function app.release_blobs() returns trigger
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  insert into blob_sweeps (sha256) select distinct sha256 from gone order by sha256
  on conflict (sha256) do update set released_at = now(), marked_at = null, removed_at = null
    where blob_sweeps.marked_at is null or blob_sweeps.removed_at is not null;
  return null;
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

-- The bytes of what was deleted more than a day ago, or at any moment now, may be gone.
delete from images i where i.deleted_at is not null and exists (
  select from blob_sweeps s where s.sha256 = i.sha256 and (s.marked_at is not null or s.released_at < now() - interval '20 hours')
);

-- Gives images of the entered project back, whose editor the caller must be. Those whose content is in the project
-- again stay in the bin. Leaves {changed, restored, conflicts} in app.restored.
create function app.restore_images(ids jsonb) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare project text := app.tenant('editor'); image text; restored jsonb := '[]'; conflicts jsonb := '[]';
begin
  if project is null then
    perform app.fail('forbidden');
  end if;
  for image in select i.id from images i where i.project_id = project and i.deleted_at is not null
    and i.id in (select jsonb_array_elements_text(ids)) order by i.id for update
  loop
    begin
      update images set deleted_at = null, deleted_xid = null where id = image;
      restored := restored || to_jsonb(image);
    exception when unique_violation then
      conflicts := conflicts || to_jsonb(image);
    end;
  end loop;
  update projects set image_count = image_count + jsonb_array_length(restored), updated_at = now()
  where id = project and jsonb_array_length(restored) > 0;
  perform set_config('app.restored', jsonb_build_object('changed', jsonb_array_length(restored), 'restored', restored,
    'conflicts', conflicts)::text, true);
end $$;


alter table projects add column deleted_at timestamptz;
create index projects_overdue on projects (deleted_at) where deleted_at is not null;

-- A project in the bin is as if it were not there, for everybody and everything but these functions.
create or replace function app.role_in(project text) returns member_role
language sql stable security definer set search_path = public, app, pg_temp as $$
  select m.role from project_members m join projects p on p.id = m.project_id
  where m.project_id = project and m.user_id = app.actor() and p.deleted_at is null
$$;

create or replace function app.own_projects() returns setof text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select m.project_id from project_members m join projects p on p.id = m.project_id
  where m.user_id = app.actor() and p.deleted_at is null
$$;

create or replace function app.is_foreign_project(project text) returns boolean
language sql stable security definer set search_path = public, app, pg_temp as $$
  select exists (select from projects where id = project)
    and not exists (select from project_members where project_id = project and user_id = app.actor())
$$;

create or replace function app.public_image(project text, image text) returns table (sha256 text)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select encode(i.sha256, 'hex') from images i join projects p on p.id = i.project_id
  where p.id = project and p.visibility = 'public' and p.deleted_at is null and i.id = image and i.deleted_at is null
$$;

create or replace function app.project_of_image(image text) returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select i.project_id from images i join projects p on p.id = i.project_id
  where i.id = image and i.deleted_at is null and p.deleted_at is null
$$;

-- The project in whose bin an image is: its bytes are shown to those who list that.
create function app.project_of_binned_image(image text) returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select i.project_id from images i join projects p on p.id = i.project_id
  where i.id = image and i.deleted_at is not null and p.deleted_at is null
$$;

-- Moves the entered project, whose owner the caller must be, to the bin, and stops what is under way in it: the runs
-- [{jobId, epoch}] are left in app.stopped.
create function app.bin_project() returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare project text := app.tenant('owner'); runs jsonb;
begin
  if project is null then
    perform app.fail('forbidden');
  end if;
  with stopped as (
    update crawl_jobs set status = 'stopping' where project_id = project and status in ('planning', 'queued', 'running')
    returning id, epoch
  )
  select coalesce(jsonb_agg(jsonb_build_object('jobId', id, 'epoch', epoch)), '[]') into runs from stopped;
  perform set_config('app.stopped', runs::text, true);
  update projects set deleted_at = now(), updated_at = now() where id = project;
end $$;

-- The caller's role in a project of the bin; null for everybody but its members.
create function app.role_in_binned(project text) returns member_role
language sql stable security definer set search_path = public, app, pg_temp as $$
  select m.role from project_members m join projects p on p.id = m.project_id
  where m.project_id = project and m.user_id = app.actor() and p.deleted_at is not null
$$;

create function app.restore_project(project text) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare mine member_role := app.role_in_binned(project);
begin
  if mine is null then
    perform app.fail('not_found');
  elsif mine <> 'owner' then
    perform app.fail('forbidden');
  end if;
  update projects set deleted_at = null, updated_at = now() where id = project;
  perform app.enter_project(project, 'owner');
end $$;

-- The projects of the bin that the caller owns, newest first, from below the id `after`.
create function app.binned_projects(after text, most integer) returns setof projects
language sql stable security definer set search_path = public, app, pg_temp as $$
  select p.* from projects p join project_members m on m.project_id = p.id
  where m.user_id = app.actor() and m.role = 'owner' and p.deleted_at is not null and (after is null or p.id < after)
  order by p.id desc limit most
$$;

-- Ends up to `most` images that have been in the bin for 30 days, and projects that have and have no images left.
-- Returns how many images went.
create function app.purge_bin(most integer) returns integer
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare gone integer;
begin
  delete from images where id in (
    select i.id from images i where i.deleted_at < now() - interval '30 days' limit most);
  get diagnostics gone = row_count;
  if gone < most then
    delete from images where id in (
      select i.id from projects p join images i on i.project_id = p.id
      where p.deleted_at < now() - interval '30 days' limit most - gone);
    if not found then
      delete from projects where id in (
        select p.id from projects p where p.deleted_at < now() - interval '30 days'
          and not exists (select from images i where i.project_id = p.id) limit 1);
    else
      gone := most;
    end if;
  end if;
  return gone;
end $$;

grant execute on function app.restore_images(jsonb), app.project_of_binned_image(text), app.bin_project(),
  app.role_in_binned(text), app.restore_project(text), app.binned_projects(text, integer) to darkroom_app;
grant execute on function app.purge_bin(integer) to darkroom_service;

-- +down
drop function app.purge_bin(integer), app.binned_projects(text, integer), app.restore_project(text),
  app.role_in_binned(text), app.bin_project(), app.project_of_binned_image(text), app.restore_images(jsonb);
create or replace function app.public_image(project text, image text) returns table (sha256 text)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select encode(i.sha256, 'hex') from images i join projects p on p.id = i.project_id
  where p.id = project and p.visibility = 'public' and i.id = image and i.deleted_at is null
$$;
create or replace function app.is_foreign_project(project text) returns boolean
language sql stable security definer set search_path = public, app, pg_temp as $$
  select exists (select from projects where id = project) and app.role_in(project) is null
$$;
create or replace function app.own_projects() returns setof text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select project_id from project_members where user_id = app.actor()
$$;
create or replace function app.role_in(project text) returns member_role
language sql stable security definer set search_path = public, app, pg_temp as $$
  select role from project_members where project_id = project and user_id = app.actor()
$$;
create or replace function app.project_of_image(image text) returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select project_id from images where id = image and deleted_at is null
$$;
alter table projects drop column deleted_at;
create or replace function app.note_orphans(contents jsonb) returns integer
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare noted integer;
begin
  insert into blob_sweeps (sha256)
  select decode(c, 'hex') from jsonb_array_elements_text(contents) c
  where not exists (select from images i where i.sha256 = decode(c, 'hex') and i.deleted_at is null)
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
    and exists (select from images i where i.sha256 = s.sha256 and i.deleted_at is null);
  return query update blob_sweeps s set marked_at = now() where s.sha256 = any (due)
    returning encode(s.sha256, 'hex');
end $$;
create or replace function app.release_blobs() returns trigger
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  insert into blob_sweeps (sha256) select distinct sha256 from gone where deleted_at is null order by sha256
  on conflict (sha256) do update set released_at = now(), marked_at = null, removed_at = null
    where blob_sweeps.marked_at is null or blob_sweeps.removed_at is not null;
  return null;
end $$;
create function app.release_blob() returns trigger
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  insert into blob_sweeps (sha256) values (new.sha256)
  on conflict (sha256) do update set released_at = now(), marked_at = null, removed_at = null
    where blob_sweeps.marked_at is null or blob_sweeps.removed_at is not null;
  return null;
end $$;
create trigger images_release after update of deleted_at on images
  for each row when (old.deleted_at is null and new.deleted_at is not null) execute function app.release_blob();
drop index images_overdue, images_bin;
drop policy crawl_jobs_definer_change on crawl_jobs;
drop policy images_definer_delete on images;
