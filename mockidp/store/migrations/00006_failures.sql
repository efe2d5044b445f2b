-- Logins that failed before any Action ran, apart from runs, so that somebody who
-- guesses passwords pushes no login out of the log.

-- +goose Up
CREATE TABLE failures (
  id           TEXT    NOT NULL PRIMARY KEY,       -- "fail_" and 16 hex digits
  seq          BIGINT  NOT NULL,                   -- order of the last tries: grows with each; old rows are pruned by it
  type         TEXT    NOT NULL,                   -- "fp", "fu" or "f", as Auth0's log
  reason       TEXT    NOT NULL,                   -- for people
  user_id      TEXT    NOT NULL,                   -- empty: no such user
  user_name    TEXT    NOT NULL,                   -- email address; empty when what was typed is none
  client_id    TEXT    NOT NULL,
  ip           TEXT    NOT NULL,
  simulated    BOOLEAN NOT NULL,                   -- ip was chosen on the login page
  city         TEXT    NOT NULL,
  country_code TEXT    NOT NULL,
  user_agent   TEXT    NOT NULL,
  began        BIGINT  NOT NULL,                   -- the first try
  at           BIGINT  NOT NULL,                   -- the last one
  tries        BIGINT  NOT NULL
);

-- +goose Down
DROP TABLE failures;
