"""A serial console in memory behind the real web interface: one port, of which the hub notes what was asked."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

from ownplug.core.errors import NotFound
from ownplug.web import (
    ConsoleJobView,
    ConsoleTalk,
    LightMeaning,
    LightView,
    PortView,
    RestorePlanView,
    RestoreWish,
    SettingDifference,
    StartView,
    StoredSetting,
)

NOON = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)
PORT = "tty-1a2b3c"


class MemoryConsole:
    """One port whose plug does what it is told.

    Args:
        calls: what was asked of it, for the test.
    """

    def __init__(self, calls: list[str]) -> None:
        self._calls = calls

    async def ports(self) -> list[PortView]:
        return [PortView(id=PORT, name="/dev/ttyUSB0", description="CP2102", origin="machine", is_open=True)]

    def talk(self, port: str, /, *, show_secrets: bool) -> AbstractAsyncContextManager[ConsoleTalk]:
        raise NotFound("Nobody talks to this one.")

    async def settings(self, port: str, /, *, show_secrets: bool) -> list[StoredSetting]:
        self._check(port)
        value = "hunter22" if show_secrets else "***"
        return [StoredSetting(key="STA:WpaPsk", value=value, meaning="Password.", is_secret=True)]

    async def snapshot(self, port: str, /, *, show_secrets: bool) -> dict[str, Any]:
        self._check(port)
        origin = {"tool": "ownplug", "taken_at": NOON.isoformat(), "port": "/dev/ttyUSB0", "plug": {}}
        failure = {"code": "timeout", "message": "It was silent.", "hint": ""}
        parts = {"hardware": {"model": "mss310"}}
        return {
            "snapshot": 1,
            **origin,
            "secrets": "shown" if show_secrets else "masked",
            "parts": parts,
            "failures": {"sun": failure},
        }

    async def backup(self, port: str, /) -> bytes:
        self._check(port)
        return b'{"backup": 1}\n'

    async def differences(self, port: str, file: bytes, /, *, show_secrets: bool) -> list[SettingDifference]:
        self._check(port)
        self._calls.append(f"compare {file!r}")
        return [SettingDifference(key="STA:Ssid", plug="Home", file=None, meaning="Network.")]

    async def plan_restore(self, port: str, wish: RestoreWish, /) -> RestorePlanView:
        self._check(port)
        self._calls.append(f"plan {wish.file!r} {wish.reset} {wish.any_plug}")
        return RestorePlanView(resets=["STA"], changes=[], left=[], is_whole=True, word="restore")

    async def restore(self, port: str, wish: RestoreWish, /, *, word: str) -> ConsoleJobView:
        self._check(port)
        self._calls.append(f"restore {wish.file!r} {word}")
        return _job("restore")

    async def leave_factory(self, port: str, /) -> ConsoleJobView:
        self._check(port)
        self._calls.append("leave factory")
        return _job("leave-factory")

    async def watch_start(self, port: str, /, *, reboots: bool) -> ConsoleJobView:
        self._check(port)
        self._calls.append(f"watch start {reboots}")
        return _job("start")

    async def start(self, port: str, /) -> StartView | None:
        self._check(port)
        return StartView(
            at=NOON,
            phases=["brom"],
            reset_reason="HAL_WDT_NONE_RESET",
            platform=None,
            mac=None,
            own_network=None,
            timers=None,
            auto_offs=None,
            stage=None,
            light=None,
            logs=1,
            damaged=0,
            unexplained=["\x1b[2J"],
        )

    async def light(self, port: str, /) -> LightView:
        self._check(port)
        return LightView(stage=None, light=None, meanings=[LightMeaning(stage="starting", light="off")])

    async def drive_light(self, port: str, /, *, colour: str, state: str) -> None:
        self._check(port)
        self._calls.append(f"light {colour} {state}")

    async def job(self, port: str, /) -> ConsoleJobView | None:
        self._check(port)
        return _job("start")

    async def cancel(self, port: str, /) -> None:
        self._check(port)
        self._calls.append("cancel job")

    def _check(self, port: str) -> None:
        if port != PORT:
            raise NotFound("There is no such serial port.")


def _job(kind: Any) -> ConsoleJobView:
    return ConsoleJobView(id="ab12", kind=kind, began_at=NOON, what="reboot", done=1, of=4)
