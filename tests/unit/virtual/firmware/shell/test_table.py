from __future__ import annotations

from ownplug.core.shell import COMMANDS
from ownplug.virtual.firmware.shell.table import HANDLERS


def test_every_command_of_the_language_is_carried_out_and_no_other() -> None:
    assert set(HANDLERS) == {name for name, spec in COMMANDS.items() if not spec.is_menu}
