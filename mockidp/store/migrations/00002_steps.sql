-- What Actions do beyond claims: sessions and refresh tokens that they change,
-- and the second factors that they ask for.

-- +goose Up
ALTER TABLE sessions ADD COLUMN details TEXT NOT NULL DEFAULT ''; -- JSON: what is set after the login, see sessionDetails; empty: nothing
ALTER TABLE grants ADD COLUMN details TEXT NOT NULL DEFAULT '';   -- JSON: see grantDetails

CREATE TABLE authenticators (
  id         TEXT   NOT NULL PRIMARY KEY,
  user_id    TEXT   NOT NULL,
  type       TEXT   NOT NULL,                      -- "otp", "email", "phone", "recovery-code", …
  secret     TEXT   NOT NULL,                      -- TOTP: base32; else a digest, or empty
  target     TEXT   NOT NULL,                      -- email address or phone number
  last_step  BIGINT NOT NULL DEFAULT 0,            -- TOTP: the last time step accepted, RFC 6238 section 5.2
  created_at BIGINT NOT NULL
);
CREATE INDEX authenticators_user ON authenticators (user_id);

-- +goose Down
DROP TABLE authenticators;
ALTER TABLE grants DROP COLUMN details;
ALTER TABLE sessions DROP COLUMN details;
