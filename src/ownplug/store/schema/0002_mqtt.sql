-- What the MQTT server remembers beyond connections: retained messages, and sessions that clients asked to keep.
CREATE TABLE mqtt_retained (
  topic   TEXT PRIMARY KEY,
  payload BLOB NOT NULL,
  qos     INTEGER NOT NULL,
  owner   TEXT NOT NULL
) STRICT;

CREATE TABLE mqtt_session (
  id        INTEGER PRIMARY KEY,
  username  TEXT NOT NULL,
  client_id TEXT NOT NULL,
  UNIQUE (username, client_id)
) STRICT;

CREATE TABLE mqtt_subscription (
  session INTEGER NOT NULL REFERENCES mqtt_session (id) ON DELETE CASCADE,
  filter  TEXT NOT NULL,
  qos     INTEGER NOT NULL,
  PRIMARY KEY (session, filter)
) STRICT, WITHOUT ROWID;

-- Messages to the client, in the order of `number`. Without a topic: received by the client, PUBCOMP is missing.
CREATE TABLE mqtt_message (
  number    INTEGER PRIMARY KEY AUTOINCREMENT,
  session   INTEGER NOT NULL REFERENCES mqtt_session (id) ON DELETE CASCADE,
  packet_id INTEGER NOT NULL,
  qos       INTEGER NOT NULL,
  topic     TEXT,
  payload   BLOB,
  retain    INTEGER NOT NULL DEFAULT 0,
  UNIQUE (session, packet_id)
) STRICT;

-- QoS 2 messages taken from the client whose PUBREL has not come.
CREATE TABLE mqtt_taken (
  session   INTEGER NOT NULL REFERENCES mqtt_session (id) ON DELETE CASCADE,
  packet_id INTEGER NOT NULL,
  PRIMARY KEY (session, packet_id)
) STRICT, WITHOUT ROWID;
