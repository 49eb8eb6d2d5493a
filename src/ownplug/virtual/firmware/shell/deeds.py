"""Commands that do something to the plug."""

from __future__ import annotations

import re

from ownplug.core.shell import COMMANDS
from ownplug.core.shell.replies import (
    Crash,
    FactoryMode,
    LogDump,
    Quiet,
    Restarting,
    Switched,
    Unbound,
    Upgrading,
    Usage,
)
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.device import ImageOrder, Order
from ownplug.virtual.firmware.shell.answer import Answer, Context
from ownplug.virtual.parts.light import Light

_TEST_LIMIT = 10_000  # activations, and seconds between two of them. Source: assumed
_NUMBER = re.compile("[0-9]{1,5}")

_LIGHTS = {
    ("red", "on"): Light.RED,
    ("red", "slow"): Light.RED_FLASHING,
    ("red", "quick"): Light.RED_FLICKERING,
    ("green", "on"): Light.GREEN,
    ("green", "slow"): Light.GREEN_FLASHING,
    ("green", "quick"): Light.GREEN_FLICKERING,
}


def reboot(context: Context, _words: tuple[str, ...]) -> Answer:
    """`reboot`."""
    context.device.orders.append(Order.REBOOT)
    return Answer(reply=Restarting(), leaves=True)


def crash(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross crash`."""
    context.device.orders.append(Order.CRASH)
    return Answer(reply=Crash(), leaves=True)


def unbind(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross iot unbind`."""
    context.device.orders.append(Order.UNBIND)
    is_online = context.device.network.is_connected
    return Answer(reply=Unbound(state="Online" if is_online else "Offline"), leaves=True)


def upgrade(context: Context, words: tuple[str, ...]) -> Answer:
    """`meross iot upgrade`: any image will do; the log says how it goes. Source: assumed."""
    url = words[0]
    context.device.image_order = ImageOrder(url=url)
    return Answer(reply=Upgrading(url=url))


def log_messages(context: Context, words: tuple[str, ...]) -> Answer:
    """`meross iot log`: show messages on the console, or not; it prints what held before.

    Source: seed (it prints 0 after `on`), assumed (that this is what held before).
    """
    before, context.device.shows_messages = context.device.shows_messages, words[0] == "on"
    return Answer(reply=LogDump(dump=int(before)))


def factory_mode(context: Context, words: tuple[str, ...]) -> Answer:
    """`meross fac`: in at once, out at the next start. Source: seed; assumed (at once)."""
    device = context.device
    if words and words[0] in {"0", "1"}:
        device.flash.write(items.FACTORY_MODE, words[0])
        device.is_in_factory_mode |= words[0] == "1"
    return Answer(reply=FactoryMode(on=device.flash.number(items.FACTORY_MODE) == 1))


def switch(context: Context, words: tuple[str, ...]) -> Answer:
    """`meross switch`: another plug's uuid is refused. Source: assumed (that it is)."""
    uuid, state = words
    if uuid.lower() != context.device.uuid.text:
        return Answer(reply=Switched(refusal="uuid"))
    context.device.switch(on=state == "on")
    return Answer(reply=Switched())


def light(context: Context, words: tuple[str, ...]) -> Answer:
    """`meross led`: until the firmware has something else to show; one colour at a time (assumed)."""
    colour, state = words
    context.device.light_by_hand = _LIGHTS.get((colour, state), Light.OFF)
    return Answer(reply=Quiet())


def test(context: Context, words: tuple[str, ...]) -> Answer:
    """`meross test relay`: over and back `count` times, with `interval` seconds from one move to the next.

    Source: seed; assumed (the unit, and that it ends where it began).
    """
    count, interval = (int(word) if _NUMBER.fullmatch(word) else 0 for word in words[1:])
    if not (0 < count <= _TEST_LIMIT and 0 < interval <= _TEST_LIMIT):
        return Answer(reply=Usage(lines=COMMANDS["meross test"].usage))
    _click(context, 2 * count, float(interval))
    return Answer(reply=Quiet())


def _click(context: Context, moves: int, interval_s: float) -> None:
    context.device.click()
    if moves > 1:
        context.do_later(interval_s, lambda: _click(context, moves - 1, interval_s))
