-- A stored reply is told again to who may still be told. It is kept with the project that the request was about and the
-- role that it needed there, or what the request itself has left the caller of it: who has left, or has made somebody else
-- the owner, may hear of that again.

alter table idempotency_keys add column project_id text;
alter table idempotency_keys add column needed member_role;
grant update (project_id, needed) on idempotency_keys to darkroom_app;

-- The caller's role in a project, in the bin or not: what was moved there since is no secret from its members.
create function app.standing_in(project text) returns member_role
language sql stable as $$
  select coalesce(app.role_in(project), app.role_in_binned(project))
$$;

create or replace function app.enter_project(project text, needed member_role) returns member_role
language plpgsql as $$
declare mine member_role := app.role_in(project);
begin
  if mine is null then
    perform app.fail('not_found');
  elsif mine < needed then
    perform app.fail('forbidden');
  end if;
  perform set_config('app.tenant', project, true), set_config('app.needed', needed::text, true);
  return mine;
end $$;

-- `project`: what the request was about; none for what is about an account.
drop function app.keep_reply(text, integer, jsonb);
create function app.keep_reply(request_key text, reply_status integer, reply jsonb, project text default null)
returns jsonb language plpgsql as $$
declare mine member_role := app.standing_in(project);
begin
  update idempotency_keys k set status = reply_status, body = reply,
    project_id = case when mine is not null then project end,
    needed = case when mine is not null
      then least(mine, coalesce(nullif(current_setting('app.needed', true), ''), 'viewer')::member_role) end
  where k.scope = app.scope() and k.key = request_key;
  return reply;
end $$;

-- Fails as app.enter_project when the caller may not be told any more.
create or replace function app.find_reply(key_scope text, request_key text)
returns table (fingerprint bytea, status integer, body jsonb)
language plpgsql as $$
declare kept idempotency_keys; mine member_role;
begin
  perform set_config('app.scope', key_scope, true);
  select k.* into kept from idempotency_keys k where k.scope = key_scope and k.key = request_key;
  if not found then
    return;
  end if;
  if kept.project_id is not null then
    mine := app.standing_in(kept.project_id);
    if mine is null then
      perform app.fail('not_found');
    elsif mine < kept.needed then
      perform app.fail('forbidden');
    end if;
  end if;
  return query select kept.fingerprint, kept.status, kept.body;
end $$;

grant execute on function app.standing_in(text), app.keep_reply(text, integer, jsonb, text) to darkroom_app;

-- +down
drop function app.keep_reply(text, integer, jsonb, text);
create function app.keep_reply(request_key text, reply_status integer, reply jsonb) returns jsonb
language plpgsql as $$
begin
  update idempotency_keys k set status = reply_status, body = reply
  where k.scope = app.scope() and k.key = request_key;
  return reply;
end $$;
grant execute on function app.keep_reply(text, integer, jsonb) to darkroom_app, darkroom_service;

create or replace function app.find_reply(key_scope text, request_key text)
returns table (fingerprint bytea, status integer, body jsonb)
language plpgsql as $$
begin
  perform set_config('app.scope', key_scope, true);
  return query select k.fingerprint, k.status, k.body from idempotency_keys k
  where k.scope = key_scope and k.key = request_key;
end $$;

create or replace function app.enter_project(project text, needed member_role) returns member_role
language plpgsql as $$
declare mine member_role := app.role_in(project);
begin
  if mine is null then
    perform app.fail('not_found');
  elsif mine < needed then
    perform app.fail('forbidden');
  end if;
  perform set_config('app.tenant', project, true);
  return mine;
end $$;

drop function app.standing_in(text);
alter table idempotency_keys drop column needed, drop column project_id;
