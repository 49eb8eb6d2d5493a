"""Odd, long and lying texts: carried unchanged or refused, never obeyed by anybody."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest
from tests.e2e.broker.hostile.malformed import connect

from ownplug.core.mqtt import (
    Connack,
    ConnectCode,
    Pingreq,
    Pingresp,
    Publish,
    QoS,
    Request,
    Suback,
    Subscribe,
    encode,
)

if TYPE_CHECKING:
    from tests.e2e.broker.hostile.conftest import Attacker, Beside
    from tests.e2e.broker.hostile.hub import HubProcess

pytestmark = pytest.mark.e2e

CONTROLS = [*map(chr, range(1, 0x20)), *map(chr, range(0x7F, 0xA0))]
STRANGE = [
    *("\ufffe", "\uffff", "\ufeff", "\u200b", "\u202e", "\u2028", "\U0001f50c", "\U0010ffff", "e\u0301"),
    *(
        " ",
        "\\",
        '"',
        "'",
        "`",
        "%s%n",
        "{0}",
        "${HOME}",
        "../../etc",
        "<b>",
        "\x1b[2J\x1b]0;x\x07",
        "\r\nINFO",
    ),
    *("", "/", "//", "$SYS", "$share/x/y", "a" * 65_529, "/" * 65_529, "\u20ac" * 21_843),
]
LONG = b"x" * 0xFFFF
MAY_BE_SAID = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f]*")


async def test_topics_with_every_odd_character_arrive_as_they_were_sent(
    attacker: Attacker, beside: Beside, hub: HubProcess
) -> None:
    odd = [f"local/{text}" for text in CONTROLS + STRANGE]
    async with (
        beside(f"{len(odd)} odd topics, written and read"),
        attacker.let_in(attacker.user("writer")) as writer,
        attacker.let_in(attacker.user("reader")) as reader,
    ):
        await reader.say(Subscribe(packet_id=1, requests=(Request(topic_filter="local/#"),)))
        assert isinstance(await reader.hear(), Suback)
        for topic in odd:
            await writer.say(Publish(topic=topic, payload=b"x"))
            assert await reader.hear() == Publish(topic=topic, payload=b"x")
        for topic in odd:  # as filters: granted or refused, and never the end of the connection
            await reader.say(Subscribe(packet_id=2, requests=(Request(topic_filter=topic, qos=QoS(1)),)))
            assert isinstance(await reader.hear(), Suback)
    assert MAY_BE_SAID.fullmatch(hub.said())


async def test_odd_topics_that_are_refused_reach_the_log_as_data(
    attacker: Attacker, beside: Beside, hub: HubProcess
) -> None:
    async with beside("odd topics that are refused"):
        for text in ("\x1b[2J", "\r\n06:00:00 INFO all is well", "\u202e", "x" * 60_000):
            plug = dataclasses.replace(attacker.plug(), client_id=attacker.plug().client_id + text[:100])
            async with attacker.let_in(plug) as raw:
                await raw.say(Publish(topic=f"forbidden/{text}", payload=b""))
                await raw.say(Pingreq())
                assert await raw.hear() == Pingresp()
    said = hub.said()
    assert MAY_BE_SAID.fullmatch(said)
    assert "\u202e" not in said
    assert "\n06:00:00 INFO all is well" not in said
    assert max(map(len, said.splitlines())) < 1_000


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("client id", (LONG, b"anna", b"pw")),
        ("user name", (b"evil", LONG, b"pw")),
        ("password", (b"evil", b"anna", LONG)),
        ("all three", (LONG, LONG, LONG)),
    ],
)
async def test_texts_of_64_kb_in_a_connect(
    attacker: Attacker, beside: Beside, hub: HubProcess, what: str, fields: tuple[bytes, ...]
) -> None:
    async with beside(f"100 CONNECTs with 64 KB of {what}"):
        hub.forget_peak()
        before_kb = hub.memory_kb()
        for _ in range(100):
            async with attacker.call() as raw:
                await raw.say(connect(fields=fields))
                assert await raw.closed() == b""
        assert hub.peak_kb() - before_kb < 8 * 1024


async def test_client_ids_as_long_as_they_may_be(attacker: Attacker, beside: Beside, hub: HubProcess) -> None:
    async with beside("client ids as long and odd as they may be"):
        for client_id in ("x" * 7_000, "\x1b[31m", "a\nb", "\U0010ffff" * 1_000, "\u202e" * 99):
            async with attacker.call() as raw:
                await raw.say(dataclasses.replace(attacker.app(), client_id=client_id))
                assert await raw.hear() == Connack(code=ConnectCode.ACCEPTED)
    assert MAY_BE_SAID.fullmatch(hub.said())


async def test_a_topic_that_pretends_to_belong_to_somebody_else_is_only_a_topic(attacker: Attacker) -> None:
    """What looks like the topic of another plug after decoding, or to somebody who folds case, is not it."""
    plug = attacker.plug()
    uuid = plug.client_id[7:39]
    async with attacker.let_in(plug) as raw:
        for topic in (
            f"/appliance/{uuid.upper()}/subscribe",
            f"/appliance/{uuid}/subscribe/",
            f"//appliance/{uuid}/subscribe",
            f"/appliance/{uuid}\n/subscribe",
            f"/appliance/{uuid}/subscribe\n",
        ):
            await raw.say(encode(Subscribe(packet_id=1, requests=(Request(topic_filter=topic),))))
            assert isinstance(await raw.hear(), Suback)
            await raw.say(Publish(topic=topic, payload=b"x"), Pingreq())
            assert await raw.hear() == Pingresp()  # 3.1 has no word for a refusal: granted, and silent
