-- Jobs, their items, blobs and images.

create table crawl_jobs (
  id text primary key,
  project_id text not null references projects on delete cascade,
  kind text not null check (kind in ('urls', 'pages', 'sitemap')),
  status text not null default 'draft' check (status in
    ('draft', 'planning', 'queued', 'running', 'stopping', 'stopped', 'completed', 'completed_with_errors', 'failed')),
  -- Raised by every start and retry: a message or result of an earlier run is recognised and dropped.
  epoch integer not null default 0,
  options jsonb not null default '{}',
  total integer not null check (total >= 0),
  -- Chunks planned so far; the next one's number.
  chunks integer not null default 0,
  -- URLs of a chunk that has one host alone.
  lane_chunk smallint not null default 10 check (lane_chunk between 1 and 100),
  -- Why URLs without a result will get none: they count and read as skipped, without a row being touched.
  ended_by text check (ended_by in ('stopped', 'limit')),
  -- Why a job failed as a whole.
  failure text,
  -- What a retry under way takes up again, {statuses, reasons}, and how far it has come.
  retry jsonb,
  retry_position integer,
  created_by text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- What belongs to a job belongs to its project: the foreign keys below carry both.
  unique (id, project_id)
);
create index crawl_jobs_project on crawl_jobs (project_id, id desc);
create index crawl_jobs_under_way on crawl_jobs (status)
  where status in ('planning', 'queued', 'running', 'stopping');

-- One row a job, so that progress costs the same for ten URLs and for a million.
create table job_totals (
  job_id text primary key,
  project_id text not null,
  pending integer not null check (pending >= 0),
  deferred integer not null default 0 check (deferred >= 0),
  stored integer not null default 0,
  duplicate_exact integer not null default 0,
  rejected integer not null default 0,
  blocked integer not null default 0,
  failed integer not null default 0,
  skipped integer not null default 0,
  -- Final results a second, an exponential average; worth less the older updated_at is.
  rate real not null default 0,
  updated_at timestamptz not null default now(),
  foreign key (job_id, project_id) references crawl_jobs (id, project_id) on delete cascade
);

-- Web pages and sitemaps that URLs are found in.
create table job_sources (
  job_id text not null,
  position integer not null,
  project_id text not null,
  kind text not null check (kind in ('page', 'sitemap')),
  url text not null,
  url_hash bytea not null,
  -- Sitemaps between this one and the one that was given.
  depth smallint not null default 0,
  status text not null default 'pending' check (status in ('pending', 'sent', 'done', 'blocked', 'failed')),
  reason text,
  detail text,
  attempts smallint not null default 0,
  -- Times in a row that its host's turn was still to come; those are no tries.
  waits smallint not null default 0,
  not_before timestamptz not null default now(),
  found integer not null default 0,
  updated_at timestamptz not null default now(),
  primary key (job_id, position),
  unique (job_id, url_hash),
  foreign key (job_id, project_id) references crawl_jobs (id, project_id) on delete cascade
);
create index job_sources_open on job_sources (job_id, not_before) where status in ('pending', 'sent');

-- The URLs that travel together. A chunk belongs to the lane of its host, or to the lane '' that hosts with few
-- URLs share.
create table job_chunks (
  job_id text not null,
  chunk integer not null,
  project_id text not null,
  lane text not null,
  status text not null default 'pending' check (status in ('pending', 'sent', 'done', 'split', 'failed')),
  -- Tries of its URLs before this one. Those that have to wait for another try move to a child chunk.
  attempt smallint not null default 0,
  not_before timestamptz not null default now(),
  size integer not null,
  error text,
  updated_at timestamptz not null default now(),
  primary key (job_id, chunk),
  foreign key (job_id, project_id) references crawl_jobs (id, project_id) on delete cascade
) with (autovacuum_analyze_scale_factor = 0.01);
create index job_chunks_next on job_chunks (job_id, lane, not_before, chunk) where status = 'pending';
create index job_chunks_due on job_chunks (job_id, not_before) where status = 'pending';
create index job_chunks_status on job_chunks (status, job_id, chunk);

