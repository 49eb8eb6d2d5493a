"""`docs/faults.md`: what can be made to go wrong with a virtual plug."""

from __future__ import annotations

from devtools.markdown import code, page, table
from ownplug.virtual import FAULTS, Fault

_EXAMPLE = """
ownplug virtual run --fault chatter=20 --fault delay=0.5
ownplug virtual fault loss=0.2 no-bind     # in another terminal, while it runs
ownplug virtual fault --clear
"""


def faults_page() -> str:
    """Return the page."""
    return page(
        "# What can go wrong",
        "A virtual plug does what it is told to do wrong, at its start or while it runs, one thing or several at a "
        "time. The same seed has the same luck. In Python: `plug.set_faults(Faults(loss=0.2, no_bind=1))`.",
        code(_EXAMPLE, "sh"),
        table(["fault", "values", "without a value", "what it does"], map(_row, FAULTS, FAULTS.values())),
        "A torn write is what a power cut leaves that comes while the plug writes its memory; the plug's own file on "
        "the disk stays whole. Real plugs were seen with a late day; everything else here is *assumed* to be what "
        "real ones would do. What the console prints is in [the serial console](console.md), which networks there "
        "are in [virtual plugs](virtual.md).",
    )


def _row(name: str, fault: Fault) -> tuple[str, str, str, str]:
    values = "0 or 1" if fault.about.startswith("1:") else f"{fault.lowest:,.0f} to {fault.highest:,.0f}"
    return f"`{name}`", values, f"{fault.unsaid:g}", fault.about.removeprefix("1: ")
