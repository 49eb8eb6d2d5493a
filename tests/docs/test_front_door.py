"""The example on the front door of the library runs as it stands there, but for the address."""

from __future__ import annotations

import textwrap

import pytest

import ownplug
from ownplug.virtual import VirtualPlug


async def test_the_first_example_switches_a_plug_and_reads_its_power(
    capsys: pytest.CaptureFixture[str],
) -> None:
    example = textwrap.dedent((ownplug.__doc__ or "").partition("used:\n\n")[2])
    async with VirtualPlug() as plug:
        address = "http://{}:{}".format(*plug.http)
        code = example.replace("http://192.168.1.50", address).replace('key="…"', 'key=""')
        assert code.count(address) == code.count('key=""') == 1
        plug.press_button()
        await plug.until(lambda: not plug.relay_on)
        program: dict[str, object] = {}
        exec(f"async def main():\n{textwrap.indent(code, '    ')}", program)
        await program["main"]()  # type: ignore[operator]  # defined by the line above
        assert plug.relay_on
    assert capsys.readouterr().out.endswith(" W\n")
