"""What is plugged in, as the command line names it: `60`, `motor:800`, `washer`, `csv:FILE` and others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ownplug.core.errors import UsageError
from ownplug.virtual.parts.outlet import Load, fan_heater, fridge, parse_curve, washer

_HIGHEST_W = 4000.0  # 16 A at 250 V
_LARGEST_FILE = 8 * 2**20
_HINT = "A load is watts, such as 60, or motor:800, standby:0.5, washer, fridge, fan-heater, csv:FILE."

_BY_WATTS: Mapping[str, Callable[[float], Load]] = {"motor": Load.motor, "standby": Load.standby}
_BY_NAME: Mapping[str, Callable[[], Load]] = {"washer": washer, "fridge": fridge, "fan-heater": fan_heater}

LOADS: Mapping[str, str] = {
    "WATTS": "A heater or a lamp: it follows the voltage with its square.",
    "motor:WATTS": "A motor: it takes six times as much when it starts.",
    "standby:WATTS": "A power supply: the same at any voltage.",
    "washer": "A washing machine: a programme of 96 minutes, then it stands by.",
    "fridge": "A fridge: 85 W for 15 minutes, then next to nothing for 30.",
    "fan-heater": "A fan heater: 1,975 W for four minutes, then 25 W for a minute and a half.",
}
"""What can be plugged in without a file, and what it does."""


def parse_load(text: str) -> Load:
    """Read a load: watts of a heater or lamp, or the name of a model, with what it needs behind a colon.

    Raises:
        UsageError: there is no such load, its watts are none, or its file cannot be used.
    """
    name, has_value, value = text.partition(":")
    if not has_value and name in _BY_NAME:
        return _BY_NAME[name]()
    if not has_value and name != "csv" and name not in _BY_WATTS:
        return Load.resistive(_watts(text, name))
    if name == "csv":
        return _read_curve(value)
    if name in _BY_WATTS:
        return _BY_WATTS[name](_watts(text, value))
    raise UsageError(f"There is no load {text!r}.", hint=_HINT)


def _watts(text: str, value: str) -> float:
    try:
        power_w = float(value)
    except ValueError:
        power_w = -1.0
    if not 0 <= power_w <= _HIGHEST_W:
        raise UsageError(f"{text!r} is no load: watts are a number from 0 to {_HIGHEST_W:g}.", hint=_HINT)
    return power_w


def _read_curve(name: str) -> Load:
    if not name:
        raise UsageError("csv: wants the name of a file, as in csv:fridge.csv.", hint=_HINT)
    try:
        path = Path(name).expanduser()
        if path.exists() and not path.is_file():
            raise UsageError(f"The curve {name} is no file.")
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(_LARGEST_FILE + 1)
    except (OSError, RuntimeError) as error:  # the second: a home folder of nobody
        raise UsageError(f"The curve {name} cannot be read: {error}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The curve {name} is no text.") from error
    if len(text) > _LARGEST_FILE:
        raise UsageError(f"The curve {name} is larger than {_LARGEST_FILE // 2**20} MB.")
    return parse_curve(text)
