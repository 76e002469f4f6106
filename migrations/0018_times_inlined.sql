-- What it calls is stable, so that Postgres would not inline it while it said to be immutable: a call of a function, which
-- cost more than the formatting, for every time of every row.
alter function app.rfc3339(timestamptz) stable;

-- +down
alter function app.rfc3339(timestamptz) immutable;
