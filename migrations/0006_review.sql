-- Review: what was decided about an image, by whom, undone and redone; and the facets by which images are filtered.

-- ---------------------------------------------------------------------------------------------------------
-- What an image is filtered by. Denormalised, so that each facet has an index that ends in the list's order.

-- The host of a canonical URL, with its port if it has one; null for a file that was sent.
create function app.host_of(url text) returns text language sql immutable parallel safe
as $$ select substring(url from '^https?://([^/]+)') $$;

create function app.format_of(mime text) returns text language sql immutable parallel safe
as $$ select substring(mime from '^image/(.+)$') $$;

-- By the longer side, in pixels.
create function app.size_of(width integer, height integer) returns text language sql immutable parallel safe as $$
  select case when greatest(width, height) < 640 then 'small' when greatest(width, height) < 1920 then 'medium' else 'large' end
$$;

-- The licence that a page or the file itself names (https://creativecommons.org/licenses/list.en); `none` if neither does.
create function app.license_of(context jsonb, rights jsonb) returns text language sql immutable parallel safe as $$
  select case
    when stated is null then 'none'
    when stated ~ 'creativecommons\.org/publicdomain/zero' then 'cc0'
    when stated ~ 'creativecommons\.org/publicdomain/mark' then 'pdm'
    else coalesce('cc-' || substring(stated from 'creativecommons\.org/licenses/(by(?:-nc)?(?:-(?:nd|sa))?)(?:/|$)'), 'other') end
  from lower(coalesce(context ->> 'licenseUrl', rights ->> 'webStatement', rights ->> 'usageTerms')) as stated
$$;

alter table images
  add column host text,
  add column format text,
  add column size text check (size in ('small', 'medium', 'large')),
  add column license text not null default 'none';

-- What is forced binds the owner, too.
alter table images no force row level security;
alter table image_sources no force row level security;
alter table blobs no force row level security;
update images i set host = app.host_of(s.url), license = app.license_of(s.context, s.rights)
from (select distinct on (image_id) image_id, url, context, rights from image_sources order by image_id, fetched_at) s
where s.image_id = i.id;
update images i set format = app.format_of(b.mime), size = app.size_of(b.width, b.height) from blobs b where b.sha256 = i.sha256;
alter table blobs force row level security;
alter table image_sources force row level security;
alter table images force row level security;
alter table images alter column format set not null, alter column size set not null;

-- ---------------------------------------------------------------------------------------------------------
-- Review

alter table projects add column labels jsonb not null default '[]' check (jsonb_typeof(labels) = 'array');
grant update (labels) on projects to darkroom_app;

alter table images
  add column review text not null default 'undecided' check (review in ('undecided', 'keep', 'reject')),
  add column label text,
  add column tags text[] not null default '{}' check (cardinality(tags) <= 20),
  -- Raised by every change; who decides says which one they saw.
  add column revision integer not null default 0,
  -- The review whose outcome stands. It determines review, label and tags: an undo gives both back together. So an
  -- undo compares it, and not the revision, which a later review and its undo have raised by two.
  add column standing text,
  add column reviewed_by text,
  add column reviewed_at timestamptz;

-- Tags once more, as an index that ends in the list's order.
create table image_tags (
  project_id text not null,
  tag text not null,
  image_id text not null,
  primary key (project_id, tag, image_id),
  foreign key (image_id, project_id) references images (id, project_id) on delete cascade
);
create index image_tags_image on image_tags (image_id);

create table reviews (
  id text primary key,
  project_id text not null references projects on delete cascade,
  created_by text,
  created_at timestamptz not null default now(),
  -- What was asked for, {review, label, tags, addTags, removeTags}, or {undo: id}.
  change jsonb not null,
  unique (id, project_id)
);
create index reviews_age on reviews (created_at);

-- What an undo of a review gives back.
create table review_changes (
  review_id text not null,
  image_id text not null,
  project_id text not null,
  review text not null,
  label text,
  tags text[] not null,
  reviewed_by text,
  reviewed_at timestamptz,
  -- images.standing before it and after it.
  standing_before text,
  standing_after text,
  primary key (review_id, image_id),
  foreign key (review_id, project_id) references reviews (id, project_id) on delete cascade,
  foreign key (image_id, project_id) references images (id, project_id) on delete cascade
);
create index review_changes_image on review_changes (image_id);

alter table image_tags enable row level security;
alter table image_tags force row level security;
alter table reviews enable row level security;
alter table reviews force row level security;
alter table review_changes enable row level security;
alter table review_changes force row level security;

grant select on image_tags to darkroom_app;
grant select, delete on reviews to darkroom_service;

create policy image_tags_read on image_tags for select to darkroom_app using (project_id = (select app.tenant()));
create policy image_tags_definer on image_tags to darkroom_owner using (true) with check (true);
create policy reviews_definer on reviews to darkroom_owner using (true) with check (true);
create policy reviews_sweep_read on reviews for select to darkroom_service using (created_at < now() - interval '30 days');
create policy reviews_sweep on reviews for delete to darkroom_service using (created_at < now() - interval '30 days');
create policy review_changes_definer on review_changes to darkroom_owner using (true) with check (true);
create policy images_definer_change on images for update to darkroom_owner using (true) with check (true);

-- The name of somebody who did something in the entered project, also when they have left it.
create function app.name_of(person text) returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select name from profiles where id = person and app.tenant('viewer') is not null
$$;

-- What was decided about an image, as the API shows it.
create function app.review_state(i images) returns jsonb language sql stable as $$
  select jsonb_build_object('id', i.id, 'review', i.review, 'label', i.label, 'tags', to_jsonb(i.tags), 'revision', i.revision)
$$;

-- The tags that a change leaves: sorted, each once.
create function app.changed_tags(tags text[], change jsonb) returns text[] language sql immutable as $$
  select coalesce(array_agg(tag order by tag), '{}') from (
    select unnest(case when change ? 'tags' then array(select jsonb_array_elements_text(change -> 'tags')) else tags end) as tag
    union select jsonb_array_elements_text(change -> 'addTags')
    except select jsonb_array_elements_text(change -> 'removeTags')
  ) left_over
$$;

-- Applies new states [{id, review, label, tags, reviewedBy, reviewedAt, standing}] to locked images of the entered
-- project, writes down what they were, and returns how many were changed.
create function app.apply_review(review_id text, new_change jsonb, states jsonb) returns integer
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare project text := app.tenant('reviewer'); changed integer;
begin
  insert into reviews (id, project_id, created_by, change) values (review_id, project, app.actor(), new_change);
  with new as materialized (
    select s.id, s.review, s.label, array(select jsonb_array_elements_text(s.tags)) as tags, s."reviewedBy" as by,
      s."reviewedAt" as at, s.standing
    from jsonb_to_recordset(states) as s(id text, review text, label text, tags jsonb, "reviewedBy" text,
      "reviewedAt" timestamptz, standing text)
  ), kept as (
    insert into review_changes (review_id, image_id, project_id, review, label, tags, reviewed_by, reviewed_at,
      standing_before, standing_after)
    select apply_review.review_id, i.id, project, i.review, i.label, i.tags, i.reviewed_by, i.reviewed_at, i.standing, n.standing
    from new n join images i on i.id = n.id
  ), untagged as (
    delete from image_tags t using new n where t.project_id = project and t.image_id = n.id and t.tag <> all (n.tags)
  ), tagged as (
    insert into image_tags (project_id, tag, image_id) select project, unnest(n.tags), n.id from new n on conflict do nothing
  ), moved as (
    update images i set review = n.review, label = n.label, tags = n.tags, revision = i.revision + 1,
      standing = n.standing, reviewed_by = n.by, reviewed_at = n.at
    from new n where i.id = n.id returning 1
  )
  select count(*) into changed from moved;
  return changed;
end $$;

-- Decides about images [{id, revision}] of the entered project, whose reviewer the caller must be. One of another
-- revision than was seen is left as it is and told as a conflict; without a revision any will do. Leaves the outcome
-- {reviewId, changed, images, conflicts, missing} in app.reviewed for the rest of the batch.
create function app.review_images(review_id text, change jsonb, wanted jsonb) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare project text := app.tenant('reviewer'); states jsonb; conflicts jsonb; missing jsonb; changed integer := 0;
begin
  if project is null then
    perform app.fail('forbidden');
  end if;
  -- In one order, so that two reviewers of the same images wait for each other and never in a circle.
  perform from images i where i.project_id = project and i.deleted_at is null
    and i.id in (select w.id from jsonb_to_recordset(wanted) as w(id text)) order by i.id for update;
  -- A statement of its own, whose snapshot is younger than the locks.
  with asked as materialized (
    select w.id, w.revision, i as image, app.changed_tags(i.tags, change) as tags,
      coalesce(change ->> 'review', i.review) as review,
      case when change ? 'label' then change ->> 'label' else i.label end as label
    from jsonb_to_recordset(wanted) as w(id text, revision integer)
    left join images i on i.id = w.id and i.project_id = project and i.deleted_at is null
  )
  select
    jsonb_agg(jsonb_build_object('id', id, 'review', review, 'label', label, 'tags', tags, 'reviewedBy', app.actor(),
      'reviewedAt', now(), 'standing', review_id)) filter (where (image).id is not null
      and (revision is null or revision = (image).revision)
      and (review, label, tags) is distinct from ((image).review, (image).label, (image).tags)),
    jsonb_agg(app.review_state(image) || jsonb_build_object('reviewedBy', case when (image).reviewed_by is not null
        then jsonb_build_object('id', (image).reviewed_by, 'name', app.name_of((image).reviewed_by)) end,
      'reviewedAt', app.rfc3339((image).reviewed_at)))
      filter (where (image).id is not null and revision <> (image).revision),
    jsonb_agg(id) filter (where (image).id is null)
    into states, conflicts, missing from asked;
  if jsonb_array_length(coalesce(missing, '[]')) = jsonb_array_length(wanted) and missing is not null then
    perform app.fail('not_found');
  end if;
  if exists (select from jsonb_array_elements(states) s where jsonb_array_length(s -> 'tags') > 20) then
    perform app.fail('too_many_tags');
  end if;
  if states is not null then
    changed := app.apply_review(review_id, change, states);
  end if;
  perform app.note_review(review_id, changed, wanted, conflicts, missing);
end $$;

-- Leaves the outcome of a review in app.reviewed: the states of up to 500 of the images that were asked for.
create function app.note_review(review_id text, changed integer, wanted jsonb, conflicts jsonb, missing jsonb) returns void
language sql volatile security definer set search_path = public, app, pg_temp as $$
  select set_config('app.reviewed', jsonb_build_object(
    'reviewId', case when changed > 0 then review_id end, 'changed', changed,
    'images', case when jsonb_array_length(wanted) > 500 then '[]'::jsonb else coalesce((
      select jsonb_agg(app.review_state(i)) from jsonb_to_recordset(wanted) as w(id text)
      join images i on i.id = w.id and i.project_id = app.tenant('viewer') and i.deleted_at is null
      where not coalesce(conflicts, '[]') @> jsonb_build_array(jsonb_build_object('id', w.id))), '[]') end,
    'conflicts', coalesce(conflicts, '[]'), 'missing', coalesce(missing, '[]'))::text, true)
$$;

-- Undoes a review of the entered project where its outcome still stands; the undo is a review itself, and undoing that
-- is to redo. Errors: `not_found`, also 30 days after it.
create function app.undo_review(undo_id text, undone text) returns void
language plpgsql security definer set search_path = public, app, pg_temp as $$
declare project text := app.tenant('reviewer'); states jsonb; conflicts jsonb; wanted jsonb; changed integer := 0;
begin
  perform from reviews r where r.id = undone and r.project_id = project;
  if not found then
    perform app.fail('not_found');
  end if;
  perform from images i where i.id in (select c.image_id from review_changes c where c.review_id = undone)
    and i.deleted_at is null order by i.id for update;
  select
    jsonb_agg(jsonb_build_object('id', i.id, 'review', c.review, 'label', c.label, 'tags', c.tags,
      'reviewedBy', c.reviewed_by, 'reviewedAt', c.reviewed_at, 'standing', c.standing_before))
      filter (where i.standing is not distinct from c.standing_after),
    jsonb_agg(app.review_state(i)) filter (where i.standing is distinct from c.standing_after),
    coalesce(jsonb_agg(jsonb_build_object('id', i.id)), '[]')
    into states, conflicts, wanted
  from review_changes c join images i on i.id = c.image_id and i.deleted_at is null where c.review_id = undone;
  if states is not null then
    changed := app.apply_review(undo_id, jsonb_build_object('undo', undone), states);
  end if;
  perform app.note_review(undo_id, changed, wanted, conflicts, null);
end $$;

create function app.project_of_review(review text) returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select project_id from reviews where id = review
$$;

-- Each value of a facet once, by steps in its index (https://wiki.postgresql.org/wiki/Loose_indexscan); 100 at most.
create function app.facet_values(facet text) returns jsonb
language plpgsql stable as $$
declare found_values jsonb;
begin
  execute format($q$
    with recursive steps as (
      (select %1$I as value, 1 as nth from %2$I where project_id = $1 %3$s and %1$I is not null order by %1$I limit 1)
      union all
      select (select t.%1$I from %2$I t where t.project_id = $1 %4$s and t.%1$I > s.value order by t.%1$I limit 1), s.nth + 1
      from steps s where s.value is not null and s.nth < 100
    )
    select coalesce(jsonb_agg(value order by value), '[]') from steps where value is not null
  $q$, facet, case facet when 'tag' then 'image_tags' else 'images' end,
    case facet when 'tag' then '' else 'and deleted_at is null' end,
    case facet when 'tag' then '' else 'and t.deleted_at is null' end)
  into found_values using app.tenant();
  return found_values;
end $$;

-- Each ends in the order of the list, for one facet at a time.
create index images_review on images (project_id, review, id) where deleted_at is null;
create index images_label on images (project_id, label, id) where deleted_at is null;
create index images_host on images (project_id, host, id) where deleted_at is null;
create index images_license on images (project_id, license, id) where deleted_at is null;
create index images_format on images (project_id, format, id) where deleted_at is null;
create index images_size on images (project_id, size, id) where deleted_at is null;
create index images_of_job on images (project_id, job_id, id) where deleted_at is null;

create or replace function app.record_results(job text, run integer, parts integer[], results jsonb, closing integer[]) returns jsonb
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
  target crawl_jobs;
  totals job_totals;
  locked integer[];
  tries smallint[];
  incoming app.crawl_result[];
  written integer[];
  added integer := 0;
  room integer;
  due_times jsonb;
begin
  select * into totals from job_totals where job_id = job for update;
  select * into target from crawl_jobs where id = job and epoch = run;
  if target.id is null or target.status not in ('running', 'stopping') then
    return jsonb_build_object('status', target.status, 'chunks', '[]'::jsonb);
  end if;
  select array_agg(c.chunk), array_agg(c.attempt) into locked, tries
  from (select distinct part from unnest(parts) as part order by part) p cross join lateral (
    select chunk, attempt from job_chunks where job_id = job and chunk = p.part for update
  ) c;

  select array_agg(row(i.ctid, i.position, i.chunk, i.url, i.url_hash, i.context, i.status = 'deferred',
      r.status, r.reason, r.detail, r."retryAt", r."imageId",
      decode(r.sha256, 'hex'), r.bytes, r.crc32, r.mime, r.width, r.height, r.orientation,
      r."averageColor", r."thumbnailWidth", r."thumbnailHeight",
      r."finalUrl", coalesce(r.redirects, '[]'), r."fetchedAt", r.robots, r."xRobotsTag", r.etag, r.rights)::app.crawl_result)
    into incoming
  from jsonb_to_recordset(results) as r(
    position integer, status text, reason text, detail text, "retryAt" timestamptz, "imageId" text, sha256 text,
    bytes integer, crc32 bigint, mime text, width integer, height integer, orientation smallint,
    "averageColor" text, "thumbnailWidth" smallint, "thumbnailHeight" smallint,
    "finalUrl" text, redirects jsonb, "fetchedAt" timestamptz, robots text, "xRobotsTag" text, etag text, rights jsonb)
  join (
    select c.*, p.tries from unnest(locked, tries) as p(chunk, tries) cross join lateral (
      select ctid, * from crawl_items where (chunk, job_id) between (p.chunk, job) and (p.chunk, job) offset 0
    ) c
  ) i on i.position = r.position and i.attempts = i.tries and i.status in ('pending', 'deferred');

  if incoming is not null then
    insert into blobs (sha256, bytes, crc32, mime, width, height, orientation, average_color, thumbnail_width, thumbnail_height)
    select sha256, bytes, crc32, mime, width, height, orientation, average_color, thumbnail_width, thumbnail_height
    from unnest(incoming) where status = 'stored' order by sha256
    on conflict do nothing;

    room := (target.options ->> 'maxImages')::integer - totals.stored;
    -- Ordered by content, so that two jobs of one project take the unique index's locks in the same order.
    with fresh as (
      select distinct on (n.sha256) n.image_id, n.sha256, n.position, app.host_of(n.url) as host,
        app.format_of(n.mime) as format, app.size_of(n.width, n.height) as size,
        app.license_of(n.context, n.rights) as license
      from unnest(incoming) n
      where n.status = 'stored' and not exists (select from images i
        where (i.sha256, i.project_id) between (n.sha256, target.project_id) and (n.sha256, target.project_id)
          and i.deleted_at is null offset 0)
      order by n.sha256, n.position
    ), allowed as (select * from fresh order by position limit case when room is null then null else greatest(room, 0) end),
    kept as (
      insert into images (id, project_id, job_id, sha256, host, format, size, license)
      select image_id, target.project_id, job, sha256, host, format, size, license from allowed order by sha256
      on conflict (project_id, sha256) where deleted_at is null do nothing
      returning id
    )
    select count(*) into added from kept;

    -- A statement of its own, whose snapshot is younger than the insert: it sees the images that came in between.
    -- `stored`, `duplicate_exact` and `skipped` over the limit are told apart here alone.
    with judged as materialized (
      select n.*, i.id as kept_id, case when n.status <> 'stored' then n.status when i.id = n.image_id then 'stored'
        when i.id is not null then 'duplicate_exact' else 'skipped' end as verdict
      from unnest(incoming) n left join lateral (
        select c.id from images c where n.status = 'stored' and c.deleted_at is null
          and (c.sha256, c.project_id) between (n.sha256, target.project_id) and (n.sha256, target.project_id) offset 0
      ) i on true
    ), sources as (
      insert into image_sources (image_id, project_id, url_hash, url, final_url, redirects, fetched_at, robots,
        x_robots_tag, etag, context, rights)
      select kept_id, target.project_id, url_hash, url, final_url, redirects, fetched_at, robots,
        x_robots_tag, etag, context, rights
      from judged where kept_id is not null
      on conflict do nothing
    ), items as (
      update crawl_items c set
        status = j.verdict,
        reason = case when j.status = 'stored' and j.verdict = 'skipped' then 'limit' else j.reason end,
        detail = j.detail, image_id = j.kept_id, retry_at = j.retry_at,
        attempts = c.attempts + case j.verdict when 'deferred' then 1 else 0 end, updated_at = now()
      from judged j where c.ctid = j.place
    ), summed as (
      update job_totals t set
        pending = t.pending - s.was_pending, deferred = t.deferred + s.deferred - s.was_deferred,
        stored = t.stored + s.stored, duplicate_exact = t.duplicate_exact + s.duplicate_exact,
        rejected = t.rejected + s.rejected, blocked = t.blocked + s.blocked,
        failed = t.failed + s.failed, skipped = t.skipped + s.skipped,
        -- Exponential average over 10 s (W. Hunter, "The exponentially weighted moving average", 1986, as impulses).
        rate = t.rate * exp(-greatest(0, extract(epoch from now() - t.updated_at)) / 10) + (s.total - s.deferred) / 10.0,
        updated_at = now()
      from (
        select count(*) total, count(*) filter (where not was_deferred) was_pending,
          count(*) filter (where was_deferred) was_deferred,
          count(*) filter (where verdict = 'deferred') deferred,
          count(*) filter (where verdict = 'stored') stored,
          count(*) filter (where verdict = 'duplicate_exact') duplicate_exact,
          count(*) filter (where verdict = 'rejected') rejected,
          count(*) filter (where verdict = 'blocked') blocked,
          count(*) filter (where verdict = 'failed') failed,
          count(*) filter (where verdict = 'skipped') skipped
        from judged
      ) s
      where t.job_id = job
      returning t.pending, t.deferred, t.stored, t.failed
    )
    select s.pending, s.deferred, s.stored, s.failed, (select array_agg(chunk) from judged)
      into totals.pending, totals.deferred, totals.stored, totals.failed, written from summed s;

    if added > 0 then
      update projects set image_count = image_count + added, updated_at = now() where id = target.project_id;
    end if;
  end if;

  with ended as materialized (
    select c.*, i.waiting, i.due
    from (select distinct part from unnest(closing) as part) p cross join lateral (
      select ctid as place, chunk, lane, attempt from job_chunks where job_id = job and chunk = p.part and status = 'sent' offset 0
    ) c cross join lateral (
      select array_agg(ctid) filter (where status = 'deferred') as waiting,
        min(retry_at) filter (where status = 'deferred') as due,
        bool_or(status in ('pending', 'deferred') and attempts = c.attempt) as is_open
      from crawl_items where (chunk, job_id) between (c.chunk, job) and (c.chunk, job)
    ) i
    where i.is_open is not true
  ), closed as (
    update job_chunks c set status = case when e.waiting is null then 'done' else 'split' end, updated_at = now()
    from ended e where c.ctid = e.place
  ), moved as (
    update crawl_items c set chunk = w.chunk + app.child_stride()
    from (select chunk, unnest(waiting) as place from ended) w where c.ctid = w.place
  ), children as (
    insert into job_chunks (job_id, chunk, project_id, lane, attempt, not_before, size)
    select job, chunk + app.child_stride(), target.project_id, lane, attempt + 1, coalesce(due, now()), cardinality(waiting)
    from ended where waiting is not null
  )
  select jsonb_object_agg(chunk, ceil(extract(epoch from due) * 1000)) into due_times from ended where waiting is not null;

  if target.status = 'running' and totals.pending + totals.deferred = 0 then
    target.status := case when totals.failed > 0 then 'completed_with_errors' else 'completed' end;
    perform app.end_job(job, run, 'running', target.status, null, null);
  elsif target.status = 'running' and totals.stored >= (target.options ->> 'maxImages')::integer then
    target.status := 'completed';
    perform app.end_job(job, run, 'running', target.status, 'limit', null);
  end if;
  return jsonb_build_object('status', target.status, 'chunks', (
    select coalesce(jsonb_agg(jsonb_build_object('chunk', p.chunk, 'dueAt', due_times -> p.chunk::text, 'written',
      (select count(*) from unnest(written) as w(chunk) where w.chunk = p.chunk))), '[]') from unnest(parts) as p(chunk)));
end $$;

create or replace function app.record_upload(image text, facts jsonb, address text, stated_rights jsonb) returns void
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
  insert into images (id, project_id, sha256, format, size, license)
  values (image, project, content, app.format_of(facts ->> 'mime'),
    app.size_of((facts ->> 'width')::integer, (facts ->> 'height')::integer), app.license_of(null, stated_rights))
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

grant execute on function app.host_of(text), app.format_of(text), app.size_of(integer, integer),
  app.license_of(jsonb, jsonb), app.review_state(images) to darkroom_app, darkroom_service;
grant execute on function app.name_of(text), app.changed_tags(text[], jsonb), app.review_images(text, jsonb, jsonb),
  app.undo_review(text, text), app.project_of_review(text), app.facet_values(text) to darkroom_app;

-- +down
create or replace function app.record_upload(image text, facts jsonb, address text, stated_rights jsonb) returns void
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
create or replace function app.record_results(job text, run integer, parts integer[], results jsonb, closing integer[]) returns jsonb
language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
  target crawl_jobs;
  totals job_totals;
  locked integer[];
  tries smallint[];
  incoming app.crawl_result[];
  written integer[];
  added integer := 0;
  room integer;
  due_times jsonb;
begin
  select * into totals from job_totals where job_id = job for update;
  select * into target from crawl_jobs where id = job and epoch = run;
  if target.id is null or target.status not in ('running', 'stopping') then
    return jsonb_build_object('status', target.status, 'chunks', '[]'::jsonb);
  end if;
  select array_agg(c.chunk), array_agg(c.attempt) into locked, tries
  from (select distinct part from unnest(parts) as part order by part) p cross join lateral (
    select chunk, attempt from job_chunks where job_id = job and chunk = p.part for update
  ) c;

  select array_agg(row(i.ctid, i.position, i.chunk, i.url, i.url_hash, i.context, i.status = 'deferred',
      r.status, r.reason, r.detail, r."retryAt", r."imageId",
      decode(r.sha256, 'hex'), r.bytes, r.crc32, r.mime, r.width, r.height, r.orientation,
      r."averageColor", r."thumbnailWidth", r."thumbnailHeight",
      r."finalUrl", coalesce(r.redirects, '[]'), r."fetchedAt", r.robots, r."xRobotsTag", r.etag, r.rights)::app.crawl_result)
    into incoming
  from jsonb_to_recordset(results) as r(
    position integer, status text, reason text, detail text, "retryAt" timestamptz, "imageId" text, sha256 text,
    bytes integer, crc32 bigint, mime text, width integer, height integer, orientation smallint,
    "averageColor" text, "thumbnailWidth" smallint, "thumbnailHeight" smallint,
    "finalUrl" text, redirects jsonb, "fetchedAt" timestamptz, robots text, "xRobotsTag" text, etag text, rights jsonb)
  join (
    select c.*, p.tries from unnest(locked, tries) as p(chunk, tries) cross join lateral (
      select ctid, * from crawl_items where (chunk, job_id) between (p.chunk, job) and (p.chunk, job) offset 0
    ) c
  ) i on i.position = r.position and i.attempts = i.tries and i.status in ('pending', 'deferred');

  if incoming is not null then
    insert into blobs (sha256, bytes, crc32, mime, width, height, orientation, average_color, thumbnail_width, thumbnail_height)
    select sha256, bytes, crc32, mime, width, height, orientation, average_color, thumbnail_width, thumbnail_height
    from unnest(incoming) where status = 'stored' order by sha256
    on conflict do nothing;

    room := (target.options ->> 'maxImages')::integer - totals.stored;
    -- Ordered by content, so that two jobs of one project take the unique index's locks in the same order.
    with fresh as (
      select distinct on (n.sha256) n.image_id, n.sha256, n.position from unnest(incoming) n
      where n.status = 'stored' and not exists (select from images i
        where (i.sha256, i.project_id) between (n.sha256, target.project_id) and (n.sha256, target.project_id)
          and i.deleted_at is null offset 0)
      order by n.sha256, n.position
    ), allowed as (select * from fresh order by position limit case when room is null then null else greatest(room, 0) end),
    kept as (
      insert into images (id, project_id, job_id, sha256)
      select image_id, target.project_id, job, sha256 from allowed order by sha256
      on conflict (project_id, sha256) where deleted_at is null do nothing
      returning id
    )
    select count(*) into added from kept;

    -- A statement of its own, whose snapshot is younger than the insert: it sees the images that came in between.
    -- `stored`, `duplicate_exact` and `skipped` over the limit are told apart here alone.
    with judged as materialized (
      select n.*, i.id as kept_id, case when n.status <> 'stored' then n.status when i.id = n.image_id then 'stored'
        when i.id is not null then 'duplicate_exact' else 'skipped' end as verdict
      from unnest(incoming) n left join lateral (
        select c.id from images c where n.status = 'stored' and c.deleted_at is null
          and (c.sha256, c.project_id) between (n.sha256, target.project_id) and (n.sha256, target.project_id) offset 0
      ) i on true
    ), sources as (
      insert into image_sources (image_id, project_id, url_hash, url, final_url, redirects, fetched_at, robots,
        x_robots_tag, etag, context, rights)
      select kept_id, target.project_id, url_hash, url, final_url, redirects, fetched_at, robots,
        x_robots_tag, etag, context, rights
      from judged where kept_id is not null
      on conflict do nothing
    ), items as (
      update crawl_items c set
        status = j.verdict,
        reason = case when j.status = 'stored' and j.verdict = 'skipped' then 'limit' else j.reason end,
        detail = j.detail, image_id = j.kept_id, retry_at = j.retry_at,
        attempts = c.attempts + case j.verdict when 'deferred' then 1 else 0 end, updated_at = now()
      from judged j where c.ctid = j.place
    ), summed as (
      update job_totals t set
        pending = t.pending - s.was_pending, deferred = t.deferred + s.deferred - s.was_deferred,
        stored = t.stored + s.stored, duplicate_exact = t.duplicate_exact + s.duplicate_exact,
        rejected = t.rejected + s.rejected, blocked = t.blocked + s.blocked,
        failed = t.failed + s.failed, skipped = t.skipped + s.skipped,
        -- Exponential average over 10 s (W. Hunter, "The exponentially weighted moving average", 1986, as impulses).
        rate = t.rate * exp(-greatest(0, extract(epoch from now() - t.updated_at)) / 10) + (s.total - s.deferred) / 10.0,
        updated_at = now()
      from (
        select count(*) total, count(*) filter (where not was_deferred) was_pending,
          count(*) filter (where was_deferred) was_deferred,
          count(*) filter (where verdict = 'deferred') deferred,
          count(*) filter (where verdict = 'stored') stored,
          count(*) filter (where verdict = 'duplicate_exact') duplicate_exact,
          count(*) filter (where verdict = 'rejected') rejected,
          count(*) filter (where verdict = 'blocked') blocked,
          count(*) filter (where verdict = 'failed') failed,
          count(*) filter (where verdict = 'skipped') skipped
        from judged
      ) s
      where t.job_id = job
      returning t.pending, t.deferred, t.stored, t.failed
    )
    select s.pending, s.deferred, s.stored, s.failed, (select array_agg(chunk) from judged)
      into totals.pending, totals.deferred, totals.stored, totals.failed, written from summed s;

    if added > 0 then
      update projects set image_count = image_count + added, updated_at = now() where id = target.project_id;
    end if;
  end if;

  with ended as materialized (
    select c.*, i.waiting, i.due
    from (select distinct part from unnest(closing) as part) p cross join lateral (
      select ctid as place, chunk, lane, attempt from job_chunks where job_id = job and chunk = p.part and status = 'sent' offset 0
    ) c cross join lateral (
      select array_agg(ctid) filter (where status = 'deferred') as waiting,
        min(retry_at) filter (where status = 'deferred') as due,
        bool_or(status in ('pending', 'deferred') and attempts = c.attempt) as is_open
      from crawl_items where (chunk, job_id) between (c.chunk, job) and (c.chunk, job)
    ) i
    where i.is_open is not true
  ), closed as (
    update job_chunks c set status = case when e.waiting is null then 'done' else 'split' end, updated_at = now()
    from ended e where c.ctid = e.place
  ), moved as (
    update crawl_items c set chunk = w.chunk + app.child_stride()
    from (select chunk, unnest(waiting) as place from ended) w where c.ctid = w.place
  ), children as (
    insert into job_chunks (job_id, chunk, project_id, lane, attempt, not_before, size)
    select job, chunk + app.child_stride(), target.project_id, lane, attempt + 1, coalesce(due, now()), cardinality(waiting)
    from ended where waiting is not null
  )
  select jsonb_object_agg(chunk, ceil(extract(epoch from due) * 1000)) into due_times from ended where waiting is not null;

  if target.status = 'running' and totals.pending + totals.deferred = 0 then
    target.status := case when totals.failed > 0 then 'completed_with_errors' else 'completed' end;
    perform app.end_job(job, run, 'running', target.status, null, null);
  elsif target.status = 'running' and totals.stored >= (target.options ->> 'maxImages')::integer then
    target.status := 'completed';
    perform app.end_job(job, run, 'running', target.status, 'limit', null);
  end if;
  return jsonb_build_object('status', target.status, 'chunks', (
    select coalesce(jsonb_agg(jsonb_build_object('chunk', p.chunk, 'dueAt', due_times -> p.chunk::text, 'written',
      (select count(*) from unnest(written) as w(chunk) where w.chunk = p.chunk))), '[]') from unnest(parts) as p(chunk)));
end $$;
drop index images_of_job, images_size, images_format, images_license, images_host, images_label, images_review;
drop function app.facet_values(text), app.project_of_review(text), app.undo_review(text, text),
  app.review_images(text, jsonb, jsonb), app.note_review(text, integer, jsonb, jsonb, jsonb),
  app.apply_review(text, jsonb, jsonb), app.changed_tags(text[], jsonb), app.review_state(images), app.name_of(text);
drop policy images_definer_change on images;
drop table review_changes, reviews, image_tags;
alter table images drop column reviewed_at, drop column reviewed_by, drop column standing, drop column revision,
  drop column tags, drop column label, drop column review;
alter table projects drop column labels;
alter table images drop column license, drop column size, drop column format, drop column host;
drop function app.license_of(jsonb, jsonb), app.size_of(integer, integer), app.format_of(text), app.host_of(text);
