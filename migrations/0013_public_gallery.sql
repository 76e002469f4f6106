-- The page of a public project: what anybody may read of it, in one query.

create policy blobs_definer_read on blobs for select to darkroom_owner using (true);
create policy image_sources_definer_read on image_sources for select to darkroom_owner using (true);

-- A project that anybody may see; no row for every other one.
create function app.public_project(project text) returns table (name text, description text)
language sql stable security definer set search_path = public, app, pg_temp as $$
  select p.name, p.description from projects p
  where p.id = project and p.visibility = 'public' and p.deleted_at is null
$$;

-- The images of such a project that nobody has rejected, newest first, from below the id `before` or from the first on:
-- their sizes, and what is known of their licence. Reads at most twice `most` images, whatever was rejected. Of where an
-- image comes from it tells the host and the page: the image's own address may hold a secret.
create function app.public_images(project text, before text, most integer) returns setof jsonb
language sql stable security definer set search_path = public, app, pg_temp as $$
  with page as (
    select id from (
      (select id from images where project_id = project and review = 'keep' and deleted_at is null
        and id < coalesce(before, 'img_' || repeat('z', 27)) order by id desc limit most)
      union all
      (select id from images where project_id = project and review = 'undecided' and deleted_at is null
        and id < coalesce(before, 'img_' || repeat('z', 27)) order by id desc limit most)
    ) candidates
    where exists (select from app.public_project(project))
    order by id desc limit most
  )
  select jsonb_build_object('id', i.id, 'width', b.width, 'height', b.height, 'host', i.host, 'license', nullif(i.license, 'none'),
    'hasThumbnail', b.thumbnail_width is not null, 'pageUrl', s.context ->> 'pageUrl',
    'licenseUrl', coalesce(s.context ->> 'licenseUrl', s.rights ->> 'license', s.rights ->> 'webStatement'),
    'credit', coalesce(s.rights ->> 'credit', s.rights ->> 'artist', s.rights ->> 'copyright'))
  from page
  join images i on i.id = page.id
  join blobs b on b.sha256 = i.sha256
  cross join lateral (
    select context, rights from image_sources s where s.image_id = i.id order by s.fetched_at limit 1
  ) s
  order by i.id desc
$$;

grant execute on function app.public_project(text), app.public_images(text, text, integer) to darkroom_app;

-- +down
drop function app.public_images(text, text, integer), app.public_project(text);
drop policy image_sources_definer_read on image_sources;
drop policy blobs_definer_read on blobs;
