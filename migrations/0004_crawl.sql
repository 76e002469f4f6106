-- The way of a job: planned into chunks, handed out, recorded, stopped, taken up again. Every move compares the
-- job's status and epoch first, so that what comes late or twice changes nothing.

-- The child of chunk c at its nth try has the number c + n * 2^24: the same in whatever order tries are made.
create function app.child_stride() returns integer language sql immutable parallel safe as 'select 16777216';

-- The scheme, host and port of a canonical URL.
create function app.origin_of(url text) returns text language sql immutable parallel safe
as $$ select substring(url from '^https?://[^/]+') $$;

-- Locks a job and returns it, or fails: `not_found`, or `illegal_state` with the current state.
create function app.lock_job(job text, allowed text[]) returns crawl_jobs
language plpgsql as $$
declare found_job crawl_jobs;
begin
  select * into found_job from crawl_jobs where id = job for update;
  if found_job.id is null then
    perform app.fail('not_found');
  elsif found_job.status <> all (allowed) then
    perform app.fail('illegal_state', found_job.status);
  end if;
  return found_job;
end $$;

-- Says through app.moved, for the rest of the batch, that a change of state took place.
create function app.note_move(job text) returns void
language sql as $$ select set_config('app.moved', job, true) $$;

-- Puts URLs [{place, url}] into chunks, round-robin over the hosts. A host with six URLs or more gets chunks of its
-- own, `lane_chunk` URLs each; the others share chunks of twenty, so that no chunk that hosts share has more than five
-- of one.
-- URLs that come later in small numbers, as those of pages do, never share: a slow host would be in chunk after chunk.
create function app.assign_chunks(urls jsonb, first_chunk integer, lane_chunk integer)
returns table (place integer, lane text, chunk integer)
language sql immutable as $$
  with listed as (
    select u.place, app.origin_of(u.url) as origin,
      row_number() over (partition by app.origin_of(u.url) order by u.place) - 1 as nth,
      count(*) over (partition by app.origin_of(u.url)) >= 6 or (first_chunk > 0 and count(*) over () <= 200) as has_lane
    from jsonb_to_recordset(urls) as u(place integer, url text)
  ), rounds as (
    select l.place, case when has_lane then origin else '' end as lane,
      case when has_lane then nth / lane_chunk
        else (row_number() over (partition by has_lane order by nth, origin) - 1) / 20 end as round
    from listed l
  )
  select r.place, r.lane, first_chunk + (dense_rank() over (order by round, lane))::integer - 1 from rounds r
$$;

-- Adds URLs [{url, hash, context}] to a draft or to a job that is looking for them; those that the job has already
-- are left out, and so is what goes beyond a million. Returns how many were added.
--
-- What it has is looked up by one array whose values the plan knows. As a join it would be planned for a hundred URLs
-- and, until the statistics know the job, for a job of one: each is compared with each then, longer than a statement
-- may take.
create function app.add_items(job text, run integer, urls jsonb) returns integer
language plpgsql set plan_cache_mode = force_custom_plan as $$
declare
  target crawl_jobs;
  hashes bytea[];
  known bytea[];
  fresh jsonb;
  added integer;
  last_chunk integer;
begin
  target := app.lock_job(job, array['draft', 'planning']);
  if target.epoch <> run then
    perform app.fail('illegal_state', target.status);
  end if;
  hashes := array(select decode(u.hash, 'hex') from jsonb_to_recordset(urls) as u(hash text));
  known := array(select i.url_hash from crawl_items i where i.job_id = job and i.url_hash = any (hashes));
  select jsonb_agg(jsonb_build_object('place', place, 'url', url, 'hash', hash, 'context', context)) into fresh
  from (
    select (row_number() over (order by first))::integer - 1 + target.total as place, url, hash, context
    from (
      select distinct on (hash) first, url, hash, context
      from rows from (jsonb_to_recordset(urls) as (url text, hash text, context jsonb))
        with ordinality as given(url, hash, context, first)
      order by hash, first
    ) different
    where decode(hash, 'hex') <> all (known)
    order by first limit greatest(0, 1000000 - target.total)
  ) numbered;
  if fresh is null then
    return 0;
  end if;

  with assigned as materialized (select * from app.assign_chunks(fresh, target.chunks, target.lane_chunk)),
  planned as (
    insert into job_chunks (job_id, chunk, project_id, lane, size)
    select job, a.chunk, target.project_id, a.lane, count(*) from assigned a group by a.chunk, a.lane
  ), listed as (
    insert into crawl_items (job_id, position, project_id, chunk, url, url_hash, context)
    select job, f.place, target.project_id, a.chunk, f.url, decode(f.hash, 'hex'), nullif(f.context, 'null')
    from jsonb_to_recordset(fresh) as f(place integer, url text, hash text, context jsonb)
    join assigned a on a.place = f.place
  )
  select count(*), max(a.chunk) into added, last_chunk from assigned a;
  update crawl_jobs set total = total + added, chunks = last_chunk + 1 where id = job;
  update job_totals set pending = pending + added where job_id = job;
  return added;
