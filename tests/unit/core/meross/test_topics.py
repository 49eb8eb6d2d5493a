"""MQTT topics, judged by the MerossIot library; and whose a topic is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meross_iot.utilities.mqtt import (
    build_client_response_topic,
    build_client_user_topic,
    build_device_request_topic,
    device_uuid_from_push_notification,
)

from ownplug.core.meross.topics import (
    DEVICE_OUTBOXES,
    app_inbox,
    app_reply_inbox,
    device_inbox,
    device_outbox,
    inbox_owner,
    is_app_topic_of,
    outbox_owner,
)

UUID = "1811081234567825182734298f1a2b3c"
APP_ID = "48cb390b4bc8a6e94d8a4c1a6e0d3b7c"


def test_a_foreign_library_uses_the_same_topics() -> None:
    assert device_inbox(UUID) == build_device_request_topic(UUID)
    assert app_inbox("10001") == build_client_user_topic("10001")
    assert app_reply_inbox("10001", APP_ID) == build_client_response_topic("10001", APP_ID)
    assert device_uuid_from_push_notification(device_outbox(UUID)) == UUID


def test_the_topics_of_a_captured_plug() -> None:
    assert device_outbox(UUID) == f"/appliance/{UUID}/publish"
    assert DEVICE_OUTBOXES == "/appliance/+/publish"


@pytest.mark.parametrize("uuid", [UUID, "19091821705482251h5748e1e9522946"])
def test_a_topic_of_a_plug_is_recognised(uuid: str) -> None:
    assert inbox_owner(device_inbox(uuid)) == outbox_owner(device_outbox(uuid)) == uuid
    assert inbox_owner(device_outbox(uuid)) is None
    assert outbox_owner(device_inbox(uuid)) is None


@pytest.mark.parametrize(
    "topic",
    [
        "",
        DEVICE_OUTBOXES,
        f"appliance/{UUID}/publish",
        f"/appliance/{UUID}/publish/more",
        f"/appliance/{UUID}/publish\n",
        f"/appliance/{UUID}/listen",
        f"/appliance/{UUID[:-1]}/publish",
        f"/appliance/{UUID.upper()}/publish",
        f"/app/{UUID}/subscribe",
        f"x/appliance/{UUID}/publish",
        f"{UUID}/publish",
        f"{UUID}/subscribe",
        f"/appliance/{UUID}",
        "/appliance/subscribe",
    ],
)
def test_what_is_not_exactly_a_topic_of_one_plug_belongs_to_none(topic: str) -> None:
    assert inbox_owner(topic) is None
    assert outbox_owner(topic) is None


@pytest.mark.parametrize(
    ("topic", "belongs"),
    [
        ("/app/10001/subscribe", True),
        (f"/app/10001-{APP_ID}/subscribe", True),
        ("/app/10001/#", True),
        ("/app/10001", True),
        ("/app/100011/subscribe", False),
        ("/app/1000/subscribe", False),
        ("/app/+/subscribe", False),
        ("/app/#", False),
        ("#", False),
        ("/app", False),
        ("app/10001/subscribe", False),
        ("/appliance/10001/subscribe", False),
        ("x/app/10001/subscribe", False),
    ],
)
def test_an_app_topic_belongs_to_exactly_its_home(topic: str, belongs: bool) -> None:
    assert is_app_topic_of(topic, "10001") is belongs


@given(st.text(max_size=60))
def test_any_text_can_be_asked_whose_topic_it_is(text: str) -> None:
    assert inbox_owner(text) is None
    assert outbox_owner(text) is None
    assert is_app_topic_of(text, "10001") == text.startswith(("/app/10001/", "/app/10001-")) or (
        text == "/app/10001"
    )
