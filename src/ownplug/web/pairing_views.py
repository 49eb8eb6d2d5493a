"""How a pairing is told: the nine stages that people follow, what was found in each, and why it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

StageCode = Literal["find", "identify", "tell", "join", "reach", "secure", "sign-in", "talk", "proof"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardNetwork:
    """A Wi-Fi network that a plug hears; the strongest of its access points."""

    ssid: str
    signal: int | None  # 0 to 100
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlug:
    """A plug in pairing mode."""

    uuid: str
    model: str
    networks: list[HeardNetwork]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearbyPlugs:
    """The networks of plugs that this machine hears, and whether it can join them by itself.

    Attributes:
        can_join: whether it can.
        networks: those of plugs in pairing mode, by name.
        reason: why it cannot, or heard nothing; empty otherwise.
        hint: what to do about that.
    """

    can_join: bool
    networks: list[str] = field(default_factory=list)
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneStep:
    """A step of a pairing that ended well."""

    code: str  # for programs
    phase: str  # in words
    found: str
    after_s: float  # since the beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that was seen: its name for programs, and what."""

    code: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """One of the nine stages of a pairing.

    Attributes:
        code: which, for programs.
        state: how it is.
        began_after_s: since the pairing began; None: it did not, or only its end could be seen.
        ended_after_s: when it ended, well or not.
        facts: what was found, by the code of the step that found it.
    """

    code: StageCode
    state: Literal["waiting", "running", "done", "failed"]
    began_after_s: float | None
    ended_after_s: float | None
    facts: list[Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingFailure:
    """Why a pairing ended: the cause, the evidence, the remedy.

    Attributes:
        code: the cause, for programs.
        message: the evidence, as a sentence.
        hint: the remedy; may be empty.
        stage: where it stopped.
        facts: the evidence, one by one.
        needs_reset: whether the plug may have what it was told and go on trying: its button takes that back.
    """

    code: str
    message: str
    hint: str
    stage: StageCode
    facts: list[Fact]
    needs_reset: bool
