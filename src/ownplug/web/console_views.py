"""What the API asks of serial consoles, and what it is told: the port behind `web.console`.

What does the work is joined by `ownplug.app`, for nothing here may know the room of consoles.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from ownplug.aio import Subscription

Line = dict[str, Any]
"""What a plug printed, as JSON: `at`, `kind`, `text`, and what it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortView:
    """A serial port that may be opened.

    Attributes:
        id: for URLs; the same adapter keeps it.
        name: what opens it.
        description: what it is, in words; may be empty.
        origin: whether this machine has it, the owner configured it, or a virtual plug offers it.
        is_open: whether the hub has it open. Whether another program has, only opening it tells.
        job: what is being done on it; empty: nothing.
    """

    id: str
    name: str
    description: str
    origin: Literal["machine", "configured", "virtual"]
    is_open: bool = False
    job: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleDanger:
    """What a command could do, and the word that has to be typed for it."""

    risk: str
    says: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleAnswer:
    """What came of a command: the reply as JSON; or the danger, and nothing was sent.

    Attributes:
        command: without secrets.
        reply: its attributes by name.
        restarted: the plug restarted instead of coming back to its prompt.
        danger: why nothing was sent.
    """

    command: str
    reply: dict[str, Any] = field(default_factory=dict)
    restarted: bool = False
    danger: ConsoleDanger | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSetting:
    """One setting of a plug; a value that is secret is `***` unless asked for."""

    key: str
    value: str | None
    meaning: str
    is_secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingDifference:
    """One setting that is not the same: on the plug, and in the file. Null where a side has none."""

    key: str
    plug: str | None
    file: str | None
    meaning: str
    why_left: str = ""
    """In a plan: why it stays as it is: `identity`, `calibration`, `absent`, `empty`, `losing`, `untypable`."""
    loses: str = ""
    """With `losing`: the setting that a reset of the group would lose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreWish:
    """What shall be given back, and what of it may be touched."""

    file: bytes
    any_plug: bool
    identity: bool
    calibration: bool
    reset: bool
    partial: bool
    show_secrets: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlanView:
    """What a restore would do.

    Attributes:
        resets: groups that are reset first.
        changes: what is written then.
        left: what stays different, each with its reason.
        is_whole: whether everything that was asked for can be done.
        word: what has to be typed to do it.
    """

    resets: list[str]
    changes: list[SettingDifference]
    left: list[SettingDifference]
    is_whole: bool
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleFailure:
    """Why a job ended without its end."""

    code: str
    message: str
    hint: str


@dataclass(slots=True, kw_only=True)
class ConsoleJobView:
    """A longer job on a port as it is now.

    Attributes:
        what: the step that is being done, in words.
        done: steps of this stretch that are done, of `of`.
        breaks: how often the wire broke, or the plug restarted, meanwhile.
        result: what came of it, once it is done.
    """

    id: str
    kind: Literal["restore", "leave-factory", "start"]
    began_at: datetime
    state: Literal["running", "done", "failed"] = "running"
    what: str = ""
    done: int = 0
    of: int = 0
    breaks: int = 0
    result: dict[str, Any] | None = None
    failure: ConsoleFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartView:
    """What a start of the plug has told; null where it has not. `at` is when it was over."""

    at: datetime
    phases: list[str]
    reset_reason: str | None
    platform: str | None
    mac: str | None
    own_network: bool | None
    timers: int | None
    auto_offs: int | None
    stage: str | None
    light: str | None
    logs: int
    damaged: int
    unexplained: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LightMeaning:
    """What the light shows in one stage of a plug's life."""

    stage: str
    light: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LightView:
    """How far a plug has come and what its light shows then; null: its console has not told since it was opened."""

    stage: str | None
    light: str | None
    meanings: list[LightMeaning]


class ConsoleTalk(Protocol):
    """One browser at the console of a plug; others may be there, too."""

    @property
    def lines(self) -> Subscription[Line]:
        """Everything that the plug prints, and what is typed to it; ends with the wire."""

    async def run(self, line: str, /, *, word: str) -> ConsoleAnswer:
        """Type a command; a dangerous one only with its word."""

    async def find_prompt(self) -> None:
        """Press Enter until the shell waits for a command."""

    def check(self) -> None:
        """Raise what ended the wire, if it has ended."""


class ConsoleDoor(Protocol):
    """What the API needs for serial consoles. Errors are `ownplug.core.errors`; a port is told by its id."""

    async def ports(self) -> list[PortView]:
        """Return the ports that may be opened."""

    def talk(self, port: str, /, *, show_secrets: bool) -> AbstractAsyncContextManager[ConsoleTalk]:
        """Open the console for a browser, or join those who have it open."""

    async def settings(self, port: str, /, *, show_secrets: bool) -> list[StoredSetting]:
        """Read every setting."""

    async def snapshot(self, port: str, /, *, show_secrets: bool) -> dict[str, Any]:
        """Ask for everything that the plug tells."""

    async def backup(self, port: str, /) -> bytes:
        """Read every setting into a file, secrets too."""

    async def differences(self, port: str, file: bytes, /, *, show_secrets: bool) -> list[SettingDifference]:
        """Compare the plug with the file of a backup."""

    async def plan_restore(self, port: str, wish: RestoreWish, /) -> RestorePlanView:
        """Tell what a restore would do; nothing is written."""

    async def restore(self, port: str, wish: RestoreWish, /, *, word: str) -> ConsoleJobView:
        """Begin to give a backup back."""

    async def leave_factory(self, port: str, /) -> ConsoleJobView:
        """Begin to lead a plug out of factory mode."""

    async def watch_start(self, port: str, /, *, reboots: bool) -> ConsoleJobView:
        """Begin to follow the next start: one that is asked for, or one that somebody causes."""

    async def start(self, port: str, /) -> StartView | None:
        """Return what the last start told that the hub has seen since it opened the port."""

    async def light(self, port: str, /) -> LightView:
        """Return what the light shows."""

    async def drive_light(self, port: str, /, *, colour: str, state: str) -> None:
        """Let the light show something else, until the firmware drives it again."""

    async def job(self, port: str, /) -> ConsoleJobView | None:
        """Return the job that runs on a port, or was the last."""

    async def cancel(self, port: str, /) -> None:
        """Give the job up, or forget it."""
