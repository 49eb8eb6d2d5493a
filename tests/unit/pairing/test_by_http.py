"""What is told to a plug in pairing mode, in the order of the vendor's app (protocol notes, 3.2 and 14)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ownplug.core.errors import (
    BadSignature,
    DeviceError,
    LinkBroken,
    Malformed,
    PairingFailed,
    Unreachable,
    UsageError,
)
from ownplug.core.identity import Uuid
from ownplug.core.meross import Message, MessageMaker, Method, as_data, decode_message, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.secret import Secret
from ownplug.core.units import Position
from ownplug.pairing import Errand, GatewayAddress, HomeToJoin, Phase, Sight, Step, WifiNetwork, pair_by_http
from ownplug.testing import LoopClock

NOW = datetime(2024, 3, 10, 13, 19, 7, tzinfo=UTC)
UUID = Uuid("1811081234567825182734298f1a2b3c")
KEY = Secret("0123456789abcdef0123456789abcdef")
HOME = HomeToJoin(
    user_id="10001",
    key=KEY,
    servers=(GatewayAddress(host="192.168.1.10", port=8883),),
    timezone="Asia/Qatar",
)
WIFI = WifiNetwork(ssid="MyNet", password=Secret("correct horse"))
SEEN = {
    "ssid": "TXlOZXQ=",
    "bssid": "aa-bb-cc-dd-ee-ff",
    "signal": 80,
    "channel": 6,
    "encryption": 6,
    "cipher": 3,
}

Answer = dict[str, Any] | Exception


class Plug:
    """A plug in pairing mode: a link that answers by the script, or fails by it."""

    def __init__(self, *, wifi_x: bool = False) -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.keys: list[tuple[str, str]] = []  # after which request, and which
        self.answers: dict[str, Answer] = {
            ns.SYSTEM_ALL: {
                "all": {
                    "system": {
                        "hardware": {"type": "mss310", "uuid": UUID.text, "macAddress": UUID.mac.text},
                        "firmware": {"version": "2.1.7"},
                    }
                }
            },
            ns.SYSTEM_ABILITY: {
                "ability": {ns.CONFIG_WIFI: {}, **({ns.CONFIG_WIFI_X: {}} if wifi_x else {})}
            },
            ns.CONFIG_WIFI_LIST: {"wifiList": [SEEN]},
        }
        self._maker = MessageMaker(key=Secret("its former key"), sender="", new_id=lambda: "0" * 32)

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        self.asked.append((method, namespace, as_data(payload)))
        answer = self.answers.get(namespace, {})
        if isinstance(answer, Exception):
            raise answer
        return decode_message(
            encode_message(self._maker.make(Method(f"{method}ACK"), namespace, answer, now_s=4))
        )

    async def close(self) -> None:
        """Nothing to close."""

    def take_key(self, key: Secret) -> None:
        self.keys.append((self.asked[-1][1], key.reveal()))

    def told(self, namespace: str) -> dict[str, Any]:
        """What it was set to."""
        [payload] = [
            payload for method, asked, payload in self.asked if (method, asked) == ("SET", namespace)
        ]
        return payload


def pair(
    plug: Plug,
    *,
    network: WifiNetwork = WIFI,
    home: HomeToJoin = HOME,
    prepare: Callable[[Uuid], Awaitable[Errand]] | None = None,
    tell: Callable[[Step], None] = lambda _: None,
) -> list[Step]:
    async def follow() -> list[Step]:
        steps = []
        async for step in pair_by_http(lambda: nullcontext(plug), network, home, now=NOW, prepare=prepare):
            tell(step)
            steps.append(step)
        return steps

    return asyncio.run(follow())


def test_a_plug_is_told_what_the_vendors_app_tells_it_in_the_same_order() -> None:
    plug = Plug()
    pair(plug)
    assert plug.asked == [
        ("GET", ns.SYSTEM_ALL, {}),
        ("GET", ns.SYSTEM_ABILITY, {}),
        ("GET", ns.CONFIG_WIFI_LIST, {}),
        (
            "SET",
            ns.SYSTEM_TIME,
            {"time": {"timestamp": 1710076747, "timezone": "Asia/Qatar", "timeRule": [[76190400, 10800, 0]]}},
        ),
        (
            "SET",
            ns.CONFIG_KEY,
            {
                "key": {
                    "userId": "10001",
                    "key": "0123456789abcdef0123456789abcdef",
                    "gateway": {
                        "host": "192.168.1.10",
                        "port": 8883,
                        "secondHost": "192.168.1.10",
                        "secondPort": 8883,
                        "redirect": 1,
                    },
                }
            },
        ),
        (
            "SET",
            ns.CONFIG_WIFI,
            {
                "wifi": {
                    "ssid": "TXlOZXQ=",
                    "bssid": "aa-bb-cc-dd-ee-ff",
                    "channel": 6,
                    "encryption": 6,
                    "cipher": 3,
                    "password": base64.b64encode(b"correct horse").decode(),
                }
            },
        ),
    ]


def test_each_step_is_told_when_it_begins_and_when_it_is_done() -> None:
    steps = pair(Plug())
    told = [Phase.IDENTIFY, Phase.SCAN, Phase.TIME, Phase.KEY, Phase.WIFI]
    assert [(step.phase, step.done) for step in steps] == [
        (phase, done) for phase in told for done in (False, True)
    ]
    assert {step.phase: step.found for step in steps if step.done} == {
        Phase.IDENTIFY: f"mss310, {UUID}",
        Phase.SCAN: "'MyNet' at 80 %",
        Phase.TIME: "Asia/Qatar",
        Phase.KEY: "192.168.1.10:8883",
        Phase.WIFI: "MyNet",
    }
    assert [step.uuid for step in steps if step.uuid] == [UUID]
    assert KEY.reveal() not in repr(steps)
    assert "correct horse" not in repr(steps)


def test_a_server_that_no_plug_can_use_is_found_out_before_the_plug_is_told_anything() -> None:
    async def prepare(_: Uuid) -> Errand:
        raise PairingFailed("Nothing listens there.", code="port-closed")

    plug = Plug()
    with pytest.raises(PairingFailed):
        pair(plug, prepare=prepare)
    assert {method for method, _, _ in plug.asked} == {"GET"}


def test_nothing_is_told_before_its_step_has_begun() -> None:
    plug = Plug()
    log: list[tuple[Phase, bool, int]] = []
    pair(plug, tell=lambda step: log.append((step.phase, step.done, len(plug.asked))))
    assert log == [
        (Phase.IDENTIFY, False, 0),
        (Phase.IDENTIFY, True, 2),
        (Phase.SCAN, False, 2),
        (Phase.SCAN, True, 3),
        (Phase.TIME, False, 3),
        (Phase.TIME, True, 4),
        (Phase.KEY, False, 4),
        (Phase.KEY, True, 5),
        (Phase.WIFI, False, 5),
        (Phase.WIFI, True, 6),
    ]


def test_a_plug_that_reckons_with_the_sun_is_told_where_it_is() -> None:
    plug = Plug()
    plug.answers[ns.SYSTEM_ABILITY] = {"ability": {ns.SYSTEM_POSITION: {}}}
    home = replace(HOME, position=Position(latitude=40.4, longitude=-3.7))
    steps = pair(plug, home=home)
    assert plug.told(ns.SYSTEM_POSITION) == {"position": {"longitude": -3_700_000, "latitude": 40_400_000}}
    assert "Asia/Qatar, at 40.4,-3.7" in [step.found for step in steps]
    plug = Plug()
    pair(plug, home=home)
    assert ns.SYSTEM_POSITION not in [namespace for _, namespace, _ in plug.asked]


def test_a_plug_that_encrypts_its_password_gets_it_so() -> None:
    plug = Plug(wifi_x=True)
    pair(plug)
    wifi = plug.told(ns.CONFIG_WIFI_X)["wifi"]
    assert (wifi["ssid"], wifi["password"]) == ("TXlOZXQ=", "0gC9jLqeDtZw2/u20PBCjw==")
    assert [namespace for _, namespace, _ in plug.asked if namespace == ns.CONFIG_WIFI] == []


def test_a_hidden_network_is_named_by_ssid_and_password_alone() -> None:
    plug = Plug()
    steps = pair(plug, network=WifiNetwork(ssid="Hidden", password=Secret("correct horse")))
    assert plug.told(ns.CONFIG_WIFI)["wifi"] == {
        "ssid": base64.b64encode(b"Hidden").decode(),
        "password": base64.b64encode(b"correct horse").decode(),
    }
    [scan] = [step for step in steps if step.phase is Phase.SCAN and step.done]
    assert scan.found == "'Hidden' is not in its scan: it is hidden, on 5 GHz only, or too far away"


def test_an_open_network_has_an_empty_password() -> None:
    plug = Plug()
    pair(plug, network=WifiNetwork(ssid="MyNet", password=Secret("")))
    assert plug.told(ns.CONFIG_WIFI)["wifi"]["password"] == ""


def test_what_comes_after_the_key_is_said_with_it() -> None:
    plug = Plug()
    pair(plug)
    assert plug.keys == [(ns.CONFIG_KEY, KEY.reveal())]


def test_two_servers_are_the_first_and_the_second() -> None:
    plug = Plug()
    servers = (GatewayAddress(host="a.example", port=8883), GatewayAddress(host="b.example", port=2001))
    home = HomeToJoin(user_id="10001", key=KEY, servers=servers, timezone="UTC")
    steps = pair(plug, home=home)
    assert plug.told(ns.CONFIG_KEY)["key"]["gateway"] == {
        "host": "a.example",
        "port": 8883,
        "secondHost": "b.example",
        "secondPort": 2001,
        "redirect": 1,
    }
    assert "a.example:8883 and b.example:2001" in [step.found for step in steps]


def test_no_request_is_too_long_for_a_plug() -> None:
    plug = Plug(wifi_x=True)
    home = HomeToJoin(
        user_id="9999999",
        key=KEY,
        servers=(GatewayAddress(host="h" * 64, port=65535),) * 2,
        timezone="Europe/Berlin",
    )
    pair(plug, home=home, network=WifiNetwork(ssid="x" * 32, password=Secret("y" * 64)))
    maker = MessageMaker(key=KEY, sender="http://10.10.10.1/config", new_id=lambda: "0" * 32)
    sizes = {
        namespace: len(encode_message(maker.make(Method(method), namespace, payload, now_s=4)))
        for method, namespace, payload in plug.asked
    }
    assert max(sizes.values()) < 1024, sizes


@pytest.mark.parametrize(
    "refusal",
    [
        DeviceError("The plug refused the signature.", device_code=5001),
        BadSignature("The answer is not signed with this plug's key."),
    ],
)
def test_a_plug_that_belongs_to_somebody_says_so_before_anything_is_set(refusal: Exception) -> None:
    plug = Plug()
    plug.answers[ns.SYSTEM_ALL] = refusal
    with pytest.raises(PairingFailed, match="belongs to a home already") as caught:
        pair(plug)
    assert caught.value.code == "wrong-key"
    assert "Hold its button" in caught.value.hint
    assert [method for method, _, _ in plug.asked] == ["GET"]


def test_another_refusal_is_passed_on() -> None:
    plug = Plug()
    plug.answers[ns.SYSTEM_ABILITY] = DeviceError("The plug does not support it.", device_code=5000)
    with pytest.raises(DeviceError, match="does not support it"):
        pair(plug)


@pytest.mark.parametrize(
    ("namespace", "nonsense"),
    [
        (ns.SYSTEM_ALL, {}),
        (
            ns.SYSTEM_ALL,
            {
                "all": {
                    "system": {"hardware": {"type": "x", "uuid": "not a uuid"}, "firmware": {"version": ""}}
                }
            },
        ),
        (ns.SYSTEM_ALL, Malformed("Not a message: <html>")),
        (ns.SYSTEM_ABILITY, {"ability": 7}),
    ],
)
def test_what_is_no_plug_is_told_nothing(namespace: str, nonsense: Answer) -> None:
    plug = Plug()
    plug.answers[namespace] = nonsense
    with pytest.raises(Malformed, match="is not a Meross plug") as caught:
        pair(plug)
    assert caught.value.hint == "Check the address."
    assert {method for method, _, _ in plug.asked} == {"GET"}


@pytest.mark.parametrize(
    ("namespace", "phase"),
    [
        (ns.SYSTEM_ALL, Phase.IDENTIFY),
        (ns.CONFIG_WIFI_LIST, Phase.SCAN),
        (ns.SYSTEM_TIME, Phase.TIME),
        (ns.CONFIG_KEY, Phase.KEY),
        (ns.CONFIG_WIFI, Phase.WIFI),
    ],
)
def test_a_plug_that_stops_answering_shows_at_which_step(namespace: str, phase: Phase) -> None:
    plug = Plug()
    plug.answers[namespace] = LinkBroken("The plug ended the connection.")
    steps: list[Step] = []
    with pytest.raises(LinkBroken):
        pair(plug, tell=steps.append)
    assert (steps[-1].phase, steps[-1].done) == (phase, False)


class Lossy(Plug):
    """A plug in pairing mode whose answers get lost now and then."""

    def __init__(self, *losses: Exception | None) -> None:
        super().__init__()
        self.losses = list(losses)

    async def request(self, method: Method, namespace: str, payload: object) -> Message:
        answer = await super().request(method, namespace, payload)
        loss = self.losses.pop(0) if self.losses else None
        if loss is not None:
            raise loss
        return answer


def test_what_gets_lost_is_said_again() -> None:
    lost = LinkBroken("The plug ended the connection.")
    plug = Lossy(lost, lost, None, lost)
    pair(plug)
    namespaces = [namespace for _, namespace, _ in plug.asked]
    assert namespaces.count(ns.SYSTEM_ALL) == 3
    assert namespaces.count(ns.SYSTEM_ABILITY) == 2
    assert namespaces.count(ns.CONFIG_WIFI) == 1


def test_a_plug_that_does_not_answer_three_times_is_given_up() -> None:
    plug = Lossy(*[LinkBroken("The plug ended the connection.")] * 3)
    with pytest.raises(LinkBroken):
        pair(plug)
    assert [namespace for _, namespace, _ in plug.asked].count("Appliance.System.All") == 3


@pytest.mark.parametrize(
    "second", [Unreachable("It is gone."), DeviceError("It checks signatures.", device_code=5001), None]
)
def test_a_plug_that_restarts_before_it_answers_may_have_heard(second: Exception | None) -> None:
    reached: list[Uuid] = []

    class Nobody:
        async def look(self, uuid: Uuid) -> Sight:
            reached.append(uuid)
            return Sight(refused_logins=("it came",))

        def reach(self, uuid: Uuid) -> Any:
            raise AssertionError(uuid)

    async def ask() -> None:
        return None

    async def prepare(_: Uuid) -> Errand:
        return Errand(host=Nobody(), server="", ask_plug=ask, clock=LoopClock())

    calm = [None] * 5
    plug = Lossy(*calm, LinkBroken("It ended the connection."), second)
    with pytest.raises(PairingFailed, match="it came"):
        pair(plug, prepare=prepare)
    assert reached == [UUID]


def make(**changes: Any) -> Callable[[], HomeToJoin]:
    told: dict[str, Any] = {"user_id": "10001", "key": KEY, "servers": HOME.servers, "timezone": "UTC"}
    return lambda: HomeToJoin(**{**told, **changes})


@pytest.mark.parametrize(
    ("home", "sentence"),
    [
        (make(servers=()), "one or two MQTT servers"),
        (make(servers=HOME.servers * 3), "one or two MQTT servers"),
        (make(user_id=""), "has a user id"),
        (make(key=Secret("")), "a key of 1 to 32"),
        (make(key=Secret("x" * 33)), "a key of 1 to 32"),
        (make(timezone="Mars/Olympus"), "is not a time zone"),
        (make(timezone="Europe"), "is not a time zone"),
        (make(timezone=""), "is not a time zone"),
    ],
)
def test_a_home_that_no_plug_can_join_is_refused_before_a_plug_hears_of_it(
    home: Callable[[], HomeToJoin], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        home()
