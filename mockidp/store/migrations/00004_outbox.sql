-- HTTP requests that Actions make, and the rules that answer them.

-- +goose Up
CREATE TABLE outbox (
  seq            BIGINT NOT NULL,                  -- order of arrival; old rows are pruned by it
  id             TEXT   NOT NULL,                  -- "out_" and 16 hex digits
  transaction_id TEXT   NOT NULL,                  -- event.transaction.id; empty: no login
  at             BIGINT NOT NULL,                  -- when the Action asked
  took           BIGINT NOT NULL,                  -- until it had its answer, microseconds
  mode           TEXT   NOT NULL,                  -- "captured", "rule", "own", "allowed" or "refused"
  action         TEXT   NOT NULL,                  -- name
  version        BIGINT NOT NULL,
  method         TEXT   NOT NULL,
  url            TEXT   NOT NULL,
  headers        TEXT   NOT NULL,                  -- JSON object of strings, as the Action gave them, credentials included
  body_size      BIGINT NOT NULL,                  -- bytes; body may be cut
  status         BIGINT NOT NULL,                  -- 0: no answer
  answer_url     TEXT   NOT NULL,                  -- after redirects; empty: as asked
  answer_headers TEXT   NOT NULL,                  -- JSON object of strings
  answer_size    BIGINT NOT NULL,                  -- bytes; answer may be cut
  error          TEXT   NOT NULL,                  -- why there was no answer
  body           TEXT   NOT NULL,                  -- the long columns last: lists of one login read past them
  answer         TEXT   NOT NULL,
  PRIMARY KEY (seq, id)                            -- one index for both, as in runs
);
CREATE INDEX outbox_transaction ON outbox (transaction_id);

CREATE TABLE outbox_rules (
  id       TEXT   NOT NULL PRIMARY KEY,            -- "rule_" and 16 hex digits
  position BIGINT NOT NULL,                        -- 0, 1, …: the first rule that fits answers
  method   TEXT   NOT NULL,                        -- "*": any
  url      TEXT   NOT NULL,                        -- pattern, see package outbox
  status   BIGINT NOT NULL,
  headers  TEXT   NOT NULL,                        -- JSON object of strings
  body     TEXT   NOT NULL,
  delay_ms BIGINT NOT NULL,
  times    BIGINT NOT NULL,                        -- answers so many requests; 0: any number
  used     BIGINT NOT NULL DEFAULT 0               -- requests answered, counted only where times is not 0
);

-- +goose Down
DROP TABLE outbox_rules;
DROP TABLE outbox;
