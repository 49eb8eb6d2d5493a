-- What the owner wants of each plug, and what came of it.
ALTER TABLE plug ADD COLUMN icon TEXT NOT NULL DEFAULT '';
ALTER TABLE plug ADD COLUMN after_power_loss TEXT NOT NULL DEFAULT 'keep';
ALTER TABLE plug ADD COLUMN limit_w REAL;
ALTER TABLE plug ADD COLUMN limit_s REAL;
ALTER TABLE plug ADD COLUMN never_off INTEGER NOT NULL DEFAULT 0;
ALTER TABLE plug ADD COLUMN tripped_at TEXT;
ALTER TABLE plug ADD COLUMN tripped_w REAL;
ALTER TABLE plug ADD COLUMN uptime_s REAL;

-- What is said to a plug is for now: it is not kept any more for one that comes later.
DELETE FROM mqtt_retained WHERE topic GLOB '/appliance/*/subscribe';
DELETE FROM mqtt_message WHERE topic GLOB '/appliance/*/subscribe';