-- Here and in job_chunks, statistics follow a change of a hundredth: the planner knows nothing of a large job until
-- they do, and among many others that is late at a tenth.
create table crawl_items (
  job_id text not null,
  position integer not null,
  project_id text not null,
  chunk integer not null,
  url text not null,
  url_hash bytea not null,
  status text not null default 'pending' check (status in
    ('pending', 'deferred', 'stored', 'duplicate_exact', 'rejected', 'blocked', 'failed', 'skipped')),
  reason text,
  detail text,
  -- Tries that ended in a fault that may pass.
  attempts smallint not null default 0,
  retry_at timestamptz,
  -- Where the URL was found, {pageUrl, alt, caption, licenseUrl}; null when it was given as it is.
  context jsonb,
  image_id text,
  updated_at timestamptz not null default now(),
  primary key (job_id, position),
  unique (job_id, url_hash),
  foreign key (job_id, project_id) references crawl_jobs (id, project_id) on delete cascade
) with (autovacuum_analyze_scale_factor = 0.01);
create index crawl_items_status on crawl_items (job_id, status, position);
create index crawl_items_reason on crawl_items (job_id, status, reason, position) where reason is not null;
create index crawl_items_chunk on crawl_items (chunk, job_id);

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
create unique index images_content on images (sha256, project_id) where deleted_at is null;
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
  -- What robots.txt said, and the X-Robots-Tag as it came.
  robots text,
  x_robots_tag text,
  etag text,
  -- Where it was found, as in crawl_items.context.
  context jsonb,
  -- What the file says of its rights: {copyright, artist, credit, usageTerms, webStatement}.
  rights jsonb,
  primary key (image_id, url_hash),
  foreign key (image_id, project_id) references images (id, project_id) on delete cascade
);

alter table crawl_jobs enable row level security;
alter table crawl_jobs force row level security;
alter table job_totals enable row level security;
alter table job_totals force row level security;
alter table job_sources enable row level security;
alter table job_sources force row level security;
alter table job_chunks enable row level security;
alter table job_chunks force row level security;
alter table crawl_items enable row level security;
alter table crawl_items force row level security;
alter table blobs enable row level security;
alter table blobs force row level security;
alter table images enable row level security;
alter table images force row level security;
alter table image_sources enable row level security;
alter table image_sources force row level security;

grant select, insert, delete on crawl_jobs to darkroom_app;
grant update (status, epoch, options, total, chunks, ended_by, failure, retry, retry_position, started_at, finished_at)
  on crawl_jobs to darkroom_app;
grant select, insert, update (pending) on job_totals to darkroom_app;
grant select, insert on job_sources, job_chunks, crawl_items to darkroom_app;
grant select on blobs, image_sources to darkroom_app;
grant select, update (deleted_at, deleted_xid) on images to darkroom_app;
grant select, update on crawl_jobs, job_totals to darkroom_service;
grant select, insert, update on job_sources, job_chunks, crawl_items to darkroom_service;
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
create policy job_totals_change on job_totals for update to darkroom_app
  using (project_id = (select app.tenant('editor'))) with check (project_id = (select app.tenant('editor')));
create policy job_totals_service_read on job_totals for select to darkroom_service using (true);
create policy job_totals_service on job_totals for update to darkroom_service using (true) with check (true);

create policy job_sources_read on job_sources for select to darkroom_app using (project_id = (select app.tenant()));
create policy job_sources_create on job_sources for insert to darkroom_app
  with check (project_id = (select app.tenant('editor')));
create policy job_sources_service_read on job_sources for select to darkroom_service using (true);
create policy job_sources_service_create on job_sources for insert to darkroom_service with check (true);
create policy job_sources_service on job_sources for update to darkroom_service using (true) with check (true);

create policy job_chunks_read on job_chunks for select to darkroom_app using (project_id = (select app.tenant()));
create policy job_chunks_create on job_chunks for insert to darkroom_app
  with check (project_id = (select app.tenant('editor')));
create policy job_chunks_service_read on job_chunks for select to darkroom_service using (true);
create policy job_chunks_service_create on job_chunks for insert to darkroom_service with check (true);
create policy job_chunks_service on job_chunks for update to darkroom_service using (true) with check (true);

create policy crawl_items_read on crawl_items for select to darkroom_app using (project_id = (select app.tenant()));
create policy crawl_items_create on crawl_items for insert to darkroom_app
  with check (project_id = (select app.tenant('editor')));
create policy crawl_items_service_read on crawl_items for select to darkroom_service using (true);
create policy crawl_items_service_create on crawl_items for insert to darkroom_service with check (true);
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

grant execute on function app.project_of_job(text), app.project_of_image(text) to darkroom_app;

-- +down
drop function app.project_of_image(text), app.project_of_job(text);
drop table image_sources, images, blobs, crawl_items, job_chunks, job_sources, job_totals, crawl_jobs;
