"""Desks in memory that take plugs home and away: what was asked is noted, and nothing done; and their routes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ownplug.core.errors import NotFound
from ownplug.core.secret import Secret
from ownplug.web import (
    BatchLineView,
    BatchView,
    BatchWish,
    DoneStep,
    Fact,
    FoundPlug,
    HeardNetwork,
    MovedPlug,
    MoveView,
    MoveWish,
    NearbyPlugs,
    PairingFailure,
    PairingView,
    PairingWish,
    SightedPlug,
    StageView,
)

NOON = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)
UUID = "1706223411101036000134298f1a2b3c"
FAILURE = PairingFailure(
    code="wifi-password",
    message="It is back.",
    hint="Check it.",
    stage="join",
    facts=[Fact(code="signal-percent", value="70")],
    needs_reset=False,
)
STAGE = StageView(
    code="join",
    state="failed",
    began_after_s=0.5,
    ended_after_s=9.0,
    facts=[Fact(code="connect", value="no\x1b[2J")],
)


class MemoryPairings:
    """One pairing, which failed."""

    def __init__(self, calls: list[str]) -> None:
        self._calls = calls
        self.view = PairingView(
            id="ab12",
            began_at=NOON,
            ended_at=NOON,
            url="http://10.10.10.1",
            timeout_s=90.0,
            state="failed",
            steps=[DoneStep(code="identify", phase="identify the plug", found="mss310", after_s=0.5)],
            stages=[STAGE],
            failure=FAILURE,
        )

    async def look(self, url: str) -> FoundPlug:
        self._calls.append(f"look {url}")
        heard = HeardNetwork(ssid="Home", signal=70, is_open=False)
        return FoundPlug(uuid=UUID, model="mss310", networks=[heard])

    async def nearby(self) -> NearbyPlugs:
        return NearbyPlugs(can_join=True, networks=["Meross_SW_2B3C"])

    def begin(self, wish: PairingWish) -> PairingView:
        by = f"{wish.url} {wish.joins} {wish.join_ssid} {wish.port}".rstrip()
        self._calls.append(
            f"pair {by}: {wish.ssid} {wish.password.reveal()} {wish.name} {wish.switches} {wish.timeout_s:g}"
        )
        return self.view

    def again(self, id_: str, *, ssid: str | None, password: Secret | None) -> PairingView:
        self._calls.append(f"again {id_} {ssid} {password.reveal() if password else None}")
        return self.view

    def all(self) -> list[PairingView]:
        return [self.view]

    def get(self, id_: str) -> PairingView:
        if id_ != self.view.id:
            raise NotFound("There is no such pairing.")
        return self.view

    async def cancel(self, id_: str) -> None:
        self._calls.append(f"cancel {id_}")


class MemoryBatches:
    """One list, whose only plug failed."""

    def __init__(self, calls: list[str]) -> None:
        self._calls = calls
        line = BatchLineView(
            name="lamp",
            room="hall",
            mac="",
            url="",
            state="failed",
            uuid=UUID,
            stages=[STAGE],
            failure=FAILURE,
        )
        self.view = BatchView(id="ba7c", began_at=NOON, state="stopped", lines=[line])

    def begin(self, wish: BatchWish) -> BatchView:
        lines = [f"{line.name}/{line.room}/{line.mac}/{line.url}" for line in wish.lines]
        how = f"{wish.joins} {wish.switches} {wish.timeout_s:g} {wish.idle_s:g}"
        self._calls.append(f"batch {lines} {wish.url} {wish.ssid} {wish.password.reveal()} {how}")
        return self.view

    def all(self) -> list[BatchView]:
        return [self.view]

    def get(self, id_: str) -> BatchView:
        if id_ != self.view.id:
            raise NotFound("There is no such list.")
        return self.view

    def resume(self, id_: str, *, ssid: str | None, password: Secret | None) -> BatchView:
        self._calls.append(f"resume {id_} {ssid} {password.reveal() if password else None}")
        return self.view

    async def stop(self, id_: str) -> BatchView:
        self._calls.append(f"stop {id_}")
        return self.view

    async def forget(self, id_: str) -> None:
        self._calls.append(f"forget {id_}")


class MemoryMoves:
    """A move that stopped after its only plug had come back."""

    def __init__(self, calls: list[str]) -> None:
        self._calls = calls
        plug = MovedPlug(uuid=UUID, name="lamp", address="192.168.1.20", state="returned", why="It is back.")
        self.view = MoveView(
            state="stopped", servers=["hub.lan:8883"], is_roll=False, plugs=[plug], can_resume=True
        )

    async def begin(self, wish: MoveWish) -> MoveView:
        whose = f"{wish.key.reveal() if wish.key else None} {wish.user_id}"
        how = f"{dict(wish.addresses)} {wish.at_once} {wish.timeout_s:g}"
        self._calls.append(f"move {wish.plugs} {wish.servers} {whose} {how}")
        return self.view

    async def get(self) -> MoveView:
        return self.view

    async def resume(self, *, at_once: int, timeout_s: float) -> MoveView:
        self._calls.append(f"resume {at_once} {timeout_s:g}")
        return self.view

    async def stop(self) -> MoveView:
        self._calls.append("stop")
        return self.view

    async def give_up(self) -> None:
        self._calls.append("give up")


class MemoryDiscovery:
    """One plug in each network that is named, else one around."""

    async def search(self, networks: tuple[str, ...], *, per_second: float) -> list[SightedPlug]:
        return [
            SightedPlug(
                uuid=UUID, mac="34:29:8f:1a:2b:3c", address=f"{at} {per_second:g}", name="", whose="other"
            )
            for at in networks or ["around"]
        ]


SHOWN_FAILURE = {
    "code": "wifi-password",
    "message": "It is back.",
    "hint": "Check it.",
    "stage": "join",
    "facts": [{"code": "signal-percent", "value": "70"}],
    "needs_reset": False,
}
SHOWN_STAGE = {
    "code": "join",
    "state": "failed",
    "began_after_s": 0.5,
    "ended_after_s": 9.0,
    "facts": [{"code": "connect", "value": "no\x1b[2J"}],
}
PAIRING = {
    "id": "ab12",
    "began_at": "2025-06-01T12:00:00Z",
    "ended_at": "2025-06-01T12:00:00Z",
    "url": "http://10.10.10.1",
    "port": "",
    "timeout_s": 90.0,
    "state": "failed",
    "code": "",
    "phase": "",
    "uuid": "",
    "steps": [{"code": "identify", "phase": "identify the plug", "found": "mss310", "after_s": 0.5}],
    "stages": [SHOWN_STAGE],
    "failure": SHOWN_FAILURE,
    "remark": "",
}
BATCH = {
    "id": "ba7c",
    "began_at": "2025-06-01T12:00:00Z",
    "ended_at": None,
    "state": "stopped",
    "lines": [
        {
            "name": "lamp",
            "room": "hall",
            "mac": "",
            "url": "",
            "state": "failed",
            "uuid": UUID,
            "stages": [SHOWN_STAGE],
            "failure": SHOWN_FAILURE,
        }
    ],
    "reason": "",
    "hint": "",
}
MOVE = {
    "state": "stopped",
    "servers": ["hub.lan:8883"],
    "is_roll": False,
    "plugs": [
        {
            "uuid": UUID,
            "name": "lamp",
            "address": "192.168.1.20",
            "state": "returned",
            "why": "It is back.",
        }
    ],
    "can_resume": True,
    "began_at": None,
    "ended_at": None,
    "code": "",
    "reason": "",
    "hint": "",
}
LINES = ["lamp/hall/34:29:8f:1a:2b:3c/", "kettle///"]
BEGUN = f"batch {LINES} http://10.10.10.1 Home secret123 True True 90 60"
SIGHTED = {"uuid": UUID, "mac": "34:29:8f:1a:2b:3c", "name": "", "whose": "other"}

# method, path, what is sent, status, what comes back, what was asked for
ROUTES: list[tuple[str, str, Any, int, Any, list[str]]] = [
    (
        "POST",
        "/api/v1/pairings/look",
        {"url": "http://192.168.1.9"},
        200,
        {"uuid": UUID, "model": "mss310", "networks": [{"ssid": "Home", "signal": 70, "is_open": False}]},
        ["look http://192.168.1.9"],
    ),
    (
        "GET",
        "/api/v1/pairings/nearby",
        None,
        200,
        {"can_join": True, "networks": ["Meross_SW_2B3C"], "reason": "", "hint": ""},
        [],
    ),
    (
        "POST",
        "/api/v1/pairings",
        {"ssid": "Home", "password": "secret123", "name": "kettle", "switches": False},
        202,
        PAIRING,
        ["pair http://10.10.10.1 False None: Home secret123 kettle False 90"],
    ),
    (
        "POST",
        "/api/v1/pairings",
        {"ssid": "Home", "join_ssid": "Meross_SW_2B3C", "timeout_s": 30},
        202,
        PAIRING,
        ["pair http://10.10.10.1 True Meross_SW_2B3C: Home   True 30"],
    ),
    (
        "POST",
        "/api/v1/pairings",
        {"ssid": "Home", "port": "/dev/ttyUSB0"},
        202,
        PAIRING,
        ["pair http://10.10.10.1 False None /dev/ttyUSB0: Home   True 90"],
    ),
    ("GET", "/api/v1/pairings", None, 200, {"pairings": [PAIRING]}, []),
    ("GET", "/api/v1/pairings/ab12", None, 200, PAIRING, []),
    ("POST", "/api/v1/pairings/ab12/again", {}, 202, PAIRING, ["again ab12 None None"]),
    (
        "POST",
        "/api/v1/pairings/ab12/again",
        {"ssid": "Cafe", "password": "secret456"},
        202,
        PAIRING,
        ["again ab12 Cafe secret456"],
    ),
    ("DELETE", "/api/v1/pairings/ab12", None, 204, None, ["cancel ab12"]),
    (
        "POST",
        "/api/v1/pairings/batches",
        {
            "plugs": [{"name": "lamp", "room": "hall", "mac": "34:29:8f:1a:2b:3c"}, {"name": "kettle"}],
            "ssid": "Home",
            "password": "secret123",
            "joins": True,
            "idle_s": 60,
        },
        202,
        BATCH,
        [BEGUN],
    ),
    (
        "POST",
        "/api/v1/pairings/batches",
        {
            "plugs": [{"name": "lamp", "url": "http://192.168.1.9"}],
            "ssid": "Home",
            "switches": False,
            "url": "http://192.168.1.1",
        },
        202,
        BATCH,
        ["batch ['lamp///http://192.168.1.9'] http://192.168.1.1 Home  False False 90 300"],
    ),
    ("GET", "/api/v1/pairings/batches", None, 200, {"batches": [BATCH]}, []),
    ("GET", "/api/v1/pairings/batches/ba7c", None, 200, BATCH, []),
    (
        "POST",
        "/api/v1/pairings/batches/ba7c/resume",
        {"password": "secret456"},
        202,
        BATCH,
        ["resume ba7c None secret456"],
    ),
    ("POST", "/api/v1/pairings/batches/ba7c/stop", None, 200, BATCH, ["stop ba7c"]),
    ("DELETE", "/api/v1/pairings/batches/ba7c", None, 204, None, ["forget ba7c"]),
    (
        "POST",
        "/api/v1/moves",
        {"plugs": ["lamp"], "servers": ["mqtts://hub.lan"], "addresses": {"lamp": "10.0.0.2"}, "at_once": 2},
        202,
        MOVE,
        ["move ('lamp',) ('mqtts://hub.lan',) None None {'lamp': '10.0.0.2'} 2 60"],
    ),
    (
        "POST",
        "/api/v1/moves",
        {"all": True, "servers": ["mqtts://a", "mqtts://b"], "key": "k", "user_id": "7", "timeout_s": 5},
        202,
        MOVE,
        ["move None ('mqtts://a', 'mqtts://b') k 7 {} 5 5"],
    ),
    ("GET", "/api/v1/moves", None, 200, {"moves": [MOVE]}, []),
    ("GET", "/api/v1/moves/current", None, 200, MOVE, []),
    ("POST", "/api/v1/moves/current/resume", {"at_once": 1}, 202, MOVE, ["resume 1 60"]),
    ("POST", "/api/v1/moves/current/stop", None, 200, MOVE, ["stop"]),
    ("DELETE", "/api/v1/moves/current", None, 204, None, ["give up"]),
    ("GET", "/api/v1/discovery", None, 200, {"plugs": [SIGHTED | {"address": "around 50"}]}, []),
    (
        "GET",
        "/api/v1/discovery?network=10.0.0.0/30&per_second=5",
        None,
        200,
        {"plugs": [SIGHTED | {"address": "10.0.0.0/30 5"}]},
        [],
    ),
]