end $$;

-- Adds pages or sitemaps [{url, hash, kind, depth}] to look for URLs in, up to a thousand a job. Finds those that the
-- job has already as app.add_items does.
create function app.add_sources(job text, run integer, sources jsonb) returns integer
language plpgsql set plan_cache_mode = force_custom_plan as $$
declare target crawl_jobs; hashes bytea[]; known bytea[]; present integer; added integer;
begin
  target := app.lock_job(job, array['draft', 'planning']);
  if target.epoch <> run then
    perform app.fail('illegal_state', target.status);
  end if;
  select coalesce(max(position) + 1, 0) into present from job_sources where job_id = job;
  hashes := array(select decode(s.hash, 'hex') from jsonb_to_recordset(sources) as s(hash text));
  known := array(select s.url_hash from job_sources s where s.job_id = job and s.url_hash = any (hashes));
  with new as (
    insert into job_sources (job_id, position, project_id, kind, url, url_hash, depth)
    select job, present + (row_number() over (order by first))::integer - 1, target.project_id, kind, url,
      decode(hash, 'hex'), depth
    from (
      select distinct on (hash) first, kind, url, hash, depth
      from rows from (jsonb_to_recordset(sources) as (kind text, url text, hash text, depth smallint))
        with ordinality as given(kind, url, hash, depth, first)
      order by hash, first
    ) different
    where decode(hash, 'hex') <> all (known)
    order by first limit greatest(0, 1000 - present)
    returning 1
  )
  select count(*) into added from new;
  return added;
end $$;

-- Starts a draft; a job under way stays as it is, so that starting twice is harmless.
create function app.start_job(job text) returns boolean
language plpgsql as $$
declare target crawl_jobs;
begin
  perform app.note_move('');
  target := app.lock_job(job, array['draft', 'planning', 'queued', 'running']);
  if target.status <> 'draft' then
    return false;
  end if;
  if target.kind = 'urls' and target.total = 0 then
    perform app.fail('illegal_state', 'draft without URLs');
  end if;
  update crawl_jobs set status = case kind when 'urls' then 'queued' else 'planning' end,
    epoch = epoch + 1, started_at = now() where id = job;
  perform app.note_move(job);
  return true;
end $$;

-- Asks a job under way to stop; one that is stopping or has stopped stays as it is.
create function app.stop_job(job text) returns boolean
language plpgsql as $$
declare target crawl_jobs;
begin
  perform app.note_move('');
  target := app.lock_job(job, array['planning', 'queued', 'running', 'stopping', 'stopped']);
  if target.status in ('stopping', 'stopped') then
    return false;
  end if;
  update crawl_jobs set status = 'stopping' where id = job;
  perform app.note_move(job);
  return true;
end $$;

-- Takes up an ended job again as a new run: what never got a result, and the items with one of the statuses (and,
-- when given, reasons) of `filter`. They are reset slice by slice by app.replan.
create function app.retry_job(job text, filter jsonb) returns boolean
language plpgsql as $$
declare target crawl_jobs;
begin
  perform app.note_move('');
  target := app.lock_job(job, array['stopped', 'failed', 'completed', 'completed_with_errors', 'planning', 'queued', 'running']);
  if target.status in ('planning', 'queued', 'running') then
    return false;
  end if;
  update crawl_jobs set status = 'planning', epoch = epoch + 1,
    -- To go on after the most images there were to be means to want more of them.
    options = case ended_by when 'limit' then options - 'maxImages' else options end, ended_by = null, failure = null, finished_at = null,
    retry = filter, retry_position = 0, started_at = now() where id = job;
  perform app.note_move(job);
  return true;
