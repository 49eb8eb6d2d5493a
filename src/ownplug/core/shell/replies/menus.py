"""The menus: made from the table of commands, in both directions.

Source: seed. On the page only the menu of `meross` has a blank line before its entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ownplug.core.errors import UsageError
from ownplug.core.shell.command_table import COMMANDS, HELP, CommandSpec
from ownplug.core.shell.layout import Flag, Layout, Many, Row
from ownplug.core.shell.replies.shell import Menu, MenuEntry

_NARROWEST = 6
_SPACED = "meross"


def menu_reply(name: str) -> Menu:
    """What the plug answers to the menu `name`: `?`, `meross`, `meross iot ?`.

    Raises:
        UsageError: `name` is no menu.
    """
    if name not in MENU_LAYOUTS:
        raise UsageError(
            f"{name!r} is no menu of the console.", hint=f"These are: {', '.join(MENU_LAYOUTS)}."
        )
    return Menu(
        name=name,
        incomplete=COMMANDS[name].word != HELP,
        entries=tuple(MenuEntry(word=spec.word, help=spec.help) for spec in _entries(name)),
    )


def _entries(name: str) -> list[CommandSpec]:
    menu = COMMANDS[name].menu if COMMANDS[name].word == HELP else name
    return [spec for spec in COMMANDS.values() if spec.menu == menu and spec.is_listed]


def _layout(name: str) -> Layout[Menu]:
    columns = max([_NARROWEST, *(len(spec.word) for spec in _entries(name))])
    entries = Many("entries", MenuEntry, (f"{{word<{columns}}} - {{help}}",))
    blank: tuple[Row, ...] = ("",) if name == _SPACED else ()
    header = Flag("incomplete", "incomplete command, more options:")
    return Layout(Menu, header, *blank, entries, given={"name": name})


MENU_LAYOUTS: Mapping[str, Layout[Menu]] = MappingProxyType(
    {name: _layout(name) for name, spec in COMMANDS.items() if spec.is_menu}
)
"""The layout of each menu by its name."""
