from __future__ import annotations

from ownplug.core.meross import namespaces as ns
from ownplug.virtual import find_profile, profile_names
from ownplug.virtual.firmware.handlers.table import HANDLERS

# Spoken by the plug only, or answered elsewhere, or honestly not at all.
NOT_HERE = {
    ns.CONTROL_MULTIPLE,
    ns.SYSTEM_REPORT,
    ns.CONTROL_BIND,
    ns.ENCRYPT_ECDHE,
    "Appliance.Config.NtpSite",
    "Appliance.Control.AlertReport",
    "Appliance.Control.OverTemp",
}


def test_every_ability_has_its_handlers_and_no_other_namespace_has() -> None:
    abilities = {ability for name in profile_names() for ability in find_profile(name).abilities}
    assert {namespace for namespace, _ in HANDLERS} == abilities - NOT_HERE