end $$;

-- Ends a job that is in the expected state of the run, and says so in the project's activity.
create function app.end_job(job text, run integer, expected text, final_status text, because text, fault text)
returns void
language plpgsql as $$
begin
  update crawl_jobs set status = final_status, ended_by = because, failure = fault, finished_at = now(),
    retry = null, retry_position = null where id = job and epoch = run and status = expected;
  if not found then
    return;
  end if;
  insert into activity_logs (id, project_id, action, subject_id, data)
  select 'act_' || replace(gen_random_uuid()::text, '-', ''), project_id, 'job.finished', id,
    jsonb_build_object('status', final_status)
  from crawl_jobs where id = job;
end $$;

-- Moves a job on that has nothing left to look for: to its URLs, or to its end when there are none.
create function app.leave_planning(job text, run integer) returns void
language plpgsql as $$
declare target crawl_jobs; open_urls integer;
begin
  select * into target from crawl_jobs where id = job for update;
  if target.epoch <> run or target.status <> 'planning' or target.retry is not null
    or exists (select from job_sources where job_id = job and status in ('pending', 'sent')) then
    return;
  end if;
  select pending + deferred into open_urls from job_totals where job_id = job;
  if open_urls > 0 then
    update crawl_jobs set status = 'queued' where id = job;
  elsif target.total = 0 then
    perform app.end_job(job, run, 'planning', 'failed', null, coalesce(
      (select reason from job_sources where job_id = job and reason is not null order by position limit 1), 'nothing_found'));
  else
    perform app.end_job(job, run, 'planning', case when (select failed from job_totals where job_id = job) > 0
      then 'completed_with_errors' else 'completed' end, null, null);
  end if;
end $$;

-- Counts chunks that were handed out, but are not among those that the coordinator knows, as waiting again, and all
-- pages and sitemaps. Returns the job's status; null when the run is over.
create function app.reset_run(job text, run integer, known integer[]) returns text
language plpgsql as $$
declare current_status text;
begin
  select status into current_status from crawl_jobs where id = job and epoch = run
    and status in ('planning', 'queued', 'running', 'stopping');
  if current_status is not null then
    update job_chunks set status = 'pending' where job_id = job and status = 'sent' and chunk <> all (known);
    update job_sources set status = 'pending', not_before = now() where job_id = job and status = 'sent';
  end if;
  return current_status;
end $$;

-- Resets the next slice of what a retry takes up. Returns whether that was the last.
create function app.replan(job text, run integer, slice integer) returns boolean
language plpgsql set plan_cache_mode = force_custom_plan as $$
declare
  target crawl_jobs;
  picked jsonb;
  last_chunk integer;
