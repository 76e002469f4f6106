-- Jobs, their items, blobs and images.

create table crawl_jobs (
  id text primary key,
  project_id text not null references projects on delete cascade,
  kind text not null check (kind in ('urls')),
  status text not null default 'draft'
    check (status in ('draft', 'queued', 'running', 'completed', 'completed_with_errors', 'failed')),
  -- Raised by every start: a message or result of an earlier run is recognised and dropped.
  epoch integer not null default 0,
  options jsonb not null default '{}',
  total integer not null check (total >= 0),
  created_by text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- What belongs to a job belongs to its project: the foreign keys below carry both.
  unique (id, project_id)
);
create index crawl_jobs_project on crawl_jobs (project_id, id desc);

-- One row a job, so that progress costs the same for ten URLs and for a million.
create table job_totals (
  job_id text primary key,
  project_id text not null,
  pending integer not null check (pending >= 0),
  stored integer not null default 0,
  duplicate_exact integer not null default 0,
  rejected integer not null default 0,
  blocked integer not null default 0,
  failed integer not null default 0,
  skipped integer not null default 0,
  updated_at timestamptz not null default now(),
  foreign key (job_id, project_id) references crawl_jobs (id, project_id) on delete cascade
);

create table crawl_items (
  job_id text not null,
  position integer not null,
  project_id text not null,
  chunk integer not null,
  url text not null,
  url_hash bytea not null,
  status text not null default 'pending' check (status in
    ('pending', 'stored', 'duplicate_exact', 'rejected', 'blocked', 'failed', 'skipped')),
  reason text,
  detail text,
  image_id text,
  updated_at timestamptz not null default now(),
  primary key (job_id, position),
  unique (job_id, url_hash),
  foreign key (job_id, project_id) references crawl_jobs (id, project_id) on delete cascade
);
create index crawl_items_status on crawl_items (job_id, status, position);
create index crawl_items_chunk on crawl_items (job_id, chunk);

-- What is true of the bytes alone. A blob has no tenant and is reached only through an image.
create table blobs (
  sha256 bytea primary key check (length(sha256) = 32),
  bytes integer not null check (bytes > 0),
  crc32 bigint not null check (crc32 between 0 and 4294967295),
  mime text not null,
  width integer not null,
  height integer not null,
  orientation smallint not null default 1,
  average_color text not null,
  -- Null: no thumbnail could be made (too large to decode, or a colour model we do not decode).
  thumbnail_width smallint,
  thumbnail_height smallint,
  created_at timestamptz not null default now()
);

create table images (
  id text primary key,
  project_id text not null references projects on delete cascade,
  job_id text,
  sha256 bytea not null references blobs,
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  -- The transactions that added and removed the row: an export reads the project as of one snapshot over
  -- many batches, whatever is imported or deleted meanwhile.
  created_xid xid8 not null default pg_current_xact_id(),
  deleted_xid xid8,
  unique (id, project_id),
  foreign key (job_id, project_id) references crawl_jobs (id, project_id) on delete set null (job_id)
);
create unique index images_content on images (project_id, sha256) where deleted_at is null;
create index images_newest on images (project_id, id desc) where deleted_at is null;
create index images_all on images (project_id, id desc);
create index images_job on images (job_id);

create table image_sources (
  image_id text not null,
  project_id text not null,
  url_hash bytea not null,
  url text not null,
  final_url text not null,
  redirects jsonb not null default '[]',
  fetched_at timestamptz not null,
  primary key (image_id, url_hash),
  foreign key (image_id, project_id) references images (id, project_id) on delete cascade
);

alter table crawl_jobs enable row level security;
alter table crawl_jobs force row level security;
alter table job_totals enable row level security;
alter table job_totals force row level security;
alter table crawl_items enable row level security;
alter table crawl_items force row level security;
alter table blobs enable row level security;
alter table blobs force row level security;
alter table images enable row level security;
alter table images force row level security;
alter table image_sources enable row level security;
alter table image_sources force row level security;

grant select, insert, update (status, epoch, started_at), delete on crawl_jobs to darkroom_app;
grant select, insert on job_totals to darkroom_app;
grant select, insert on crawl_items to darkroom_app;
grant select on blobs, image_sources to darkroom_app;
grant select, update (deleted_at, deleted_xid) on images to darkroom_app;
grant select, update on crawl_jobs, job_totals, crawl_items to darkroom_service;
grant select, insert on blobs, images, image_sources to darkroom_service;

create policy crawl_jobs_read on crawl_jobs for select to darkroom_app using (project_id = (select app.tenant()));
create policy crawl_jobs_create on crawl_jobs for insert to darkroom_app
  with check (project_id = (select app.tenant('editor')));
create policy crawl_jobs_change on crawl_jobs for update to darkroom_app
  using (project_id = (select app.tenant('editor'))) with check (project_id = (select app.tenant('editor')));
