from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from ownplug.core.identity import Uuid
from ownplug.core.secret import Secret
from ownplug.core.state import Availability, PlugState, RelayState
from ownplug.hub import HomeView, PlugView
from ownplug.web import schema

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"
STRANGER = PlugView(
    uuid=Uuid("1706223411101036000134298f1a2b3c"),
    name="plug-2b3c",
    key=Secret(KEY),
    registered_at=NOON,
    model="",
    sub_type="",
    hardware="",
    firmware="",
    state=PlugState(),
)


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (schema.SwitchBody, {}),
        (schema.SwitchBody, {"on": 1}),
        (schema.SwitchBody, {"on": "on"}),
        (schema.SwitchBody, {"on": None}),
        (schema.SwitchBody, {"on": True, "channel": 1}),
        (schema.PlugBody, {"name": 5}),
        (schema.PlugBody, {"room": "k" * 201}),
        (schema.RequestBody, {"namespace": "N", "method": "ERROR"}),
        (schema.RequestBody, {"namespace": ""}),
        (schema.RequestBody, {"namespace": "N", "payload": []}),
        (schema.UserBody, {"name": "", "password": "p"}),
        (schema.UserBody, {"name": "n", "password": ""}),
        (schema.UserBody, {"name": "n", "password": "p", "read": [""]}),
        (schema.UserBody, {"name": "n", "password": "p", "read": ["#"] * 101}),
    ],
)
def test_what_is_not_exactly_what_we_ask_for_is_refused(kind: type[BaseModel], sent: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(sent)


def test_a_password_is_not_shown_by_accident() -> None:
    body = schema.UserBody.model_validate({"name": "n", "password": "tell-nobody"})
    assert "tell-nobody" not in repr(body)


def test_a_plug_that_nobody_has_heard_of_yet_can_be_shown() -> None:
    shown = schema.plug_document(STRANGER)
    assert (shown.availability, shown.relays, shown.reading, shown.since) == ("unknown", [], None, None)


@pytest.mark.parametrize("availability", list(Availability))
def test_every_availability_has_a_name_in_the_api(availability: Availability) -> None:
    plug = PlugView(
        **{name: getattr(STRANGER, name) for name in STRANGER.__slots__ if name != "state"},
        state=PlugState(availability=availability),
    )
    assert schema.plug_document(plug).availability == availability.value


@pytest.mark.parametrize(("show", "key"), [(True, KEY), (False, "***")])
def test_keys_are_masked_unless_asked_for(show: bool, key: str) -> None:
    home = HomeView(user_id="1", key=Secret(KEY), started_at=NOON)
    assert schema.home_document(home, show_secrets=show).key == key
    assert schema.plug_document(STRANGER, show_secrets=show).key == key


def test_times_are_told_in_utc() -> None:
    berlin = NOON.astimezone(timezone(timedelta(hours=2)))
    relay = schema.relay_document(RelayState(channel=0, on=True, changed_at=berlin))
    assert relay.model_dump_json() == '{"channel":0,"on":true,"changed_at":"2025-06-01T12:00:00Z"}'


@pytest.mark.parametrize(
    ("position", "show", "told"),
    [("48.1,11.5", False, "***"), ("48.1,11.5", True, "48.1,11.5"), ("", False, ""), ("", True, "")],
)
def test_where_the_home_is_is_told_only_to_who_asks_for_secrets(position: str, show: bool, told: str) -> None:
    home = HomeView(user_id="1", key=Secret(KEY), started_at=NOON, position=position)
    assert schema.home_document(home, show_secrets=show).position == told
