"""What is made to go wrong with a virtual plug: at its console, in its network, in its firmware."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ownplug.core.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Everything that is wrong; by default nothing is. Each fault is told in `FAULTS`."""

    chatter: float = 0.0
    garble: float = 0.0
    loss: float = 0.0
    delay: float = 0.0
    stall: float = 0.0
    half_open: float = 0.0
    tls: float = 0.0
    dns: float = 0.0
    clock: float = 0.0
    no_clock: float = 0.0
    no_bind: float = 0.0
    reboot: float = 0.0
    torn_write: float = 0.0
    broken_download: float = 0.0
    late_day: float = 0.0
    shuffle: float = 0.0

    def __str__(self) -> str:
        """As `--fault` takes them, such as `loss=0.1 no-bind=1`; empty without any."""
        return " ".join(
            f"{name}={value:g}" for name, fault in FAULTS.items() if (value := getattr(self, fault.field))
        )


_IF_THERE = "1: "  # how the words of a fault without an amount begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: the values that it takes, the one that it has when none is named, and what it does."""

    field: str
    lowest: float = 0.0
    highest: float = 1.0
    unsaid: float = 1.0
    about: str

    @property
    def is_switch(self) -> bool:
        """Whether it is there or not; else its value says how much of it."""
        return self.about.startswith(_IF_THERE)

    @property
    def effect(self) -> str:
        """What it does when it is there, as a sentence."""
        said = self.about.removeprefix(_IF_THERE)
        return f"{said[:1].upper()}{said[1:]}"


def _shown(field: str) -> str:
    return field.replace("_", "-")


FAULTS: Mapping[str, Fault] = {
    _shown(fault.field): fault
    for fault in (
        Fault(
            field="chatter",
            highest=100,
            unsaid=10,
            about="Lines of other tasks on the serial console, in a second of the plug's time. They fall where they"
            " fall: between the bytes of a reply, of the echo, of another line. The wire carries about 130.",
        ),
        Fault(
            field="garble",
            unsaid=0.1,
            about="Share of these lines that are cut off, and take the rest of the line with them in which they fell.",
        ),
        Fault(
            field="loss",
            unsaid=0.1,
            about="Share of messages that are lost, each way, by HTTP and MQTT: a request by HTTP is dropped without an"
            " answer. (What TCP loses it sends again, so a lost packet is a stall.)",
        ),
        Fault(field="delay", highest=60, unsaid=0.5, about="Seconds that each message is late, each way."),
        Fault(
            field="stall",
            highest=59,
            unsaid=15,
            about="Seconds of each minute in which nothing crosses the network; it comes afterwards, in order.",
        ),
        Fault(
            field="half_open",
            about="1: whenever the plug ends a connection to its server, the server is not told.",
        ),
        Fault(
            field="tls",
            about="1: the plug refuses its server's certificate and breaks off the TLS handshake.",
        ),
        Fault(field="dns", about="1: no name is known; addresses work."),
        Fault(
            field="clock",
            lowest=-315_360_000,
            highest=315_360_000,
            unsaid=3600,
            about="Seconds by which its clock is wrong from the next time on that somebody sets it.",
        ),
        Fault(field="no_clock", about="1: answers to its questions for the time do not get through."),
        Fault(field="no_bind", about="1: acknowledgements of its bind do not get through."),
        Fault(
            field="reboot",
            highest=86_400,
            unsaid=60,
            about="It starts again every so many seconds of its time.",
        ),
        Fault(
            field="torn_write",
            about="1: the setting that was written last is back at its default when the power is cut.",
        ),
        Fault(
            field="broken_download",
            unsaid=0.5,
            about="Share of a firmware image after which its download breaks off.",
        ),
        Fault(
            field="late_day",
            highest=3600,
            unsaid=300,
            about="Seconds after midnight for which the new day still has the energy of the day before in it, as"
            " `mss310r@2.1.4` does.",
        ),
        Fault(field="shuffle", about="1: `ConsumptionX` lists the days in no order."),
    )
}


def parse_faults(texts: Iterable[str], *, before: Faults | None = None) -> Faults:
    """Read `NAME=VALUE`, or `NAME` for a value that is worth a try; of two of one name the last counts.

    Args:
        texts: what to read.
        before: faults that stay as they are where no text names them.

    Raises:
        UsageError: there is no fault of that name, or the value is none.
    """
    faults = before or Faults()
    for text in texts:
        name, has_value, value = text.partition("=")
        fault = FAULTS.get(name)
        if fault is None:
            raise UsageError(
                f"There is no fault {name!r}.", hint=f"These exist: {', '.join(FAULTS)}; as in chatter=10."
            )
        chosen = _number(text, value, fault) if has_value else fault.unsaid
        faults = replace(faults, **{fault.field: chosen})
    return faults


def _number(text: str, value: str, fault: Fault) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not fault.lowest <= number <= fault.highest:
        raise UsageError(f"{text!r}: the value is a number from {fault.lowest:g} to {fault.highest:g}.")
    return number
