-- Reviews as of a moment: an export that takes minutes shows what the team had decided when it began.

-- The transaction that wrote it, as images.created_xid; null for what is older than this column.
alter table review_changes add column changed_xid xid8;
alter table review_changes alter column changed_xid set default pg_current_xact_id();
-- Written under the image's lock, so that of one image they are in the order in which they were made. Transaction ids
-- are not: one is given at the first lock, and the next lock may be waited for.
alter table review_changes add column nth bigint generated always as identity;

create index review_changes_since on review_changes (project_id, changed_xid);
create index images_binned_since on images (project_id, deleted_xid) where deleted_xid is not null;

-- What had been decided about an image of the entered project by then; null if that stands.
create function app.decision_at(image text, moment pg_snapshot) returns jsonb
language sql stable security definer set search_path = public, app, pg_temp as $$
  select jsonb_build_object('review', c.review, 'label', c.label, 'tags', c.tags) from review_changes c
  where c.image_id = image and c.project_id = app.tenant('viewer') and not pg_visible_in_snapshot(c.changed_xid, moment)
  order by c.nth limit 1
$$;

-- The images of the entered project that were decided about or moved to the bin since, newest first, from below the id
-- `before`.
create function app.touched_since(moment pg_snapshot, before text, most integer) returns setof text
language sql stable security definer set search_path = public, app, pg_temp as $$
  select c.image_id from review_changes c
  where c.project_id = app.tenant('viewer') and c.changed_xid >= pg_snapshot_xmin(moment)
    and not pg_visible_in_snapshot(c.changed_xid, moment) and c.image_id < before
  union
  select i.id from images i
  where i.project_id = app.tenant('viewer') and i.deleted_xid >= pg_snapshot_xmin(moment)
    and not pg_visible_in_snapshot(i.deleted_xid, moment) and i.id < before
  order by 1 desc limit most
$$;

grant execute on function app.decision_at(text, pg_snapshot), app.touched_since(pg_snapshot, text, integer) to darkroom_app;

-- +down
drop function app.touched_since(pg_snapshot, text, integer), app.decision_at(text, pg_snapshot);
drop index images_binned_since, review_changes_since;
alter table review_changes drop column nth, drop column changed_xid;
