from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from ownplug.bridges.homekit import Homekit, HomekitSettings
from ownplug.core.errors import UsageError


@pytest.mark.parametrize("address", ["hub.local", "0.0.0.0", "::1", "192.168.1"])
def test_an_address_is_one_of_a_machine(address: str) -> None:
    with pytest.raises(UsageError, match=r"homekit\.address"):
        HomekitSettings(address=address)
    assert HomekitSettings(address="192.168.1.10").address == "192.168.1.10"


def test_a_port_is_one() -> None:
    with pytest.raises(UsageError, match=r"homekit\.port"):
        HomekitSettings(port=70000)


@pytest.mark.parametrize("missing", ["pyhap", "segno"])
def test_what_is_not_installed_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    found = importlib.util.find_spec

    def without(name: str, *more: Any) -> Any:
        return None if name == missing else found(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    with pytest.raises(UsageError, match=missing) as refused:
        Homekit(tmp_path / "homekit.json", HomekitSettings(enabled=True), address="127.0.0.1")
    assert "pip install 'ownplug[homekit]'" in refused.value.hint
