"""`docs/console.md`: the commands and the settings of a plug's serial console."""

from __future__ import annotations

import re
from collections.abc import Iterator

from devtools.markdown import page, table
from ownplug.core.shell import COMMANDS, GROUPS, CommandSpec, Danger, OwnValue, Setting, settings_of
from ownplug.core.shell.command_table import ANY
from ownplug.core.shell.replies import REPLIES

_NUMBERED = re.compile(r"(.*?)(\d{2})")

_OWN = {
    OwnValue.MAC: "the plug's MAC",
    OwnValue.UUID: "the plug's uuid",
    OwnValue.ACCESS_POINT: "`Meross_SW_` and the MAC's last four digits",
    OwnValue.LOCALE: "the plug's market",
}


def console_page() -> str:
    """Return the page."""
    return page(
        "# The serial console of an MSS310",
        "What firmware 2.1.7 takes and keeps, as far as it is known: 115200 baud, 8N1. **Mains and a serial adapter "
        "must never be connected to the plug together.** Where a fact is from is said by the words of "
        "[sources](sources.md); without a word it is on the teardown page.",
        "## Commands",
        "The shell splits a line at blanks and knows no quotes. `?` shows a menu, so does a menu's name alone. "
        "*Reply* is the class in `ownplug.core.shell.replies` that reads and writes what is printed.",
        table(["command", "arguments", "the menu says", "reply", "what to fear"], map(_command, _commands())),
        "## Settings",
        "In the order of `config show`, group by group. What is secret is shown as `***`. Without a meaning, nobody "
        "knows it; a `record` is written and read by the firmware alone.",
        *(_group(group) for group in GROUPS),
    )


def _commands() -> list[CommandSpec]:
    return [spec for spec in COMMANDS.values() if spec.is_listed]


def _command(spec: CommandSpec) -> tuple[str, str, str, str, str]:
    reply = "Menu" if spec.is_menu else REPLIES[spec.name].__name__
    return (
        f"`{spec.name}`",
        _arguments(spec),
        f"`{spec.help}`",
        f"`{reply}`",
        " ".join(_dangers(spec.dangers)),
    )


def _arguments(spec: CommandSpec) -> str:
    words = []
    for argument in spec.arguments:
        word = "|".join(argument.choices) or f"<{argument.name}>"
        words.append(f"[{word}]" if argument.optional else word)
    return f"`{' '.join(words)}`" if words else ""


def _dangers(dangers: tuple[Danger, ...]) -> Iterator[str]:
    """Say of each when it is to be feared, unless that is whenever the command does anything."""
    for danger in dangers:
        words = " ".join("…" if word == ANY else word for word in danger.when)
        if len(dangers) == 1 and set(danger.when) <= {ANY}:
            yield danger.says
        else:
            yield f"{f'`{words}`' if words else 'Alone'}: {danger.says}"


def _group(group: str) -> str:
    runs = _runs(list(settings_of(group)))
    count = sum(map(len, runs))
    rows = table(["name", "kind", "default", "meaning", "source"], map(_row, runs))
    return f"### `{group}`\n\n{count} settings.\n\n{rows}"


def _runs(settings: list[Setting]) -> list[list[Setting]]:
    """Put together what differs only in its number."""
    runs: list[list[Setting]] = []
    for setting in settings:
        if runs and _stem(setting) and _stem(runs[-1][-1]) == _stem(setting):
            runs[-1].append(setting)
        else:
            runs.append([setting])
    return runs


def _stem(setting: Setting) -> tuple[str, str] | None:
    found = _NUMBERED.fullmatch(setting.name)
    return (found[1], setting.meaning) if found else None


def _row(run: list[Setting]) -> tuple[str, str, str, str, str]:
    first, last = run[0], run[-1]
    name = f"`{first.name}`" if first is last else f"`{first.name}` to `{last.name[-2:]}`"
    kind = f"{first.kind}, secret" if first.secret else str(first.kind)
    default = _OWN[first.own] if first.own else f"`{first.default}`" if first.default else ""
    return name, kind, default, first.meaning, "" if first.source == "seed" else first.source
