-- The tenant's first schema, in the subset that SQLite and PostgreSQL share.
-- Times are unix milliseconds; 0 means never. JSON is kept in TEXT. Secrets of
-- visitors (codes, tokens, cookies) are kept as SHA-256 digests only.
-- Rows of the login path carry no foreign keys: each would cost a lookup per
-- login, and the one UPDATE that needs the parent proves that it exists.

-- +goose Up
CREATE TABLE users (
  id             TEXT    NOT NULL PRIMARY KEY,     -- "auth0|" and 24 hex digits: the sub claim
  seq            BIGINT  NOT NULL,                 -- order of creation
  email          TEXT    NOT NULL,                 -- as typed
  email_key      TEXT    NOT NULL UNIQUE,          -- email in lower case, folded in Go so that both engines agree
  email_verified BOOLEAN NOT NULL DEFAULT FALSE,
  name           TEXT    NOT NULL DEFAULT '',
  given_name     TEXT    NOT NULL DEFAULT '',
  family_name    TEXT    NOT NULL DEFAULT '',
  nickname       TEXT    NOT NULL DEFAULT '',
  picture        TEXT    NOT NULL DEFAULT '',      -- URL
  password_hash  TEXT    NOT NULL DEFAULT '',      -- argon2id, PHC string; empty: cannot log in
  app_metadata   TEXT    NOT NULL DEFAULT '{}',    -- JSON object
  user_metadata  TEXT    NOT NULL DEFAULT '{}',    -- JSON object
  blocked        BOOLEAN NOT NULL DEFAULT FALSE,
  logins_count   BIGINT  NOT NULL DEFAULT 0,       -- completed credential logins; equals the user's rows in logins
  last_login     BIGINT  NOT NULL DEFAULT 0,
  last_ip        TEXT    NOT NULL DEFAULT '',
  created_at     BIGINT  NOT NULL,
  updated_at     BIGINT  NOT NULL
);
CREATE INDEX users_seq ON users (seq);

CREATE TABLE clients (
  id                        TEXT    NOT NULL PRIMARY KEY, -- client_id
  name                      TEXT    NOT NULL,
  secret                    TEXT    NOT NULL,             -- readable on purpose; empty for public clients
  redirect_uris             TEXT    NOT NULL,             -- JSON array of strings
  post_logout_redirect_uris TEXT    NOT NULL,             -- JSON array of strings
  native                    BOOLEAN NOT NULL,             -- RFC 8252: any port on loopback redirects
  alg                       TEXT    NOT NULL,             -- "RS256", "ES256" or empty for the provider's default
  metadata                  TEXT    NOT NULL,             -- JSON object of strings
  id_token_ms               BIGINT  NOT NULL,             -- lifetimes in milliseconds; 0: the provider's default
  access_token_ms           BIGINT  NOT NULL,
  refresh_token_ms          BIGINT  NOT NULL,
  created_at                BIGINT  NOT NULL
);

-- Authorization requests that waited for their browser when the store was
-- closed; Open takes them into memory again.
CREATE TABLE requests (
  id         TEXT   NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL,
  doc        TEXT   NOT NULL                       -- JSON: store.Request
);

CREATE TABLE sessions (
  id         TEXT    NOT NULL PRIMARY KEY,         -- sid claim; not a credential
  hash       TEXT    NOT NULL UNIQUE,              -- of the cookie's value
  user_id    TEXT    NOT NULL,
  auth_time  BIGINT  NOT NULL,                     -- when the password was checked
  ip         TEXT    NOT NULL,
  simulated  BOOLEAN NOT NULL,                     -- ip was chosen on the login page
  user_agent TEXT    NOT NULL,
  methods    TEXT    NOT NULL,                     -- JSON array of {name, timestamp, type}
  clients    TEXT    NOT NULL,                     -- client ids that logged in with it, each on a line of its own
  created_at BIGINT  NOT NULL,
  expires_at BIGINT  NOT NULL
);

CREATE TABLE logins (
  user_id      TEXT    NOT NULL,
  n            BIGINT  NOT NULL,                   -- the user's count after this login
  id           TEXT    NOT NULL,                   -- random; runs.login_id
  at           BIGINT  NOT NULL,
  ip           TEXT    NOT NULL,
  simulated    BOOLEAN NOT NULL,
  city         TEXT    NOT NULL,
  country_code TEXT    NOT NULL,
  country      TEXT    NOT NULL,
  latitude     DOUBLE PRECISION,                   -- NULL: unknown
  longitude    DOUBLE PRECISION,
  user_agent   TEXT    NOT NULL,
  client_id    TEXT    NOT NULL,
  blocked      BOOLEAN NOT NULL,                   -- counted, but the account was blocked
  PRIMARY KEY (user_id, n)                         -- a second net under the exact count
);

