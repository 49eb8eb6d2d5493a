"""The commands of the page, word for word, as a table.

Source: seed (names, help texts, order; the usage of `e2p`, `led`, `test`, and in the author's words of `switch` and
`iot upgrade`), assumed (the usage of `config …` and `?` behind a menu, as in the chip maker's development kit; the
usage of `ping` and `iot log`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

HELP = "?"
"""The word that shows a menu."""

ANY = "*"
"""In `Danger.when`: whatever stands there."""


class Risk(StrEnum):
    """What kind of harm a command can do."""

    MAINS = "mains"  # it drives the relay
    RESTART = "restart"  # the plug goes away for a while
    PAIRING = "pairing"  # it no longer comes home
    SETTINGS = "settings"  # what was set is forgotten
    IDENTITY = "identity"  # it may become another plug, or none
    FIRMWARE = "firmware"  # it may never start again


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """What a command will do, to be said before it is done."""

    risk: Risk
    when: tuple[str, ...] = ()
    """The first arguments for which this holds; `*` is any."""
    says: str

    def fits(self, arguments: tuple[str, ...]) -> bool:
        """Whether a command with these arguments does it."""
        return len(arguments) >= len(self.when) and all(
            want in (ANY, given) for want, given in zip(self.when, arguments, strict=False)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One word behind a command."""

    name: str
    choices: tuple[str, ...] = ()
    """Every word that is right; empty: any."""
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSpec:
    """One command, one menu, or the help of a menu."""

    name: str
    """All its words: `meross iot dbg`."""
    help: str = ""
    """What the menu above says of it."""
    arguments: tuple[Argument, ...] = ()
    usage: tuple[str, ...] = ()
    """What the plug prints when the arguments do not fit; empty: it takes no notice of them."""
    is_menu: bool = False
    is_listed: bool = True
    """Whether the menu above shows it."""
    dangers: tuple[Danger, ...] = ()

    @property
    def menu(self) -> str:
        """The menu it stands in; empty for the first one."""
        return self.name.rpartition(" ")[0]

    @property
    def word(self) -> str:
        """Its last word."""
        return self.name.rpartition(" ")[2]

    def takes(self, arguments: tuple[str, ...]) -> bool:
        """Whether the plug takes these arguments; a command without usage takes any."""
        if not self.usage:
            return True
        needed = sum(not argument.optional for argument in self.arguments)
        return needed <= len(arguments) <= len(self.arguments) and all(
            not argument.choices or word in argument.choices
            for argument, word in zip(self.arguments, arguments, strict=False)
        )


_READ = "config read <group_name> <data_item_name>"
_WRITE = "config write <group_name> <data_item_name> <value>"
_RESET = "config reset <group_name>"
_SHOW = "config show <group_name>"

_GROUP, _ITEM = Argument(name="group_name"), Argument(name="data_item_name")
_ON_OFF = ("on", "off")

