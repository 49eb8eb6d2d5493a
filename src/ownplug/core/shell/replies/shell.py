"""Replies of the shell itself: menus, usage, refusals, and the commands of the first level."""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.shell.layout import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """One line of a menu."""

    word: str | None
    help: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Reply):
    """A menu: after `?`, or after its name without a choice (then it calls that incomplete).

    Source: seed. (`Commands` above the page's first menu is a heading of the page.)
    """

    name: str
    """Of the command that shows it: `?`, `meross`, `meross iot ?`."""
    incomplete: bool
    entries: tuple[MenuEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(Reply):
    """How a command is used, for its arguments do not fit. Source: seed (`e2p`, `led`, `test`)."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKnown(Reply):
    """There is no such command. Source: assumed (the development kit's words)."""

    word: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet(Reply):
    """A command that prints nothing of its own: `ping` (its log lines tell), `led`, `test`. Source: seed, assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One network interface: `lo0`, `ap1` (the plug's own network), `st2` (as a station)."""

    name: str | None
    mode: str | None
    """`static` or `dhcp`."""
    address: str | None
    netmask: str | None
    gateway: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IpConfig(Reply):
    """`ip`. Source: seed; assumed (`dhcp`, the development kit's)."""

    interfaces: tuple[Interface, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What one protocol has counted."""

    name: str | None
    """LINK, ETHARP, IP, ICMP, UDP, TCP."""
    sent: int | None
    received: int | None
    forwarded: int | None
    dropped: int | None
    checksum_errors: int | None
    length_errors: int | None
    memory_errors: int | None
    routing_errors: int | None
    protocol_errors: int | None
    option_errors: int | None
    other_errors: int | None
    cache_hits: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics(Reply):
    """`stat`. Source: assumed (the counters of lwIP, as lwIP prints them)."""

    protocols: tuple[Counters, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions(Reply):
    """`ver`. Source: seed."""

    sdk: str | None
    """Of the program on the main core: `SDK_V4.6.2`."""
    wifi: str | None
    """Of the program on the Wi-Fi core: `20170823172833`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarting(Reply):
    """`reboot`, before the boot output. Source: assumed (the development kit's words)."""
