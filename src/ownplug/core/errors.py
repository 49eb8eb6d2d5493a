"""Every error that ownplug raises on purpose, branched by who must act.

    OwnplugError
        UsageError          the calling code or command is wrong: fix it
        LinkError           the way to the plug or hub: try again, or elsewhere
            Unreachable         nobody answered at that address
                NetworkNotBack      this machine is not back in its own Wi-Fi
                NameUnknown         no such host name
                ConnectionRefused   the host is there, but nothing listens on that port
                NoSuchPort          no such serial port
                PortDenied          a serial port that this user may not open
                PortBusy            a serial port that another program has open
            LinkTimeout         connected, but no answer in time (also a TimeoutError)
            LinkClosed          we closed it ourselves
            LinkBroken          the far side, or the network, ended it
            Restarted           the plug restarted before it answered
        WireError           the far side broke the rules of its language
            Noise               nothing but garbage: another speed, or a bad contact
            Malformed           bytes that are not a message of that language
            BadSignature        a message that was not signed with the key
            Unexpected          a good message at the wrong moment
        DeviceError         the plug understood and said no
        PairingFailed       a plug did not come home; its code is the cause
        HubError            the hub understood and said no
            NotFound            no such plug or user
            Conflict            it exists already, or is in use
            Forbidden           this login may not do that
                WrongLogin          there is no login, or it is wrong
            Locked              a safeguard of the plug forbids it
            Expired             a command that came too late to be carried out
            Changed             somebody else has changed it meanwhile
            TooManyAttempts     logins from there were wrong too often: try again later
            NotKept             the disk takes nothing: make room

`str()` of each is a sentence that a user can act on; `code` is its name for scripts, `hint` what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence


class OwnplugError(Exception):
    """Base of all: catch this to catch every failure that ownplug knows about."""

    code: str = "failed"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(OwnplugError):
    """The calling code or command is wrong."""

    code = "usage"


class LinkError(OwnplugError):
    """The way to the far side failed."""

    code = "link"


class Unreachable(LinkError):
    """Nobody answered at that address."""

    code = "unreachable"


class NetworkNotBack(Unreachable):
    """This machine joined a plug's Wi-Fi, and is not back in its own; the hint is what to type."""

    code = "network-not-back"


class NameUnknown(Unreachable):
    """No such host name."""

    code = "name-unknown"


class ConnectionRefused(Unreachable):
    """The host is there, but nothing listens on that port."""

    code = "port-closed"


class NoSuchPort(Unreachable):
    """No such serial port."""

    code = "no-port"


class PortDenied(Unreachable):
    """This user may not open that serial port."""

    code = "port-denied"


class PortBusy(Unreachable):
    """Another program has that serial port open."""

    code = "port-busy"


class LinkTimeout(LinkError, TimeoutError):
    """The far side is there but did not answer in time."""

    code = "timeout"


class LinkClosed(LinkError):
    """The link was closed by this side."""

    code = "closed"


class LinkBroken(LinkError):
    """The link was ended by the far side or by the network."""

    code = "broken"


class Restarted(LinkError):
    """The plug restarted before it answered."""

    code = "restarted"


class WireError(OwnplugError):
    """The far side broke the rules of its language."""

    code = "wire"


class Noise(WireError):
    """Nothing but garbage comes: another speed, or a bad contact."""

    code = "noise"


class Malformed(WireError):
    """Bytes that are not a message of the language in use."""

    code = "malformed"


class BadSignature(WireError):
    """A message that was not signed with the expected key."""

    code = "bad-signature"


class Unexpected(WireError):
    """A well-formed message at a moment at which it makes no sense."""

    code = "unexpected"


class DeviceError(OwnplugError):
    """The plug understood the request and refused it.

    Attributes:
        device_code: the plug's own number, 5000 and up (5001: wrong key); None on its console, which has none.
    """

    code = "refused"

    def __init__(self, message: str, *, device_code: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.device_code = device_code


class PairingFailed(OwnplugError):
    """A plug was to come home and did not: the sentence is the evidence, the hint the remedy.

    Attributes:
        code: the cause, one of `ownplug.pairing.Cause`.
        facts: what was seen, by the name of each fact for programs; empty where the sentence is all.
    """

    code = "pairing"

    def __init__(
        self, message: str, *, code: str = "pairing", hint: str = "", facts: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.facts = tuple(facts)


class HubError(OwnplugError):
    """The hub understood the request and refused it."""

    code = "hub"


class NotFound(HubError):
    """No such plug, user or thing."""

    code = "not-found"


class Conflict(HubError):
    """It exists already, or is in use."""

    code = "conflict"


class Forbidden(HubError):
    """This login may not do that."""

    code = "forbidden"


class WrongLogin(Forbidden):
    """There is no login, or it is wrong; which half never shows."""

    code = "unauthorized"


class Locked(HubError):
    """A safeguard of the plug forbids it."""

    code = "locked"


class Expired(HubError):
    """A command whose time to live was over before it could be carried out; nothing was done."""

    code = "expired"


class Changed(HubError):
    """Somebody else has changed it since it was read."""

    code = "changed"


class TooManyAttempts(HubError):
    """Logins from there were wrong too often, or too many are being checked: it may come again later.

    Attributes:
        wait_s: after how many seconds; None where nobody can say.
    """

    code = "too-many-attempts"

    def __init__(self, message: str, *, hint: str = "", wait_s: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.wait_s = wait_s


class NotKept(HubError):
    """The disk took nothing, because it is full, read-only or broken; nothing was changed."""

    code = "not-kept"
