-- What an Action's event tells of a user beside the account: roles, linked
-- accounts, organizations; and what the Management API keeps of an Action
-- beside its code.

-- +goose Up
CREATE TABLE roles (
  id          TEXT   NOT NULL PRIMARY KEY,         -- "rol_…"
  name        TEXT   NOT NULL UNIQUE,
  description TEXT   NOT NULL,
  created_at  BIGINT NOT NULL
);
CREATE TABLE user_roles (
  user_id TEXT NOT NULL,
  role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, role_id)
);
CREATE TABLE organizations (
  id           TEXT   NOT NULL PRIMARY KEY,        -- "org_…"
  name         TEXT   NOT NULL UNIQUE,             -- lower case
  display_name TEXT   NOT NULL,
  metadata     TEXT   NOT NULL,                    -- JSON object of strings
  created_at   BIGINT NOT NULL
);
CREATE TABLE organization_members (
  organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  user_id         TEXT NOT NULL,
  PRIMARY KEY (organization_id, user_id)
);
CREATE TABLE organization_member_roles (
  organization_id TEXT NOT NULL,
  user_id         TEXT NOT NULL,
  role_id         TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (organization_id, user_id, role_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE TABLE identities (
  provider     TEXT   NOT NULL,                    -- "auth0", "google-oauth2"
  identity_id  TEXT   NOT NULL,                    -- user id at that provider
  user_id      TEXT   NOT NULL,                    -- the primary account it is linked to
  connection   TEXT   NOT NULL,
  profile_data TEXT   NOT NULL,                    -- JSON object
  account      TEXT   NOT NULL DEFAULT '',         -- JSON: the user that was linked, for unlinking; empty: none was here
  linked_at    BIGINT NOT NULL,
  PRIMARY KEY (provider, identity_id)              -- linked to one account at most
);
CREATE INDEX identities_user ON identities (user_id);

ALTER TABLE actions ADD COLUMN dependencies TEXT NOT NULL DEFAULT '';         -- JSON array of {name, version}: a label, as runtime is
ALTER TABLE action_versions ADD COLUMN dependencies TEXT NOT NULL DEFAULT '';
ALTER TABLE bindings ADD COLUMN display_name TEXT NOT NULL DEFAULT '';        -- empty: the Action's name

-- +goose Down
ALTER TABLE bindings DROP COLUMN display_name;
ALTER TABLE action_versions DROP COLUMN dependencies;
ALTER TABLE actions DROP COLUMN dependencies;
DROP TABLE identities;
DROP TABLE organization_member_roles;
DROP TABLE organization_members;
DROP TABLE organizations;
DROP TABLE user_roles;
DROP TABLE roles;
