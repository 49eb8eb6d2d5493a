from __future__ import annotations

from ownplug.core.meross import namespaces as ns
from ownplug.virtual import find_profile
from ownplug.virtual.firmware.handlers.table import HANDLERS

# Spoken by the plug only, or answered elsewhere, or honestly not at all.
NOT_HERE = {ns.CONTROL_MULTIPLE, ns.SYSTEM_REPORT, ns.CONTROL_BIND, ns.CONTROL_UPGRADE}
# Of the first generation, of which there is no profile yet.
OLDER = {ns.CONTROL_TIMER, ns.CONTROL_TRIGGER}


def test_every_ability_has_its_handlers_and_no_other_namespace_has() -> None:
    abilities = set(find_profile("mss310").abilities)
    assert {namespace for namespace, _ in HANDLERS} == abilities - NOT_HERE | OLDER
