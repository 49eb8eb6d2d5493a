"""Databases as earlier versions of the schema had them, with something of everything that they could hold."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ownplug.store.migrations import migrations

KETTLE, LAMP = "1811081234567825182734298f1a2b3c", "1811081234567825182734298f1a2b3d"
KEY, OWN_KEY = "0123456789abcdef" * 2, "fedcba9876543210" * 2
INBOX = f"/appliance/{KETTLE}/subscribe"
MADE_AT = "2026-01-05T12:00:00+00:00"

ROWS = {
    1: f"""
        INSERT INTO home (id, user_id, key, advertised) VALUES (1, '10001', '{KEY}', '192.168.1.10');
        INSERT INTO plug (uuid, name, registered_at, key, model, sub_type, hardware, firmware)
            VALUES ('{KETTLE}', 'Kettle', '{MADE_AT}', '{OWN_KEY}', 'mss310', 'us', '2.0.0', '2.1.7');
        INSERT INTO plug (uuid, name, registered_at) VALUES ('{LAMP}', 'große Lampe', '{MADE_AT}');
        INSERT INTO user (name, password_hash, read, write)
            VALUES ('ann', '$argon2id$ann', '["a/#", "b/+"]', '["a/#"]');
        INSERT INTO user (name, password_hash, read, write) VALUES ('bea', '$argon2id$bea', '[]', '[]');
    """,
    2: """
        INSERT INTO mqtt_retained (topic, payload, qos, owner) VALUES ('a/1', x'00ff', 1, 'ann');
        INSERT INTO mqtt_session (id, username, client_id) VALUES (7, 'ann', 'reader');
        INSERT INTO mqtt_subscription (session, filter, qos) VALUES (7, 'a/#', 2);
        INSERT INTO mqtt_message (session, packet_id, qos, topic, payload) VALUES (7, 3, 1, 'a/2', x'02');
        INSERT INTO mqtt_message (session, packet_id, qos) VALUES (7, 4, 2);
        INSERT INTO mqtt_taken (session, packet_id) VALUES (7, 5);
    """,
    3: f"UPDATE plug SET room = 'kitchen' WHERE uuid = '{KETTLE}';",
    4: f"""
        UPDATE user SET scope = 'admin' WHERE name = 'bea';
        INSERT INTO token (id, name, scope, digest, made_at) VALUES ('0a1b', 'grafana', 'read', 'd1', '{MADE_AT}');
        INSERT INTO sign_in (digest, user, password_mark, ends_at)
            VALUES ('d2', 'bea', 'm', '2026-02-04T12:00:00+00:00');
    """,
    5: f"""
        UPDATE plug SET icon = 'kettle', after_power_loss = 'off', limit_w = 2000, limit_s = 10,
            tripped_at = '{MADE_AT}', tripped_w = 2400, uptime_s = 90 WHERE uuid = '{KETTLE}';
        UPDATE plug SET never_off = 1 WHERE uuid = '{LAMP}';
    """,
    6: f"""
        INSERT INTO availability (number, uuid, at, availability, reason)
            VALUES (1, '{KETTLE}', '{MADE_AT}', 'online', '');
        INSERT INTO hub_alive (id, at) VALUES (1, '{MADE_AT}');
    """,
    7: f"""
        INSERT INTO energy_meter (number, uuid, channel, total_j, held_j) VALUES (3, '{KETTLE}', 0, 7200, 60);
        INSERT INTO energy_sample VALUES (3, 1767614400000, 60000, 230100, 261, 1);
        INSERT INTO energy_minute VALUES (3, 1767614400, 3600, 60000);
        INSERT INTO energy_hour VALUES (3, 1767614400, 7200, 120000, -60);
        INSERT INTO energy_day VALUES (3, 20458, 7200, 120000, -60);
        INSERT INTO energy_zone VALUES (1, 'Europe/Berlin', 20458);
        INSERT INTO energy_told VALUES (3, 20458, 2, 1767614460);
        INSERT INTO energy_correction VALUES (1, 3, '{MADE_AT}', 20458, 'sampling', 2.0, 1.98, 2, 0);
    """,
    8: """
        INSERT INTO tariff_currency VALUES (1, 'EUR');
        INSERT INTO tariff VALUES ('2026-01-01', 310000, NULL, NULL, NULL);
        INSERT INTO tariff_price VALUES (1767614400, 3600, 200000);
    """,
    9: f"UPDATE plug SET series = 4 WHERE uuid = '{LAMP}';",
}
"""By version, what it brought, in its own columns; a later one had it, too."""

# Until version 5 also what was said to a plug was kept for later.
_FOR_PLUGS = f"""
    INSERT INTO mqtt_retained (topic, payload, qos, owner) VALUES ('{INBOX}', x'7b7d', 1, 'ann');
    INSERT INTO mqtt_message (session, packet_id, qos, topic, payload) VALUES (7, 6, 1, '{INBOX}', x'7b7d');
"""


def make_home(path: Path, version: int) -> None:
    """Make a database as the schema was at `version`."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        for step in migrations()[:version]:
            database.executescript(step.sql)
            database.execute(f"PRAGMA user_version = {step.number}")
            database.executescript(ROWS[step.number])
            if step.number == 2:
                database.executescript(_FOR_PLUGS)
        database.commit()


def dump(path: Path) -> tuple[int, list[str]]:
    """Return the version of a database and all that is in it, as statements."""
    with closing(sqlite3.connect(path)) as database:
        [[version]] = database.execute("PRAGMA user_version")
        return version, list(database.iterdump())