begin
  select * into target from crawl_jobs where id = job and epoch = run and status = 'planning' for update;
  if target.retry is null then
    return true;
  end if;
  if target.retry_position = 0 then
    update job_sources set status = 'pending', attempts = 0, reason = null, detail = null, not_before = now()
    where job_id = job and status in (select jsonb_array_elements_text(target.retry -> 'statuses'));
  end if;
  select jsonb_agg(jsonb_build_object('place', position, 'url', url)) into picked from (
    select position, url from crawl_items
    where job_id = job and position >= target.retry_position
      and status in (select jsonb_array_elements_text(target.retry -> 'statuses'))
      and (jsonb_typeof(target.retry -> 'reasons') is distinct from 'array'
        or reason in (select jsonb_array_elements_text(target.retry -> 'reasons')))
    order by position limit slice
  ) next;
  if picked is not null then
    update job_totals t set
      pending = t.pending + s.picked, duplicate_exact = t.duplicate_exact - s.duplicate_exact,
      stored = t.stored - s.stored, rejected = t.rejected - s.rejected, blocked = t.blocked - s.blocked,
      failed = t.failed - s.failed, skipped = t.skipped - s.skipped, updated_at = now()
    from (
      select count(*) picked, count(*) filter (where status = 'duplicate_exact') duplicate_exact,
        count(*) filter (where status = 'stored') stored, count(*) filter (where status = 'rejected') rejected,
        count(*) filter (where status = 'blocked') blocked, count(*) filter (where status = 'failed') failed,
        count(*) filter (where status = 'skipped') skipped
      from crawl_items i join jsonb_to_recordset(picked) as p(place integer) on p.place = i.position
      where i.job_id = job
    ) s where t.job_id = job;
    with assigned as materialized (select * from app.assign_chunks(picked, target.chunks, target.lane_chunk)),
    planned as (
      insert into job_chunks (job_id, chunk, project_id, lane, size)
      select job, a.chunk, target.project_id, a.lane, count(*) from assigned a group by a.chunk, a.lane
    ), waiting as (
      update crawl_items i set status = 'pending', reason = null, detail = null, attempts = 0, retry_at = null,
        image_id = null, chunk = a.chunk, updated_at = now()
      from assigned a where i.job_id = job and i.position = a.place
    )
    select max(a.chunk) into last_chunk from assigned a;
    update crawl_jobs set chunks = last_chunk + 1,
      retry_position = (select max((p ->> 'place')::integer) + 1 from jsonb_array_elements(picked) p)
    where id = job;
  end if;
  if picked is not null and jsonb_array_length(picked) = slice then
    return false;
  end if;
  update crawl_jobs set retry = null, retry_position = null where id = job;
  perform app.leave_planning(job, run);
  return true;
end $$;

-- Hands out up to `wanted` chunks that are due, going round the lanes from `after_lane` on; a lane has at most
-- `lane_limit` chunks out at a time, of which `busy` {lane: n} says how many it has. Returns the job's status, the
-- chunks with their open items, where to go on, and when (ms since 1970) the next chunk that waits is due. An item
-- that waits for another try says until when: `notBefore`, ms since 1970. A call looks at 500 lanes at most: `more`
-- says that lanes are left to look at, `hasWrapped` that it has passed the last of them all.
-- Its plans are made once a connection, see app.record_results. Without sorting, only job_chunks_next has the order.
create function app.take_chunks(job text, run integer, wanted integer, busy jsonb, after_lane text, lane_limit integer)
returns jsonb
language plpgsql set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_sort = off set enable_incremental_sort = off as $$
declare
  target crawl_jobs;
  current_lane text := after_lane;
  has_wrapped boolean := false;
  is_round boolean := false;
  taken integer[] := '{}';
  room integer;
  steps integer := 0;
begin
  select * into target from crawl_jobs where id = job and epoch = run;
  if target.id is null or target.status not in ('queued', 'running') then
    return jsonb_build_object('status', target.status, 'chunks', '[]'::jsonb);
  end if;
  while cardinality(taken) < wanted and steps < 500 loop
    steps := steps + 1;
    -- The next lane with a pending chunk: one step in the partial index, however many lanes are done.
    select c.lane into current_lane from job_chunks c
    where c.job_id = job and c.status = 'pending' and c.lane > current_lane order by c.lane limit 1;
    if current_lane is null then
      is_round := has_wrapped;
      exit when is_round;
      has_wrapped := true;
      -- The shared lane, '', sorts before every other.
      select c.lane into current_lane from job_chunks c
      where c.job_id = job and c.status = 'pending' and c.lane >= '' order by c.lane limit 1;
      is_round := current_lane is null;
      exit when is_round;
    end if;
    is_round := has_wrapped and current_lane > after_lane;
    exit when is_round;
    room := case when current_lane = '' then wanted
      else lane_limit - coalesce((busy ->> current_lane)::integer, 0) end;
    if room > 0 then
      with next as (
        select c.ctid as place from job_chunks c
        where c.job_id = job and c.status = 'pending' and c.lane = current_lane and c.not_before <= now()
        order by c.not_before, c.chunk limit least(room, wanted - cardinality(taken)) for update skip locked
      ), sent as (
        update job_chunks c set status = 'sent', updated_at = now() from next
        where c.ctid = next.place returning c.chunk
      )
      select taken || coalesce(array_agg(s.chunk), '{}') into taken from sent s;
    end if;
  end loop;
  if cardinality(taken) > 0 and target.status = 'queued' then
    update crawl_jobs set status = 'running' where id = job and epoch = run and status = 'queued';
  end if;
  return jsonb_build_object(
    'status', case when cardinality(taken) > 0 then 'running' else target.status end,
    'options', target.options,
    'lane', coalesce(current_lane, ''),
    'more', not is_round and cardinality(taken) < wanted,
    'hasWrapped', has_wrapped,
    'nextDueAt', (select ceil(extract(epoch from min(not_before)) * 1000) from job_chunks
      where job_id = job and status = 'pending' and not_before > now()),
    'chunks', coalesce((
      select jsonb_agg(jsonb_build_object('chunk', c.chunk, 'lane', c.lane, 'attempt', c.attempt,
        'items', coalesce((
          select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('position', i.position, 'url', i.url,
            'notBefore', case when i.retry_at > now() then ceil(extract(epoch from i.retry_at) * 1000) end))
            order by i.position)
          from crawl_items i where (i.chunk, i.job_id) between (c.chunk, job) and (c.chunk, job)
            and i.status in ('pending', 'deferred') and i.attempts = c.attempt), '[]')) order by c.chunk)
      from unnest(taken) as t(chunk) cross join lateral (
        select k.chunk, k.lane, k.attempt from job_chunks k where k.job_id = job and k.chunk = t.chunk offset 0
      ) c), '[]'));
