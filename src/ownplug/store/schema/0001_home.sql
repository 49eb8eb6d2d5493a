-- The home, its plugs and its MQTT users.
CREATE TABLE home (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  user_id    TEXT NOT NULL,
  key        TEXT NOT NULL,
  advertised TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE plug (
  uuid          TEXT PRIMARY KEY,
  name          TEXT NOT NULL UNIQUE COLLATE NOCASE,
  registered_at TEXT NOT NULL,
  key           TEXT,
  model         TEXT NOT NULL DEFAULT '',
  sub_type      TEXT NOT NULL DEFAULT '',
  hardware      TEXT NOT NULL DEFAULT '',
  firmware      TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE user (
  name          TEXT PRIMARY KEY,
  password_hash TEXT NOT NULL,
  read          TEXT NOT NULL,
  write         TEXT NOT NULL
) STRICT;
