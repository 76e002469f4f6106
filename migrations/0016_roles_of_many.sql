-- The roles of a person cost the same however many projects they are in: at most 201 rows are read, in the order of an
-- index. As one join, Postgres read every membership, and all projects, before it stopped at 201. It takes a person for
-- one of few projects, and would rather sort them than walk along the index.
create or replace function app.roles_of(person text) returns jsonb
language sql stable security definer set search_path = public, app, pg_temp
set enable_sort = off set enable_bitmapscan = off set enable_seqscan = off as $$
  with found as materialized (
    select project_id, role from project_members where user_id = person order by project_id desc limit 201)
  select case when (select count(*) from found) <= 200 then (
    select coalesce(jsonb_object_agg(f.project_id, f.role), '{}') from found f
    cross join lateral (select from projects p where p.id = f.project_id and p.deleted_at is null limit 1) as live
  ) end
$$;

-- +down
create or replace function app.roles_of(person text) returns jsonb
language sql stable security definer set search_path = public, app, pg_temp as $$
  select case when count(*) <= 200 then coalesce(jsonb_object_agg(project_id, role), '{}') end
  from (
    select m.project_id, m.role from project_members m join projects p on p.id = m.project_id
    where m.user_id = person and p.deleted_at is null limit 201) as found
$$;
