-- The bin ends after 30 days to the minute, whether or not the purge has come by, and neither takes what the other
-- holds. Tags are kept in one form.

-- ---------------------------------------------------------------------------------------------------------
-- The bin

-- Whoever restores and whoever purges locks the row first and asks its age once it has the lock: by the clock, as the
-- transaction may have waited for the other.

create or replace function app.restore_images(ids jsonb) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare project text := app.tenant('editor'); image text; restored jsonb := '[]'; conflicts jsonb := '[]';
begin
  if project is null then
    perform app.fail('forbidden');
  end if;
  for image in select i.id from images i where i.project_id = project
    and i.deleted_at > clock_timestamp() - interval '30 days'
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

create or replace function app.project_of_binned_image(image text) returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select i.project_id from images i join projects p on p.id = i.project_id
  where i.id = image and i.deleted_at > now() - interval '30 days' and p.deleted_at is null
$$;

create or replace function app.role_in_binned(project text) returns member_role
language sql stable security definer set search_path = public, app, pg_temp as $$
  select m.role from project_members m join projects p on p.id = m.project_id
  where m.project_id = project and m.user_id = app.actor() and p.deleted_at > now() - interval '30 days'
$$;

create or replace function app.restore_project(project text) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare mine member_role := app.role_in_binned(project);
begin
  if mine is null then
    perform app.fail('not_found');
  elsif mine <> 'owner' then
    perform app.fail('forbidden');
  end if;
  perform from projects where id = project and deleted_at > clock_timestamp() - interval '30 days' for update;
  if not found then
    perform app.fail('not_found');
  end if;
  update projects set deleted_at = null, updated_at = now() where id = project;
  perform app.enter_project(project, 'owner');
end $$;

create or replace function app.binned_projects(after text, most integer) returns setof projects
language sql stable security definer set search_path = public, app, pg_temp as $$
  select p.* from projects p join project_members m on m.project_id = p.id
  where m.user_id = app.actor() and m.role = 'owner' and p.deleted_at > now() - interval '30 days'
    and (after is null or p.id < after)
  order by p.id desc limit most
$$;

-- Ends up to `most` images that have been in the bin for 30 days, or else images of a project that has, and the project
-- with its last image. What somebody holds at this moment is left for the next call. Returns how many images went, and
-- `most` while there are projects to end.
create or replace function app.purge_bin(most integer) returns integer
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare gone integer; doomed text;
begin
  with held as materialized (
    select i.id from images i where i.deleted_at < now() - interval '30 days' limit most for update skip locked
  )
  delete from images i using held where i.id = held.id and i.deleted_at < now() - interval '30 days';
  get diagnostics gone = row_count;
  if gone = most then
    return most;
  end if;
  select p.id into doomed from projects p where p.deleted_at < now() - interval '30 days' limit 1 for update skip locked;
  if not found then
    return gone;
  end if;
  with held as materialized (
    select i.id from images i where i.project_id = doomed limit most - gone for update skip locked
  )
  delete from images i using held where i.id = held.id and i.project_id = doomed;
  delete from projects p where p.id = doomed and p.deleted_at < now() - interval '30 days'
    and not exists (select from images i where i.project_id = p.id);
  return most;
end $$;

-- ---------------------------------------------------------------------------------------------------------
-- Sessions

-- The projects in whose rooms somebody may be.
create function app.projects_of(person text) returns setof text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select project_id from project_members where user_id = person
$$;
grant execute on function app.projects_of(text) to darkroom_service;

-- ---------------------------------------------------------------------------------------------------------
-- Tags

-- Tags were measured before they were lowered, and not composed: some are longer than a request may name. 40 is what
-- JavaScript counts, to which a character above U+FFFF is two.
create function app.mend_tag(tag text) returns text language sql immutable as $$
  select rtrim(left(composed, 40 - char_length(regexp_replace(composed, '[\u0001-\uffff]', '', 'g'))))
  from normalize(tag, nfc) as composed
$$;
create function app.mend_tags(tags text[]) returns text[] language sql immutable as $$
  select coalesce(array_agg(distinct app.mend_tag(tag) order by app.mend_tag(tag)), '{}') from unnest(tags) as tag
$$;

insert into image_tags (project_id, tag, image_id)
select project_id, app.mend_tag(tag), image_id from image_tags where app.mend_tag(tag) <> tag on conflict do nothing;
delete from image_tags where app.mend_tag(tag) <> tag;
update images set tags = app.mend_tags(tags) where tags <> '{}' and app.mend_tags(tags) <> tags;
update review_changes set tags = app.mend_tags(tags) where tags <> '{}' and app.mend_tags(tags) <> tags;

drop function app.mend_tags(text[]), app.mend_tag(text);
alter table image_tags add constraint image_tags_length check (char_length(tag) between 1 and 40);

-- +down
alter table image_tags drop constraint image_tags_length;
drop function app.projects_of(text);
create or replace function app.purge_bin(most integer) returns integer
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
create or replace function app.binned_projects(after text, most integer) returns setof projects
language sql stable security definer set search_path = public, app, pg_temp as $$
  select p.* from projects p join project_members m on m.project_id = p.id
  where m.user_id = app.actor() and m.role = 'owner' and p.deleted_at is not null and (after is null or p.id < after)
  order by p.id desc limit most
$$;
create or replace function app.restore_project(project text) returns void
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
create or replace function app.role_in_binned(project text) returns member_role
language sql stable security definer set search_path = public, app, pg_temp as $$
  select m.role from project_members m join projects p on p.id = m.project_id
  where m.project_id = project and m.user_id = app.actor() and p.deleted_at is not null
$$;
create or replace function app.project_of_binned_image(image text) returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select i.project_id from images i join projects p on p.id = i.project_id
  where i.id = image and i.deleted_at is not null and p.deleted_at is null
$$;
create or replace function app.restore_images(ids jsonb) returns void
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
