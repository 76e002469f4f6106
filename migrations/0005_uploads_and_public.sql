-- Direct uploads, public projects, and the end of deleted bytes.

-- ---------------------------------------------------------------------------------------------------------
-- Public projects

alter table projects add column visibility text not null default 'private'
  check (visibility in ('private', 'public'));

-- A function and no column grant: editors may change the other columns of the same row.
create function app.set_visibility(project text, chosen text) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  perform app.enter_project(project, 'owner');
  update projects set visibility = chosen, updated_at = now() where id = project;
end $$;

-- The content of an image that anybody may see, in hexadecimal; no row for every other one.
create function app.public_image(project text, image text) returns table (sha256 text)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select encode(i.sha256, 'hex') from images i join projects p on p.id = i.project_id
  where p.id = project and p.visibility = 'public' and i.id = image and i.deleted_at is null
$$;

-- ---------------------------------------------------------------------------------------------------------
-- Uploads

-- Who sent the file; null for what was fetched.
alter table image_sources add column uploaded_by text;

create policy blobs_definer on blobs for insert to darkroom_owner with check (true);
create policy images_definer_create on images for insert to darkroom_owner with check (true);
create policy image_sources_definer on image_sources for insert to darkroom_owner with check (true);

-- Adds an image to the entered project, whose editor the caller must be, or finds the one that has the same
-- content. Leaves the id of either in app.uploaded, for the rest of the batch.
create function app.record_upload(image text, facts jsonb, address text, stated_rights jsonb) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare
  project text := app.tenant('editor');
  content bytea := decode(facts ->> 'sha256', 'hex');
  kept text;
begin
  if project is null then
    perform app.fail('forbidden');
  end if;
  -- Until the batch ends the project is not deleted.
  perform from projects where id = project for key share;
  insert into blobs (sha256, bytes, crc32, mime, width, height, orientation, average_color, thumbnail_width, thumbnail_height)
  select content, f.bytes, f.crc32, f.mime, f.width, f.height, f.orientation, f."averageColor", f."thumbnailWidth", f."thumbnailHeight"
  from jsonb_to_record(facts) as f(bytes integer, crc32 bigint, mime text, width integer, height integer,
    orientation smallint, "averageColor" text, "thumbnailWidth" smallint, "thumbnailHeight" smallint)
  on conflict do nothing;
  insert into images (id, project_id, sha256) values (image, project, content)
  on conflict (project_id, sha256) where deleted_at is null do nothing;
  if found then
    update projects set image_count = image_count + 1, updated_at = now() where id = project;
  end if;
  select id into kept from images where project_id = project and sha256 = content and deleted_at is null;
  if kept is null then
    perform app.fail('conflict');
  end if;
  insert into image_sources (image_id, project_id, url_hash, url, final_url, fetched_at, uploaded_by, rights)
  values (kept, project, sha256(convert_to(address, 'UTF8')), address, address, now(), app.actor(), stated_rights)
  on conflict do nothing;
  perform set_config('app.uploaded', kept, true);
end $$;

-- ---------------------------------------------------------------------------------------------------------
-- Deleted bytes
--
-- The bytes of a blob lie in R2, which no transaction reaches. Whoever stores an image puts its bytes first (if they
-- are absent) and then inserts its row; the sweep removes the bytes of blobs without a living image. Without a rule
-- a put that found the bytes, the removal and the insert could follow one another, and leave an image without bytes.
-- The rule is a row for every blob that may have to go:
--
--   waiting   released_at alone. An image of it was deleted, or its bytes were found without an image.
--   removing  marked_at too. Set under the row's lock, 24 hours after the last release and after a second look that
--             found no living image. From now on the bytes may be gone at any moment.
--   removed   removed_at too. R2 has confirmed every removal. The row is forgotten after an hour.
--
-- Every insert of images locks the rows of its content first (app.refuse_swept). So either it commits before the
-- sweep takes the lock, and the second look sees the image and drops the row; or it sees `removing` and is refused;
-- or `removed`, and is refused as well for 20 minutes, because its put may have come before the removal. No put is
-- followed so late by its insert (an invocation of a queue or of cron lives 15 minutes at most, an upload has deadlines
-- of seconds), so whatever is accepted later was put after the removal, and the next removal is a day away.
-- Who was refused looks at the state, and where it is `removed` puts the bytes once more and then sets the row back to
-- `waiting` (app.revive_blob): that put came after the removal, too.
-- A sweep that died in `removing` is taken over after 30 minutes, when nothing of it can be under way any more.