create policy crawl_jobs_delete on crawl_jobs for delete to darkroom_app
  using (project_id = (select app.tenant('editor')));
create policy crawl_jobs_service_read on crawl_jobs for select to darkroom_service using (true);
create policy crawl_jobs_service on crawl_jobs for update to darkroom_service using (true) with check (true);
create policy crawl_jobs_definer on crawl_jobs for select to darkroom_owner using (true);

create policy job_totals_read on job_totals for select to darkroom_app using (project_id = (select app.tenant()));
create policy job_totals_create on job_totals for insert to darkroom_app
  with check (project_id = (select app.tenant('editor')));
create policy job_totals_service_read on job_totals for select to darkroom_service using (true);
create policy job_totals_service on job_totals for update to darkroom_service using (true) with check (true);

create policy crawl_items_read on crawl_items for select to darkroom_app using (project_id = (select app.tenant()));
create policy crawl_items_create on crawl_items for insert to darkroom_app
  with check (project_id = (select app.tenant('editor')));
create policy crawl_items_service_read on crawl_items for select to darkroom_service using (true);
create policy crawl_items_service on crawl_items for update to darkroom_service using (true) with check (true);

create policy blobs_read on blobs for select to darkroom_app using (
  exists (select from images i where i.sha256 = blobs.sha256 and i.project_id = (select app.tenant()))
);
create policy blobs_service_read on blobs for select to darkroom_service using (true);
create policy blobs_service on blobs for insert to darkroom_service with check (true);

create policy images_read on images for select to darkroom_app using (project_id = (select app.tenant()));
create policy images_change on images for update to darkroom_app
  using (project_id = (select app.tenant('editor'))) with check (project_id = (select app.tenant('editor')));
create policy images_service_read on images for select to darkroom_service using (true);
create policy images_service on images for insert to darkroom_service with check (true);
create policy images_definer on images for select to darkroom_owner using (true);

create policy image_sources_read on image_sources for select to darkroom_app
  using (project_id = (select app.tenant()));
create policy image_sources_service_read on image_sources for select to darkroom_service using (true);
create policy image_sources_service on image_sources for insert to darkroom_service with check (true);

-- A request names a job or an image by id alone; these find its project without a round trip of their own.
create function app.project_of_job(job text) returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select project_id from crawl_jobs where id = job
$$;

create function app.project_of_image(image text) returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select project_id from images where id = image and deleted_at is null
$$;

-- Starts a draft; a job under way stays as it is, so that starting twice is harmless. Whether it moved is
-- left in app.moved, for the outbox row of the same batch.
create function app.start_job(job text) returns boolean
language plpgsql as $$
declare moved integer; current_status text;
begin
  perform set_config('app.moved', '', true);
  update crawl_jobs set status = 'queued', epoch = epoch + 1, started_at = now()
  where id = job and status = 'draft';
  get diagnostics moved = row_count;
  if moved = 1 then
    perform set_config('app.moved', job, true);
    return true;
  end if;
  select status into current_status from crawl_jobs where id = job;
  if current_status is null then
    perform app.fail('not_found');
  elsif current_status not in ('queued', 'running') then
    perform app.fail('illegal_state', current_status);
  end if;
  return false;
end $$;

-- Claims a chunk for a consumer and returns its unfinished items; none for a message of an earlier run, of a
-- deleted job or of work already done.
create function app.claim_chunk(job text, run integer, part integer)
returns table (item_position integer, url text, project_id text, options jsonb)
language plpgsql as $$
begin
  update crawl_jobs j set status = 'running' where j.id = job and j.epoch = run and j.status = 'queued';
  return query
    select i.position, i.url, i.project_id, j.options
    from crawl_items i join crawl_jobs j on j.id = i.job_id
    where j.id = job and j.epoch = run and j.status = 'running' and i.chunk = part and i.status = 'pending'
    order by i.position;
end $$;

-- One result as a consumer reports it, with the item it belongs to.
create type app.crawl_result as (
  position integer, url text, url_hash bytea, status text, reason text, detail text, image_id text,
  sha256 bytea, bytes integer, crc32 bigint, mime text, width integer, height integer, orientation smallint,
  average_color text, thumbnail_width smallint, thumbnail_height smallint,
  final_url text, redirects jsonb, fetched_at timestamptz
);
-- What became of it: `stored` and `duplicate_exact` are told apart by the database alone.
create type app.crawl_outcome as (position integer, status text, image_id text);

-- Records up to a few dozen results in one statement. Only pending items of the current run change, so a
-- redelivered message changes nothing. The totals row is locked first: results of one job are recorded one
-- after another, and the last one also ends the job.
create function app.record_results(job text, run integer, results jsonb) returns integer
language plpgsql as $$
declare
  project text;
  incoming app.crawl_result[];
  outcomes app.crawl_outcome[];
  added integer;
  left_over integer;
