-- Reads by a replica that shows what the caller has seen. A bookmark is (epoch, xid): the transaction that the caller
-- must find done. A standby's snapshot does not list the transactions that run, only the oldest of them: what is below
-- its xmin is done for certain, and nothing else is.

-- One row. Cron writes the beat, so that a replica without any other news can be told from one that hears none, and what
-- it found the lag to be.
create table replication (
  singleton boolean primary key default true check (singleton),
  beat_at timestamptz not null default now(),
  lag_ms integer check (lag_ms >= 0),
  measured_at timestamptz
);
insert into replication default values;
grant select on replication to darkroom_app, darkroom_service;
grant update (beat_at, lag_ms, measured_at) on replication to darkroom_service;

-- Which database, and the snapshot of this statement: {epoch, xmin, xmax}, the latter as text.
create function app.position() returns jsonb
language sql stable as $$
  select jsonb_build_object('epoch', epoch, 'xmin', pg_snapshot_xmin(seen)::text, 'xmax', pg_snapshot_xmax(seen)::text)
  from database_epoch, pg_current_snapshot() as seen
$$;

-- Milliseconds since the newest commit that this server shows, at least what a replica is behind. On a primary, since
-- the last beat.
create function app.replica_age() returns double precision
language sql stable as $$
  select extract(epoch from clock_timestamp() - greatest(beat_at, pg_last_xact_replay_timestamp())) * 1000
  from replication
$$;

-- First statement of a read, as app.enter is of a write.
create function app.enter_read(actor text, request_id text) returns jsonb
language plpgsql as $$
begin
  perform app.enter(actor, request_id);
  return app.position();
end $$;

-- First statement of a read by a replica. Fails with `replica_lags` when nothing newer than max_age_ms is here, and with
-- `replica_behind` unless the transaction of the bookmark is done here. A bookmark of an earlier epoch asks for nothing:
-- that transaction is older than the database's restoration, or was lost by it. One of a later epoch is of a database that
-- this server has not heard of yet.
create function app.enter_replica(actor text, request_id text, known_epoch integer, known_xid xid8, max_age_ms integer)
returns jsonb language plpgsql as $$
declare at jsonb := app.enter_read(actor, request_id);
begin
  if app.replica_age() > max_age_ms then
    raise exception using errcode = 'DK002', message = 'replica_lags';
  end if;
  if known_epoch > (at ->> 'epoch')::integer
    or known_epoch = (at ->> 'epoch')::integer and not known_xid < (at ->> 'xmin')::xid8 then
    raise exception using errcode = 'DK002', message = 'replica_behind';
  end if;
  return at;
end $$;

grant execute on function app.position(), app.replica_age(), app.enter_read(text, text),
  app.enter_replica(text, text, integer, xid8, integer) to darkroom_app, darkroom_service;

-- +down
drop function app.enter_replica(text, text, integer, xid8, integer), app.enter_read(text, text), app.replica_age(),
  app.position();
drop table replication;
