-- When each plug came and went; what ended is what comes next of the same plug.
CREATE TABLE availability (
  number       INTEGER PRIMARY KEY,
  uuid         TEXT NOT NULL REFERENCES plug (uuid) ON DELETE CASCADE,
  at           TEXT NOT NULL,
  availability TEXT NOT NULL,
  reason       TEXT NOT NULL
) STRICT;

CREATE INDEX availability_of_plug ON availability (uuid, number);

-- When the hub was last known to run: what was open in a crash ended then.
CREATE TABLE hub_alive (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  at TEXT NOT NULL
) STRICT;