begin
  perform from job_totals where job_id = job for update;
  select project_id into project from crawl_jobs where id = job and epoch = run and status = 'running';

  select array_agg(row(i.position, i.url, i.url_hash, r.status, r.reason, r.detail, r."imageId",
      decode(r.sha256, 'hex'), r.bytes, r.crc32, r.mime, r.width, r.height, r.orientation,
      r."averageColor", r."thumbnailWidth", r."thumbnailHeight",
      r."finalUrl", coalesce(r.redirects, '[]'), r."fetchedAt")::app.crawl_result)
    into incoming
  from jsonb_to_recordset(results) as r(
    position integer, status text, reason text, detail text, "imageId" text, sha256 text,
    bytes integer, crc32 bigint, mime text, width integer, height integer, orientation smallint,
    "averageColor" text, "thumbnailWidth" smallint, "thumbnailHeight" smallint,
    "finalUrl" text, redirects jsonb, "fetchedAt" timestamptz)
  join crawl_items i on i.job_id = job and i.position = r.position and i.status = 'pending';
  if project is null or incoming is null then
    return 0;
  end if;

  insert into blobs (sha256, bytes, crc32, mime, width, height, orientation, average_color, thumbnail_width, thumbnail_height)
  select sha256, bytes, crc32, mime, width, height, orientation, average_color, thumbnail_width, thumbnail_height
  from unnest(incoming) where status = 'stored' order by sha256
  on conflict do nothing;

  -- Ordered by content, so that two jobs of one project take the unique index's locks in the same order.
  with kept as (
    insert into images (id, project_id, job_id, sha256)
    select image_id, project, job, sha256 from unnest(incoming) where status = 'stored' order by sha256, position
    on conflict (project_id, sha256) where deleted_at is null do nothing
    returning id
  )
  select count(*) into added from kept;

  select array_agg(row(n.position,
      case when n.status <> 'stored' then n.status when i.id = n.image_id then 'stored' else 'duplicate_exact' end,
      i.id)::app.crawl_outcome)
    into outcomes
  from unnest(incoming) n
  left join images i on n.status = 'stored' and i.project_id = project and i.sha256 = n.sha256 and i.deleted_at is null;

  insert into image_sources (image_id, project_id, url_hash, url, final_url, redirects, fetched_at)
  select o.image_id, project, n.url_hash, n.url, n.final_url, n.redirects, n.fetched_at
  from unnest(incoming) n join unnest(outcomes) o on o.position = n.position
  where o.image_id is not null
  on conflict do nothing;

  update crawl_items c set
    status = o.status, reason = n.reason, detail = n.detail, image_id = o.image_id, updated_at = now()
  from unnest(incoming) n join unnest(outcomes) o on o.position = n.position
  where c.job_id = job and c.position = n.position;

  update job_totals t set
    pending = t.pending - cardinality(outcomes),
    stored = t.stored + s.stored, duplicate_exact = t.duplicate_exact + s.duplicate_exact,
    rejected = t.rejected + s.rejected, blocked = t.blocked + s.blocked,
    failed = t.failed + s.failed, skipped = t.skipped + s.skipped,
    updated_at = now()
  from (
    select count(*) filter (where status = 'stored') stored,
      count(*) filter (where status = 'duplicate_exact') duplicate_exact,
      count(*) filter (where status = 'rejected') rejected,
      count(*) filter (where status = 'blocked') blocked,
      count(*) filter (where status = 'failed') failed,
      count(*) filter (where status = 'skipped') skipped
    from unnest(outcomes)
  ) s
  where t.job_id = job
  returning t.pending into left_over;

  if added > 0 then
    update projects set image_count = image_count + added, updated_at = now() where id = project;
  end if;

  if left_over = 0 then
    update crawl_jobs j set
      status = case when t.failed + t.skipped > 0 then 'completed_with_errors' else 'completed' end,
      finished_at = now()
    from job_totals t where j.id = job and t.job_id = job;
    insert into activity_logs (id, project_id, action, subject_id)
    values ('act_' || replace(gen_random_uuid()::text, '-', ''), project, 'job.finished', job);
  end if;
  return cardinality(outcomes);
end $$;

grant execute on function app.project_of_job(text), app.project_of_image(text), app.start_job(text) to darkroom_app;
grant execute on function app.claim_chunk(text, integer, integer), app.record_results(text, integer, jsonb)
  to darkroom_service;

-- +down
drop function app.record_results(text, integer, jsonb), app.claim_chunk(text, integer, integer),
  app.start_job(text), app.project_of_image(text), app.project_of_job(text);
drop type app.crawl_outcome, app.crawl_result;
drop table image_sources, images, blobs, crawl_items, job_totals, crawl_jobs;
