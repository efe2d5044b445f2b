-- Where an application wants to be told that a session has ended.

-- +goose Up
ALTER TABLE clients ADD COLUMN backchannel_logout_uri TEXT NOT NULL DEFAULT ''; -- empty: nowhere

-- +goose Down
ALTER TABLE clients DROP COLUMN backchannel_logout_uri;
