"""Why a plug that was told to come home does not: what is seen of it, and what that means.

A plug says nothing about its own failure. There are two witnesses: the server that it should come to, and the plug
itself where it can still be asked, on its access point or on the network. Pure: what they saw goes in, a diagnosis
comes out.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import Enum

from ownplug.core.errors import PairingFailed

# A plug asks every two seconds and gives up after ten. Source: protocol notes, 4.5.
_PATIENT_QUESTIONS = 5
# A first handshake may fail by chance.
_FAILED_HANDSHAKES = 2


class Cause(Enum):
    """What went wrong: its name for scripts, and what to do about it."""

    WIFI_PASSWORD = "wifi-password", "Check the Wi-Fi password, upper and lower case too, and pair again."
    WIFI_ABSENT = (
        "wifi-absent",
        "Plugs hear 2.4 GHz only: check the network's name and that it has that band, and bring the plug nearer.",
    )
    NAME_UNKNOWN = (
        "name-unknown",
        "Give the hub an address instead of a name: `ownplug hub run --advertise 192.168.1.10`, then pair again.",
    )
    PORT_CLOSED = (
        "port-closed",
        "Check that the server runs, that it listens on that port, and that no firewall is between it and the plug.",
    )
    NOT_TLS = (
        "not-tls",
        "Plugs speak MQTT over TLS only: name the server's TLS port, often 8883.",
    )
    TLS_REFUSED = (
        "tls-refused",
        "`ownplug doctor tls HOST:PORT` tells which part of TLS it is: the version, the ciphers or the certificate.",
    )
    LOGIN_REFUSED = (
        "login-refused",
        "The server must know this plug's login: check key and user id, or let `ownplug hub run` be the server.",
    )
    CLOCK_UNANSWERED = (
        "clock-unanswered",
        "Something must answer a plug's System.Clock there, as `ownplug hub run` does; is its way back free?",
    )
    BIND_UNANSWERED = (
        "bind-unanswered",
        "Something must answer a plug's Control.Bind there, as `ownplug hub run` does; is its way back free?",
    )
    WRONG_KEY = (
        "wrong-key",
        "Hold its button for five seconds until it blinks green and orange, then pair again.",
    )
    NO_TIME = (
        "no-time",
        (
            "It wants the time of the internet first: let pool.ntp.org lead to a time server in your network, such as"
            " the hub's (docs/time.md). Or a firewall is between it and the server."
        ),
    )
    UNSEEN = (
        "unseen",
        (
            "Look at its light. Green and orange in turn: it could not join the network, so check name and password."
            " Green blinking: it cannot reach the server."
        ),
    )

    @property
    def code(self) -> str:
        """Its name for scripts."""
        return self.value[0]

    @property
    def remedy(self) -> str:
        """What to do."""
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the server saw of a plug since it was told to come.

    Attributes:
        address: where it came from; empty while it has not come.
        clock_questions: how often it asked for the time.
        binds: how often it said what it is.
        has_told_meter: whether it told how its meter is set.
        answers_clock: whether somebody answers the first kind of question there; None: nobody can tell.
        answers_bind: the same of the second.
        refused_logins: why its login was refused, each time.
        failed_handshakes: why TLS failed with somebody, each time; it may have been another.
    """

    address: str = ""
    clock_questions: int = 0
    binds: int = 0
    has_told_meter: bool = False
    answers_clock: bool | None = True
    answers_bind: bool | None = True
    refused_logins: tuple[str, ...] = ()
    failed_handshakes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What the plug itself said of its state, by HTTP.

    Attributes:
        is_pairing: it belongs to nobody again.
        refuses_key: it has another key than the one that it was given.
        trace: its own record of the last attempt to join a network; empty where it has none.
        hears: whether it hears the network now; None: it does not say.
        signal: how well, 0 to 100; None: not at all, or it does not say.
        knows_time: whether its clock is set.
    """

    is_pairing: bool = False
    refuses_key: bool = False
    trace: str = ""
    hears: bool | None = None
    signal: int | None = None
    knows_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a plug was told to go."""

    ssid: str
    host: str
    port: int
    was_heard: bool  # the network, in the plug's first scan

    @property
    def server(self) -> str:
        """The server as people write it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def failure(cause: Cause, evidence: str) -> PairingFailed:
    """Return the error that says so."""
    return PairingFailed(evidence, code=cause.code, hint=cause.remedy)


def facts(sight: Sight, word: Word | None, target: Target) -> list[tuple[str, str]]:
    """Return what the witnesses saw, one by one: the name of each fact for programs, and its value."""
    told = {
        "server": target.server,
        "came-from": sight.address,
        "clock-questions": _count(sight.clock_questions),
        "binds": _count(sight.binds),
        "failed-handshakes": _count(len(sight.failed_handshakes)),
        "refused-logins": _count(len(sight.refused_logins)),
    }
    if word is not None:
        told |= {
            "hears-network": {True: "yes", False: "no", None: ""}[word.hears],
            "signal-percent": "" if word.signal is None else str(word.signal),
            "own-record": word.trace,
            "is-pairing": "yes" if word.is_pairing else "no",
            "knows-time": "yes" if word.knows_time else "no",
        }
    return [(name, value) for name, value in told.items() if value]


def diagnose(sight: Sight, word: Word | None, target: Target) -> PairingFailed | None:
    """Return what has certainly gone wrong; None as long as all may still be well."""
    if sight.refused_logins:
        return failure(
            Cause.LOGIN_REFUSED, f"It reached {target.server} and was refused: {sight.refused_logins[-1]}."
        )
    if not sight.address and len(sight.failed_handshakes) >= _FAILED_HANDSHAKES:
        return failure(
            Cause.TLS_REFUSED,
            f"It reached {target.server}, and TLS failed {len(sight.failed_handshakes)} times: "
            f"{_first_sentence(sight.failed_handshakes[-1])}",
        )
    if word is not None and word.refuses_key:
        return failure(Cause.WRONG_KEY, "It has another key than the one that it was given.")
    has_left = word is not None and word.is_pairing
    if sight.address and (has_left or _is_stuck(sight)):
        return _unanswered(sight, target)
    if word is not None and has_left:
        return _not_joined(word, target)
    return None


def last_guess(sight: Sight, word: Word | None, target: Target, waited_s: float) -> PairingFailed:
    """Return what is most likely wrong with a plug that has not come in all this time."""
    if sight.address:
        return _unanswered(sight, target)
    since = f"Nothing of it was seen at {target.server} within {waited_s:.0f} seconds"
    if sight.failed_handshakes:
        why = _first_sentence(sight.failed_handshakes[-1])
        return failure(Cause.TLS_REFUSED, f"{since} but a failed handshake: {why}")
    if word is not None:
        return _stuck_on_the_network(word, target)
    if not target.was_heard:
        return failure(Cause.WIFI_ABSENT, f"{since}, and it did not hear {target.ssid!r} before.")
    return failure(Cause.UNSEEN, f"{since}, and it does not answer any more where it was paired.")


def _is_stuck(sight: Sight) -> bool:
    """Whether it repeats itself as one does that hears no answer."""
    if sight.binds:
        return sight.binds > 1
    return sight.clock_questions >= _PATIENT_QUESTIONS


def _unanswered(sight: Sight, target: Target) -> PairingFailed:
    """It came, talked, and is not at home."""
    if sight.binds:
        cause, answered, said = Cause.BIND_UNANSWERED, sight.answers_bind, f"said Bind {_times(sight.binds)}"
    else:
        cause, answered = Cause.CLOCK_UNANSWERED, sight.answers_clock
        said = f"asked for the time {_times(sight.clock_questions)}"
    heard = "the answers do not reach it" if answered else "nobody answers there"
    return failure(cause, f"It came to {target.server} from {sight.address} and {said}, but {heard}.")


def _not_joined(word: Word, target: Target) -> PairingFailed:
    """It is back in pairing mode and never came."""
    record = f" Its own record says: {word.trace}." if word.trace else ""
    if not (target.was_heard if word.hears is None else word.hears):
        return failure(
            Cause.WIFI_ABSENT, f"It is back in pairing mode, and does not hear {target.ssid!r}.{record}"
        )
    strength = f" at {word.signal} %" if word.signal is not None else ""
    hears = f"hears {target.ssid!r}{strength}" if word.hears else f"heard {target.ssid!r} before"
    return failure(Cause.WIFI_PASSWORD, f"It is back in pairing mode, though it {hears}.{record}")


def _stuck_on_the_network(word: Word, target: Target) -> PairingFailed:
    """It joined the network, and no connection came.

    What is common goes before what is rare: the server was tried from here, so a firewall between it and the plug
    is the last thing to think of.
    """
    silent = f"It is in the network, and no connection of it comes in at {target.server}"
    if not _is_address(target.host):
        return failure(Cause.NAME_UNKNOWN, f"{silent}: it seems not to find that name.")
    if not word.knows_time:
        return failure(Cause.NO_TIME, f"{silent}: it does not know the time yet, and seems to wait for it.")
    return failure(Cause.PORT_CLOSED, f"{silent}, though it knows the time and the address.")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _first_sentence(text: str) -> str:
    """Without what the client offered, which fills a page and is in the hub's log."""
    return text.partition(". ")[0].removesuffix(".") + "."


def _count(count: int) -> str:
    return str(count) if count else ""


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