_TABLE = (
    CommandSpec(name="?", help="show the comands available", is_menu=True),
    CommandSpec(name="ip", help="show current IP config"),
    CommandSpec(name="stat", help="show statistics"),
    CommandSpec(name="meross", help="meross module tools", is_menu=True),
    CommandSpec(name="meross hw", help="hardware info"),
    CommandSpec(name="meross fw", help="firmware info"),
    CommandSpec(name="meross net", help="network info"),
    CommandSpec(name="meross task", help="task info"),
    CommandSpec(name="meross mem", help="heap info"),
    CommandSpec(name="meross time", help="time info"),
    CommandSpec(name="meross sun", help="suncal info"),
    CommandSpec(
        name="meross e2p",
        help="e2p info",
        arguments=(
            Argument(name="item", choices=("uuid", "mac")),
            Argument(name="value", optional=True),
        ),
        usage=(
            "meross e2p uuid               - read uuid",
            "meross e2p uuid {uuid}        - write uuid",
            "meross e2p mac                - read mac",
            "meross e2p mac  {mac}         - write mac",
        ),
        dangers=(
            Danger(
                risk=Risk.IDENTITY,
                when=("uuid", ANY),
                says="This writes a new uuid: servers and apps will take the plug for another one.",
            ),
            Danger(
                risk=Risk.IDENTITY,
                when=("mac", ANY),
                says="This writes a new MAC address: its login and its place in the network change with it.",
            ),
        ),
    ),
    CommandSpec(
        name="meross ping",
        help="ping tool",
        arguments=(Argument(name="host"),),
        usage=("meross ping host",),
    ),
    CommandSpec(name="meross power", help="energy info"),
    CommandSpec(name="meross scan", help="scan wifi"),
    CommandSpec(
        name="meross switch",
        help="switch",
        arguments=(Argument(name="uuid"), Argument(name="state", choices=_ON_OFF)),
        usage=("meross switch <uuid> on/off",),
        dangers=(
            Danger(
                risk=Risk.MAINS,
                when=(ANY, ANY),
                says="This drives the relay: what is plugged in goes on or off. It needs mains, and mains and "
                "the serial adapter must never be connected together.",
            ),
        ),
    ),
    CommandSpec(
        name="meross led",
        help="status led",
        arguments=(
            Argument(name="colour", choices=("red", "green")),
            Argument(name="state", choices=("on", "off", "quick", "slow")),
        ),
        usage=("meross led red/green on/off/quick/slow",),
    ),
    CommandSpec(
        name="meross crash",
        help="crash test",
        dangers=(
            Danger(risk=Risk.RESTART, says="This crashes the firmware; the watchdog then restarts the plug."),
        ),
    ),
    CommandSpec(
        name="meross fac",
        help="fac info",
        arguments=(Argument(name="mode", choices=("0", "1"), optional=True),),
        dangers=(
            Danger(
                risk=Risk.SETTINGS,
                when=("1",),
                says="This sets factory mode: from the next start on the light flashes red and the plug serves "
                "nobody. Only the console leads out: `meross fac 0`, then `reboot`.",
            ),
        ),
    ),
    CommandSpec(
        name="meross test",
        help="hw test",
        arguments=(
            Argument(name="part", choices=("relay",)),
            Argument(name="count"),
            Argument(name="interval"),
        ),
        usage=("meross test relay count interval",),
        dangers=(
            Danger(
                risk=Risk.MAINS,
                when=("relay", ANY, ANY),
                says="This clicks the relay again and again: what is plugged in goes on and off. It needs mains, "
                "and mains and the serial adapter must never be connected together.",
            ),
        ),
    ),
    CommandSpec(name="meross iot", help="iot command", is_menu=True),
    CommandSpec(name="meross iot status", help="show status"),
    CommandSpec(
        name="meross iot unbind",
        help="unbind",
        dangers=(
            Danger(
                risk=Risk.PAIRING,
                says="This forgets the network, the server and the key, and restarts the plug in pairing mode.",
            ),
        ),
    ),
    CommandSpec(
        name="meross iot upgrade",
        help="upgrade",
        arguments=(Argument(name="url"),),
        usage=("meross iot upgrade <url>",),
        dangers=(
            Danger(
                risk=Risk.FIRMWARE,
                when=(ANY,),
                says="This replaces the firmware by whatever lies at that URL; a wrong image can end the plug.",
            ),
        ),
    ),
    CommandSpec(name="meross iot rule", help="show rules"),
    CommandSpec(
        name="meross iot log",
        help="log on|off",
        arguments=(Argument(name="state", choices=_ON_OFF),),
        usage=("log on|off",),
    ),
    CommandSpec(name="meross iot dbg", help="show debug"),
    CommandSpec(name="config", help="user config read/write/reset/show", is_menu=True),
    CommandSpec(name="config read", help=_READ, arguments=(_GROUP, _ITEM), usage=(_READ,)),
    CommandSpec(
        name="config write",
        help=_WRITE,
        arguments=(_GROUP, _ITEM, Argument(name="value")),
        usage=(_WRITE,),
        dangers=(
            Danger(
                risk=Risk.IDENTITY,
                when=("factory", ANY, ANY),
                says="This changes what the factory wrote: the plug may become another one, or none.",
            ),
        ),
    ),
    CommandSpec(
        name="config reset",
        help=_RESET,
        arguments=(Argument(name="group_name", optional=True),),
        usage=(_RESET,),
        dangers=(
            Danger(
                risk=Risk.IDENTITY,
                when=("factory",),
                says="This forgets what the factory wrote: uuid, MAC address and market.",
            ),
            Danger(
                risk=Risk.SETTINGS,
                when=(ANY,),
                says="This brings every setting of the group back to its default.",
            ),
            Danger(
                risk=Risk.IDENTITY,
                says="This brings every setting of every group back to its default, uuid and MAC address included.",
            ),
        ),
    ),
    CommandSpec(
        name="config show",
        help=_SHOW,
        arguments=(Argument(name="group_name", optional=True),),
        usage=(_RESET,),  # a slip of the development kit: the usage of another command
    ),
    CommandSpec(name="reboot", help="reboot"),
    CommandSpec(name="ver", help="f/w ver"),
    *(
        CommandSpec(name=f"{menu} ?", is_menu=True, is_listed=False)
        for menu in ("meross", "meross iot", "config")
    ),
)

COMMANDS: Mapping[str, CommandSpec] = MappingProxyType({spec.name: spec for spec in _TABLE})
"""Every command by its name, in the order of the page."""