create table blob_sweeps (
  sha256 bytea primary key check (length(sha256) = 32),
  released_at timestamptz not null default now(),
  marked_at timestamptz,
  removed_at timestamptz check (removed_at is null or marked_at is not null)
);
create index blob_sweeps_due on blob_sweeps (released_at) where removed_at is null;

alter table blob_sweeps enable row level security;
alter table blob_sweeps force row level security;
-- No grants: everybody goes through the functions below.
create policy blob_sweeps_definer on blob_sweeps to darkroom_owner using (true) with check (true);

insert into blob_sweeps (sha256, released_at)
select sha256, max(deleted_at) from images group by sha256 having count(*) filter (where deleted_at is null) = 0;

-- A blob that was removed and has an image again has bytes again, too.
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

-- A project that is deleted takes its rows along. Ordered, so that two of them do not lock in opposite orders.
create function app.release_blobs() returns trigger
language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
  insert into blob_sweeps (sha256) select distinct sha256 from gone where deleted_at is null order by sha256
  on conflict (sha256) do update set released_at = now(), marked_at = null, removed_at = null
    where blob_sweeps.marked_at is null or blob_sweeps.removed_at is not null;
  return null;
end $$;
create trigger images_release_all after delete on images referencing old table as gone
  for each statement execute function app.release_blobs();

create function app.refuse_swept() returns trigger
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare sweep blob_sweeps;
begin
  for sweep in
    select s.* from blob_sweeps s where s.sha256 in (select sha256 from added) order by s.sha256 for share
  loop
    if sweep.marked_at is not null and (sweep.removed_at is null or sweep.removed_at > now() - interval '20 minutes') then
      perform app.fail('conflict', 'swept');
    end if;
  end loop;
  return null;
end $$;
create trigger images_refuse_swept after insert on images referencing new table as added
  for each statement execute function app.refuse_swept();

-- `removing`, `removed`, or null for bytes that may be relied on until an insert says otherwise.
create function app.sweep_state(content text) returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select case when removed_at is not null then 'removed' when marked_at is not null then 'removing' end
  from blob_sweeps where sha256 = decode(content, 'hex')
$$;

-- For whoever has read `removed` and has put the bytes since then.
create function app.revive_blob(content text) returns void
language sql security definer set search_path = public, app, pg_temp as $$
  update blob_sweeps set released_at = now(), marked_at = null, removed_at = null
  where sha256 = decode(content, 'hex') and removed_at is not null
$$;

-- Marks up to `most` blobs and returns those whose bytes are to be removed now, in hexadecimal.
create function app.begin_sweep(most integer) returns setof text
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

-- Says that R2 has confirmed the removal of these contents (an array of hexadecimal texts).
create function app.end_sweep(contents jsonb) returns void
language sql security definer set search_path = public, app, pg_temp as $$
  update blob_sweeps set removed_at = now()
  where sha256 in (select decode(c, 'hex') from jsonb_array_elements_text(contents) c) and marked_at is not null
$$;

-- Notes which of these stored contents belong to no living image. Returns how many were not known before.
create function app.note_orphans(contents jsonb) returns integer
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

grant execute on function app.set_visibility(text, text), app.public_image(text, text),
  app.record_upload(text, jsonb, text, jsonb) to darkroom_app;
grant execute on function app.sweep_state(text), app.revive_blob(text) to darkroom_app, darkroom_service;
grant execute on function app.begin_sweep(integer), app.end_sweep(jsonb), app.note_orphans(jsonb)
  to darkroom_service;

-- +down
drop function app.note_orphans(jsonb), app.end_sweep(jsonb), app.begin_sweep(integer), app.revive_blob(text),
  app.sweep_state(text);
drop trigger images_refuse_swept on images;
drop trigger images_release_all on images;
drop trigger images_release on images;
drop function app.refuse_swept(), app.release_blobs(), app.release_blob();
drop table blob_sweeps;
drop function app.record_upload(text, jsonb, text, jsonb);
drop policy image_sources_definer on image_sources;
drop policy images_definer_create on images;
drop policy blobs_definer on blobs;
alter table image_sources drop column uploaded_by;
drop function app.public_image(text, text), app.set_visibility(text, text);
alter table projects drop column visibility;
