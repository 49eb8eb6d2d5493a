"""One upgrade of a plug's firmware as it goes on: what is told of it in, the next state out. Pure.

What a plug says is taken as progress and never as success: that is only what it tells of its firmware when it has come
back. For the numbers in its reports mean one thing to one published program and another to the next.

Source: protocol notes, 5.11 (1 downloading, 2 done, 3 failed, 4 bad; or 1 done); assumed (that 3 and 4 are an end).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from ownplug.core.errors import DeviceError, OwnplugError
from ownplug.core.identity import Firmware
from ownplug.core.meross.payloads import UpgradeInfo

_OLD_ONE_WORKS = "Its old firmware should work on; look at it with `ownplug firmware show`, then try again."


class UpgradeState(Enum):
    """How far an upgrade is; they come in this order, some may be left out, and none comes back."""

    CHECKING = "checking"
    """The image and the plug are looked at; nothing has been told to the plug."""
    OFFERED = "offered"
    """The plug was told where the image lies."""
    DOWNLOADING = "downloading"
    WRITING = "writing"
    """The plug has the image whole."""
    RESTARTING = "restarting"
    """The plug says that it is done."""
    DONE = "done"
    """It is back, with another firmware."""
    FAILED = "failed"


_ORDER = list(UpgradeState)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeJob:
    """An upgrade at one moment.

    Attributes:
        state: how far it is.
        began_at, changed_at: when it began, and when something last happened.
        size_bytes: of the image.
        before: the firmware that the plug had.
        md5: of the image, once it was checked.
        expected: the version that the image says it is; empty where it does not say.
        percent: how much of the image the plug has, 0 to 100.
        after: the version that the plug came back with; empty until then.
        failure: why it failed.
    """

    state: UpgradeState = UpgradeState.CHECKING
    began_at: datetime
    changed_at: datetime
    size_bytes: int
    before: Firmware
    md5: str = ""
    expected: str = ""
    percent: int = 0
    after: str = ""
    failure: OwnplugError | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {UpgradeState.DONE, UpgradeState.FAILED}

    def reached(self, state: UpgradeState, now: datetime) -> UpgradeJob:
        """Return it in `state`; where it is as far or further already, as it is."""
        if self.is_over or _ORDER.index(state) <= _ORDER.index(self.state):
            return self
        return replace(self, state=state, changed_at=now)

    def fetched(self, percent: int, now: datetime) -> UpgradeJob:
        """Return it with so much of the image fetched; less than before is no news."""
        job = self.reached(UpgradeState.DOWNLOADING, now)
        if job.state is not UpgradeState.DOWNLOADING or percent <= job.percent:
            return job
        return replace(job, percent=min(percent, 100), changed_at=now)

    def reported(self, info: UpgradeInfo, now: datetime) -> UpgradeJob:
        """Return it after a report of the plug; one with a number that nobody knows tells nothing."""
        match info.status:
            case 1:
                job = self.fetched(info.percent, now)
                return job.reached(UpgradeState.WRITING, now) if info.percent >= 100 else job
            case 2:
                return self.reached(UpgradeState.RESTARTING, now)
            case 3:
                return self.failed(
                    DeviceError("The plug says that it could not fetch the image.", hint=_OLD_ONE_WORKS), now
                )
            case 4:
                return self.failed(
                    DeviceError("The plug says that the image is not good.", hint=_OLD_ONE_WORKS), now
                )
            case _:
                return self

    def came_back(self, told: Firmware, now: datetime) -> UpgradeJob:
        """Return it after the plug has connected anew and told its firmware.

        With the old one it may be that only its connection broke; unless it had said that it is done.
        """
        if self.is_over:
            return self
        if told == self.before:
            if self.state is not UpgradeState.RESTARTING:
                return self
            return self.failed(
                DeviceError(
                    f"The plug came back with firmware {told.version}, as before.",
                    hint="Either it did not take the image, or the image is of that very version.",
                ),
                now,
            )
        if self.expected and told.version != self.expected:
            sentence = f"The plug came back with firmware {told.version}, not with {self.expected}."
            return self.failed(DeviceError(sentence), now)
        return replace(self, state=UpgradeState.DONE, percent=100, after=told.version, changed_at=now)

    def failed(self, failure: OwnplugError, now: datetime) -> UpgradeJob:
        """Return it failed; one that is over stays as it is."""
        if self.is_over:
            return self
        return replace(self, state=UpgradeState.FAILED, failure=failure, changed_at=now)
