CREATE SCHEMA IF NOT EXISTS workout_fleet;

CREATE TABLE workout_fleet.schema_version (version integer PRIMARY KEY);

CREATE TABLE workout_fleet.accounts (
    name text COLLATE "C" PRIMARY KEY,
    -- Settings and routes, encrypted.
    sealed bytea NOT NULL,
    -- The routes for people.
    routes text NOT NULL,
    every_secs bigint NOT NULL,
    paused boolean NOT NULL DEFAULT false,
    -- When the next run is due. The job in the queue is only the alarm clock.
    due timestamptz NOT NULL,
    -- The last run.
    ended timestamptz,
    exit text,
    message text,
    backlog bigint NOT NULL DEFAULT 0,
    needs_user bigint NOT NULL DEFAULT 0,
    -- Failed runs in a row.
    failures integer NOT NULL DEFAULT 0,
    -- Since the account was added.
    runs bigint NOT NULL DEFAULT 0,
    delivered bigint NOT NULL DEFAULT 0,
    latest_secs double precision NOT NULL DEFAULT 0
);

CREATE INDEX accounts_due ON workout_fleet.accounts (due) WHERE NOT paused;

-- How many accounts may be at work with a service host at the same time.
CREATE TABLE workout_fleet.limits (
    host text PRIMARY KEY,
    slots integer NOT NULL CHECK (slots > 0)
);

INSERT INTO workout_fleet.limits VALUES ('default', 8);

-- One row for each place at a host. A place is taken while `until` lies ahead.
CREATE TABLE workout_fleet.slots (
    host text NOT NULL,
    number integer NOT NULL,
    holder text NOT NULL DEFAULT '',
    token text NOT NULL DEFAULT '',
    until timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (host, number)
);

CREATE INDEX slots_holder ON workout_fleet.slots (holder);