end $$;

-- Hands out up to `wanted` pages and sitemaps that are due, or were handed out so long ago that they are lost.
create function app.take_sources(job text, run integer, wanted integer) returns jsonb
language plpgsql as $$
declare taken integer[];
begin
  if not exists (select from crawl_jobs where id = job and epoch = run and status = 'planning') then
    return jsonb_build_object('sources', '[]'::jsonb);
  end if;
  with next as (
    select s.position from job_sources s where s.job_id = job and s.status in ('pending', 'sent') and s.not_before <= now()
    order by s.not_before, s.position limit wanted for update skip locked
  ), sent as (
    update job_sources s set status = 'sent', attempts = s.attempts + 1, not_before = now() + interval '2 minutes'
    from next where s.job_id = job and s.position = next.position returning s.position
  )
  select coalesce(array_agg(sent.position), '{}') into taken from sent;
  return jsonb_build_object(
    'sources', to_jsonb(taken),
    'nextDueAt', (select ceil(extract(epoch from min(not_before)) * 1000) from job_sources
      where job_id = job and status in ('pending', 'sent') and not_before > now()));
end $$;

-- Writes down what became of a page or sitemap, and moves the job on after the last. With `retry_after` seconds it
-- waits for another try instead.
create function app.finish_source(job text, run integer, source integer, outcome jsonb, retry_after integer) returns boolean
language plpgsql as $$
begin
  -- The job before its totals, as everywhere in planning: another order could deadlock.
  perform from crawl_jobs where id = job and epoch = run and status = 'planning' for update;
  if not found then
    return false;
  end if;
  update job_sources set
    status = case when retry_after is null then outcome ->> 'status' else 'pending' end,
    reason = outcome ->> 'reason', detail = outcome ->> 'detail',
    -- A turn that had to be waited for was no try.
    attempts = attempts - case when outcome ->> 'status' = 'waiting' then 1 else 0 end,
    -- More than a few make no difference.
    waits = case when outcome ->> 'status' = 'waiting' then least(waits + 1, 100) else 0 end,
    found = coalesce((outcome ->> 'found')::integer, job_sources.found),
    not_before = now() + make_interval(secs => coalesce(retry_after, 0)), updated_at = now()
  where job_id = job and position = source and status = 'sent';
  update job_totals set updated_at = now() where job_id = job;
  perform app.leave_planning(job, run);
  return true;
end $$;

-- Ends a job that was asked to stop. URLs without a result count as skipped from now on.
create function app.end_stop(job text, run integer) returns boolean
language plpgsql as $$
begin
  perform from crawl_jobs where id = job and epoch = run and status = 'stopping' for update;
  if not found then
    return false;
  end if;
  perform app.end_job(job, run, 'stopping', 'stopped', 'stopped', null);
  return true;
end $$;

