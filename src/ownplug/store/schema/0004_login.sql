-- What users may do through the API, which programs may use it, and where users have signed in.
ALTER TABLE user ADD COLUMN scope TEXT;

CREATE TABLE token (
  id      TEXT PRIMARY KEY,
  name    TEXT NOT NULL UNIQUE COLLATE NOCASE,
  scope   TEXT NOT NULL,
  digest  TEXT NOT NULL UNIQUE,
  made_at TEXT NOT NULL
) STRICT;

CREATE TABLE sign_in (
  digest        TEXT PRIMARY KEY,
  user          TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE,
  password_mark TEXT NOT NULL,
  ends_at       TEXT NOT NULL
) STRICT;
