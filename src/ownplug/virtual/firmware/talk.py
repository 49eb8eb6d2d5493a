"""The start-up talk: what a plug says when it has reached its server, and what it must hear to stay.

First the time, asked for until somebody answers; then what it is. A plug that was never at home and hears nothing
gives up. One that has been at home goes on asking.

Source: captures (protocol notes, 4.5); assumed for hardware 2: the talk is held at each connection.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum
from typing import Any

from ownplug.core.meross import Message, MessageMaker, Method
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.handlers import control, system
from ownplug.virtual.firmware.timing import Timing

Say = Callable[[Message], None]


class Stage(Enum):
    """How far the talk has come."""

    CLOCK = "asking for the time"
    BIND = "waiting for the bind to be acknowledged"
    HOME = "done"
    GIVEN_UP = "nobody answered"


class StartupTalk:
    """One talk, over one connection.

    Args:
        device: who talks.
        timing: how long it waits.
        say: sends a message.

    Attributes:
        stage: how far it has come.
        due_s: when `tick` wants to be called.
    """

    def __init__(self, device: Device, timing: Timing, say: Say) -> None:
        self._device = device
        self._timing = timing
        self._say = say
        self._questions = 0
        self._asking = True
        self._give_up_s = math.inf
        self.stage = Stage.CLOCK
        self.due_s = device.now_s
        if ns.SYSTEM_CLOCK not in device.profile.abilities:  # Source: protocol notes, 6.1 (strips of 2018)
            self.heard_time()

    def tick(self) -> None:
        """Say what is due."""
        if self._device.now_s < self.due_s:
            return
        if self._asking:
            self._ask_time()
        elif self.stage is Stage.BIND:
            self._bind_again()
        else:
            self.due_s = math.inf

    def ask_time(self) -> None:
        """Ask for the time again, because the server wants it."""
        if self.stage is Stage.HOME:
            self._asking, self._questions = True, 0
            self.due_s = self._device.now_s

    def heard_time(self) -> None:
        """The time has come."""
        if not self._asking:
            return
        self._asking = False
        self.due_s = math.inf
        if self.stage is Stage.CLOCK:
            self._introduce()

    def heard_bind(self) -> None:
        """The bind was acknowledged."""
        if self.stage is not Stage.BIND:
            return
        self._come_home()
        self._push(ns.SYSTEM_TIME, {"time": system.time(self._device)})

    def _ask_time(self) -> None:
        if self._questions >= self._timing.clock_questions:
            self._asking = self.stage is Stage.CLOCK and self._device.is_bound
            if not self._asking:
                self._stop_asking()
                return
        self._questions += 1
        self.due_s = self._device.now_s + self._timing.clock_every_s
        self._push(ns.SYSTEM_CLOCK, {"clock": {"timestamp": int(self._device.unix_s)}})

    def _stop_asking(self) -> None:
        self.due_s = math.inf
        if self.stage is Stage.CLOCK:
            self.stage = Stage.GIVEN_UP

    def _introduce(self) -> None:
        """Tell what it is."""
        device = self._device
        if not device.is_bound:
            self._give_up_s = device.now_s + self._timing.bind_wait_s
        self._report()
        if device.profile.bind_method is Method.PUSH:
            self._bind()
            self._tell_meter()
            self._come_home()
        else:
            self.stage = Stage.BIND
            self._bind()
            self._tell_meter()
            self.due_s = min(device.now_s + self._timing.bind_every_s, self._give_up_s)

    def _bind_again(self) -> None:
        if self._device.now_s >= self._give_up_s:
            self.stage, self.due_s = Stage.GIVEN_UP, math.inf
            return
        self._bind()
        self._report()
        self.due_s = min(self._device.now_s + self._timing.bind_every_s, self._give_up_s)

    def _come_home(self) -> None:
        flash = self._device.flash
        if not self._device.is_bound:
            flash.write(items.BIND_TIME, int(self._device.unix_s))
            if self._device.profile.online_has_bind_id:
                flash.write(items.BIND_ID, self._device.text_id())
            flash.write(items.BIND, 1)
        self.stage, self.due_s = Stage.HOME, math.inf

    def _report(self) -> None:
        """A report whose meaning nobody knows; perhaps why it started.

        Source: captures (protocol notes, 4.5).
        """
        record = {"type": "1", "value": "0", "timestamp": int(self._device.unix_s)}
        self._push(ns.SYSTEM_REPORT, {"report": [record]})

    def _bind(self) -> None:
        """What it is, in the name of its inbox.

        Source: captures (protocol notes, 4.5).
        """
        device = self._device
        payload = {
            "bindTime": int(device.unix_s),
            "time": system.time(device),
            "hardware": system.hardware(device),
            "firmware": system.firmware(device),
        }
        sender = device_inbox(device.uuid.text)
        self._speak(device.profile.bind_method, ns.CONTROL_BIND, {"bind": payload}, sender)

    def _tell_meter(self) -> None:
        if self._device.profile.pushes_meter_config:
            self._push(ns.CONTROL_CONSUMPTION_CONFIG, {"config": control.meter_config(self._device)})

    def _push(self, namespace: str, payload: dict[str, Any]) -> None:
        self._speak(Method.PUSH, namespace, payload, device_outbox(self._device.uuid.text))

    def _speak(self, method: Method, namespace: str, payload: dict[str, Any], sender: str) -> None:
        device = self._device
        maker = MessageMaker(key=device.key, sender=sender, new_id=device.hex_id, with_milliseconds=True)
        self._say(maker.make(method, namespace, payload, now_s=device.unix_s))