-- One result as a consumer reports it, with the item it belongs to.
create type app.crawl_result as (
  place tid, position integer, chunk integer, url text, url_hash bytea, context jsonb, was_deferred boolean,
  status text, reason text, detail text, retry_at timestamptz, image_id text,
  sha256 bytea, bytes integer, crc32 bigint, mime text, width integer, height integer, orientation smallint,
  average_color text, thumbnail_width smallint, thumbnail_height smallint,
  final_url text, redirects jsonb, fetched_at timestamptz, robots text, x_robots_tag text, etag text, rights jsonb
);

-- Records up to a few dozen results of the chunks `parts` in one statement, and closes those of `closing`, of which no
-- others will come: URLs that wait for another try move to a child chunk. Only open items of this try change, so
-- a redelivered message changes nothing. The totals row is locked first: results of one job are recorded one after
-- another, and the last one also ends the job. Returns the job's status, and for each chunk how many results were
-- written and when (ms since 1970) a child chunk is due.
--
-- An import calls this hundreds of times: its plans are made once a connection and kept. They must suit tables that
-- have grown since, and statistics that know nothing of the job: a plan that reads all rows of a job or project looks
-- cheap to a planner that takes them for few. So a look-up stands apart (`offset 0`), compares a whole key in the way
-- that fits one index alone (a row with crawl_items_chunk or images_content, that begin with another column than the
-- others), and rows are changed where they were found, at their ctid: whoever changes items of a job has its totals
-- row locked.
create function app.record_results(job text, run integer, parts integer[], results jsonb, closing integer[]) returns jsonb
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

-- Gives up a chunk that our own parts failed on again and again: its open URLs fail as `dead_letter`.
create function app.fail_chunk(job text, run integer, part integer, fault text) returns jsonb
language plpgsql as $$
declare recorded jsonb; failed integer;
begin
  recorded := app.record_results(job, run, array[part], coalesce((
    select jsonb_agg(jsonb_build_object('position', i.position, 'status', 'failed', 'reason', 'dead_letter',
      'detail', 'our own parts failed several times in a row'))
    from crawl_items i join job_chunks c on c.job_id = i.job_id and c.chunk = i.chunk
    where i.job_id = job and i.chunk = part and i.status in ('pending', 'deferred') and i.attempts = c.attempt), '[]'), array[part]);
  failed := coalesce((recorded -> 'chunks' -> 0 ->> 'written')::integer, 0);
  update job_chunks set status = 'failed', error = fault, updated_at = now()
  where job_id = job and chunk = part and failed > 0;
  return jsonb_build_object('written', failed);
end $$;

grant execute on function app.start_job(text), app.stop_job(text), app.retry_job(text, jsonb) to darkroom_app;
grant execute on function app.add_items(text, integer, jsonb), app.add_sources(text, integer, jsonb),
  app.lock_job(text, text[]), app.note_move(text), app.assign_chunks(jsonb, integer, integer), app.origin_of(text)
  to darkroom_app, darkroom_service;
grant execute on function app.child_stride(), app.end_job(text, integer, text, text, text, text), app.leave_planning(text, integer),
  app.reset_run(text, integer, integer[]), app.replan(text, integer, integer),
  app.take_chunks(text, integer, integer, jsonb, text, integer), app.take_sources(text, integer, integer),
  app.finish_source(text, integer, integer, jsonb, integer), app.end_stop(text, integer),
  app.record_results(text, integer, integer[], jsonb, integer[]), app.fail_chunk(text, integer, integer, text)
  to darkroom_service;

-- +down
drop function app.fail_chunk(text, integer, integer, text),
  app.record_results(text, integer, integer[], jsonb, integer[]), app.end_stop(text, integer),
  app.finish_source(text, integer, integer, jsonb, integer), app.take_sources(text, integer, integer),
  app.take_chunks(text, integer, integer, jsonb, text, integer), app.replan(text, integer, integer),
  app.reset_run(text, integer, integer[]), app.leave_planning(text, integer), app.end_job(text, integer, text, text, text, text),
  app.retry_job(text, jsonb), app.stop_job(text), app.start_job(text), app.add_sources(text, integer, jsonb),
  app.add_items(text, integer, jsonb), app.assign_chunks(jsonb, integer, integer), app.note_move(text),
  app.lock_job(text, text[]), app.origin_of(text), app.child_stride();
drop type app.crawl_result;