-- One completed authorization of one client: its code and every token hang off it.
CREATE TABLE grants (
  id           TEXT    NOT NULL PRIMARY KEY,
  client_id    TEXT    NOT NULL,
  user_id      TEXT    NOT NULL,
  session_id   TEXT    NOT NULL,                   -- empty: no session
  redirect_uri TEXT    NOT NULL,
  scope        TEXT    NOT NULL,
  offline      BOOLEAN NOT NULL,                   -- scope has offline_access: outlives its session
  audience     TEXT    NOT NULL,
  nonce        TEXT    NOT NULL,
  challenge    TEXT    NOT NULL,
  auth_time    BIGINT  NOT NULL,
  ip           TEXT    NOT NULL,
  simulated    BOOLEAN NOT NULL,
  id_claims    TEXT    NOT NULL,                   -- custom claims of the ID token, JSON object in the order of its members
  at_claims    TEXT    NOT NULL,                   -- custom claims of the access token, likewise
  claims       TEXT    NOT NULL,                   -- claims parameter, JSON; empty: absent
  code_hash    TEXT    UNIQUE,                     -- NULL: no code was issued
  code_expires BIGINT  NOT NULL,
  created_at   BIGINT  NOT NULL,
  redeemed_at  BIGINT  NOT NULL DEFAULT 0,         -- when the code was used; the row stays, so that a replay is noticed
  revoked_at   BIGINT  NOT NULL DEFAULT 0,
  expires_at   BIGINT  NOT NULL                    -- when the code and the last token have ended: may be pruned
);
CREATE INDEX grants_session ON grants (session_id);

CREATE TABLE tokens (
  hash       TEXT   NOT NULL PRIMARY KEY,
  kind       TEXT   NOT NULL,                      -- "access" or "refresh"
  grant_id   TEXT   NOT NULL,
  scope      TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0,            -- a refresh token that was exchanged
  revoked_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE keys (
  id         TEXT   NOT NULL PRIMARY KEY,          -- kid: RFC 7638 thumbprint
  seq        BIGINT NOT NULL,                      -- order of creation
  alg        TEXT   NOT NULL,
  pkcs8      BYTEA  NOT NULL,                      -- private key, DER
  created_at BIGINT NOT NULL,
  retired_at BIGINT NOT NULL DEFAULT 0             -- 0: signs; a retired key is still published
);

CREATE TABLE actions (
  id               TEXT   NOT NULL PRIMARY KEY,    -- UUID
  name             TEXT   NOT NULL UNIQUE,
  trigger_id       TEXT   NOT NULL,                -- "post-login"
  runtime          TEXT   NOT NULL,                -- label only
  code             TEXT   NOT NULL,                -- the draft
  secrets          TEXT   NOT NULL,                -- JSON object of strings
  deployed_version BIGINT NOT NULL DEFAULT 0,      -- 0: never deployed
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL
);

CREATE TABLE action_versions (
  action_id  TEXT   NOT NULL REFERENCES actions (id) ON DELETE CASCADE,
  number     BIGINT NOT NULL,                      -- 1, 2, …
  name       TEXT   NOT NULL,                      -- the Action's name when it was deployed
  runtime    TEXT   NOT NULL,
  code       TEXT   NOT NULL,
  secrets    TEXT   NOT NULL,                      -- snapshot: a later change needs a new deploy
  created_at BIGINT NOT NULL,
  PRIMARY KEY (action_id, number)
);

CREATE TABLE bindings (
  trigger_id TEXT   NOT NULL,
  position   BIGINT NOT NULL,                      -- 0, 1, …: order in the flow
  action_id  TEXT   NOT NULL REFERENCES actions (id) ON DELETE CASCADE,
  PRIMARY KEY (trigger_id, position)
);

CREATE TABLE runs (
  seq       BIGINT NOT NULL,                       -- order of arrival; old runs are pruned by it
  id        TEXT   NOT NULL,                       -- event.transaction.id
  kind      TEXT   NOT NULL,                       -- "login", "sso", "silent" or "refresh"
  user_id   TEXT   NOT NULL,
  client_id TEXT   NOT NULL,
  login_id  TEXT   NOT NULL,                       -- empty: no credentials were checked
  at        BIGINT NOT NULL,
  outcome   TEXT   NOT NULL,                       -- "ok", "denied" or "failed"
  record    TEXT   NOT NULL,                       -- JSON: event, Actions, console, commands
  PRIMARY KEY (seq, id)                            -- one index for both: a run is found by id by reading the index through
);

CREATE TABLE settings (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- +goose Down
DROP TABLE settings;
DROP TABLE runs;
DROP TABLE bindings;
DROP TABLE action_versions;
DROP TABLE actions;
DROP TABLE keys;
DROP TABLE tokens;
DROP TABLE grants;
DROP TABLE logins;
DROP TABLE sessions;
DROP TABLE requests;
DROP TABLE clients;
DROP TABLE users;
