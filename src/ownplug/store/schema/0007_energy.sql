-- One meter of one plug. `held_j` is how far the total is ahead of the hours, after a correction downwards. Samples up
-- to `summed_ms` are in the sums below; later ones are not yet. `summed_mw` is what flowed then; NULL: nobody knows.
CREATE TABLE energy_meter (
  number  INTEGER PRIMARY KEY AUTOINCREMENT, -- so that no later meter gets the number of one that was forgotten
  uuid    TEXT NOT NULL REFERENCES plug (uuid) ON DELETE CASCADE,
  channel INTEGER NOT NULL,
  total_j INTEGER NOT NULL DEFAULT 0,
  held_j  INTEGER NOT NULL DEFAULT 0,
  summed_ms INTEGER,
  summed_mw INTEGER,
  UNIQUE (uuid, channel)
) STRICT;

-- What is of a meter has no foreign keys, which would be looked up with each sample; see the trigger below.
CREATE TABLE energy_sample (
  meter      INTEGER NOT NULL,
  at_ms      INTEGER NOT NULL,
  power_mw   INTEGER NOT NULL,
  voltage_mv INTEGER NOT NULL,
  current_ma INTEGER NOT NULL,
  is_on      INTEGER,
  PRIMARY KEY (meter, at_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE energy_minute (
  meter      INTEGER NOT NULL,
  start_s    INTEGER NOT NULL,
  measured_j INTEGER NOT NULL,
  covered_ms INTEGER NOT NULL,
  PRIMARY KEY (meter, start_s)
) STRICT, WITHOUT ROWID;

-- `corrected_j` is what the plug's own days add or take away.
CREATE TABLE energy_hour (
  meter       INTEGER NOT NULL,
  start_s     INTEGER NOT NULL,
  measured_j  INTEGER NOT NULL DEFAULT 0,
  covered_ms  INTEGER NOT NULL DEFAULT 0,
  corrected_j INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (meter, start_s)
) STRICT, WITHOUT ROWID;

-- Sums of hours, by days of the owner's zone, counted from 1970-01-01.
CREATE TABLE energy_day (
  meter       INTEGER NOT NULL,
  day         INTEGER NOT NULL,
  measured_j  INTEGER NOT NULL DEFAULT 0,
  covered_ms  INTEGER NOT NULL DEFAULT 0,
  corrected_j INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (meter, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX energy_day_of_all ON energy_day (day);

-- The zone of these days, and the first of them that plugs may have counted in it.
CREATE TABLE energy_zone (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  name      TEXT NOT NULL,
  since_day INTEGER NOT NULL
) STRICT;

-- What the plug said of its days when they were last weighed.
CREATE TABLE energy_told (
  meter     INTEGER NOT NULL,
  day       INTEGER NOT NULL,
  energy_wh INTEGER NOT NULL,
  updated_s INTEGER NOT NULL,
  PRIMARY KEY (meter, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE energy_correction (
  number      INTEGER PRIMARY KEY,
  meter       INTEGER NOT NULL,
  at          TEXT NOT NULL,
  day         INTEGER NOT NULL,
  reason      TEXT NOT NULL,
  before_wh   REAL NOT NULL,
  after_wh    REAL NOT NULL,
  told_wh     INTEGER,
  uncovered_s INTEGER NOT NULL,
  UNIQUE (meter, day, reason, told_wh, after_wh)
) STRICT;

CREATE TRIGGER energy_meter_gone AFTER DELETE ON energy_meter BEGIN
  DELETE FROM energy_sample WHERE meter = old.number;
  DELETE FROM energy_minute WHERE meter = old.number;
  DELETE FROM energy_hour WHERE meter = old.number;
  DELETE FROM energy_day WHERE meter = old.number;
  DELETE FROM energy_told WHERE meter = old.number;
  DELETE FROM energy_correction WHERE meter = old.number;
END;
