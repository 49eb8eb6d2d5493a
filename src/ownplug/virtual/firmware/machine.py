"""The firmware as a whole: inputs in, effects out, and when to be called again."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from ownplug.core.errors import Malformed
from ownplug.core.meross import Method, decode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.topics import device_outbox
from ownplug.core.mqtt import check_topic
from ownplug.core.shell import ResetReason
from ownplug.virtual.faults import Faults
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.alarm import Alarm
from ownplug.virtual.firmware.device import Device, Order
from ownplug.virtual.firmware.dispatch import Answered, answer
from ownplug.virtual.firmware.envelope import Envelope
from ownplug.virtual.firmware.httpd import Request, render_reply, render_unauthorized
from ownplug.virtual.firmware.life import NetworkLife
from ownplug.virtual.firmware.shell import Shell
from ownplug.virtual.firmware.signals import (
    BrokerLost,
    BrokerReady,
    ButtonPressed,
    ConsolePrinted,
    ConsoleTyped,
    Delivered,
    Effect,
    FaultsChosen,
    Happening,
    HttpAnswer,
    HttpAsked,
    ImageCame,
    ImageFailed,
    ImageProgress,
    Input,
    LifeState,
    LoadPluggedIn,
    PowerCycled,
    PowerLost,
    PublishMessage,
    TimeTold,
)
from ownplug.virtual.firmware.timing import Timing
from ownplug.virtual.firmware.upgrade import Upgrade
from ownplug.virtual.parts import light

_STAGES = {
    LifeState.OFF: light.Stage.DARK,
    LifeState.REBOOTING: light.Stage.DARK,
    LifeState.FACTORY: light.Stage.FACTORY,
    LifeState.PAIRING: light.Stage.PAIRING,
    LifeState.JOINING: light.Stage.SEARCHING,
    LifeState.CONNECTING: light.Stage.SEARCHING,
    LifeState.STARTING: light.Stage.SEARCHING,
    LifeState.ONLINE: light.Stage.HOME,
}
_DARK = {LifeState.OFF, LifeState.REBOOTING}
_OFF_THE_AIR = {*_DARK, LifeState.FACTORY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one update led to.

    Attributes:
        effects: to be done outside, in this order.
        next_s: when to call again at the latest, even without inputs.
    """

    effects: tuple[Effect, ...]
    next_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Late:
    """An answer that takes its time."""

    due_s: float
    effect: HttpAnswer | PublishMessage


class Firmware:
    """One plug's firmware.

    Args:
        device: its parts and settings.
        timing: how long it waits for what.
        shell: its serial console; None: nobody listens there.
    """

    def __init__(self, device: Device, timing: Timing, shell: Shell | None = None) -> None:
        self._device = device
        self._timing = timing
        self._shell = shell
        self._life = NetworkLife(device, timing)
        self._alarm = Alarm(device)
        self._shown = light.Light.OFF  # by the firmware; a hand may have changed it
        self._late: list[_Late] = []
        self._count_s = math.inf
        self._reboot_s = math.inf  # of the restart that a fault wants
        self._upgrade = Upgrade(device, timing)

    @property
    def state(self) -> LifeState:
        """How far the plug has come on its way home."""
        return self._life.state

    @property
    def led(self) -> light.Light:
        """What the light does."""
        return self._device.light_by_hand or self._shown

    def update(self, now_s: float, inputs: Iterable[Input] = ()) -> Outcome:
        """Let time pass until `now_s`, then take `inputs`, then do what is due."""
        self._device.now_s = now_s
        self._follow_rules()
        for given in inputs:
            self._take(given)
            self._settle()
        if now_s >= self._count_s:
            self._device.count_energy()
        self._reboot_again()
        self._tick()
        self._follow_rules()
        self._settle()
        self._show()
        if not self._is_awake:
            self._upgrade.stop(by_power_cut=False)
        self._count_s = self._device.next_count_s() if self._is_awake else math.inf
        effects = (*self._due_answers(), *self._life.effects)  # an answer goes before what it leads to
        effects += (*self._upgrade.effects,)
        self._life.effects.clear()
        self._upgrade.effects.clear()
        return Outcome(effects=(*effects, *self._printed()), next_s=min(self._next_s()))

    @property
    def _is_awake(self) -> bool:
        return self._life.state not in _DARK

    def _next_s(self) -> list[float]:
        shell_s = self._shell.due_s if self._shell and self._is_awake else math.inf
        rules_s = self._alarm.due_s if self._is_awake else math.inf
        late_s = (late.due_s for late in self._late)
        own_s = (self._life.due_s, self._count_s, self._reboot_s, self._upgrade.due_s)
        return [*own_s, shell_s, rules_s, *late_s]

    def _follow_rules(self) -> None:
        """Let the rules act whose time has come."""
        while self._is_awake and self._alarm.due_s <= self._device.now_s:
            self._alarm.tick()

    def _tick(self) -> None:
        """Do what is due."""
        if self._upgrade.due_s <= self._device.now_s:
            self._upgrade.tick()
        while self._life.due_s <= self._device.now_s:
            was_awake = self._is_awake
            self._life.tick()
            if self._shell and self._is_awake and not was_awake:
                self._shell.boot(self._life.reset_reason)
        if self._shell and self._is_awake:
            self._shell.tick()

    def _show(self) -> None:
        """Set the light; where the firmware has something new to show, it takes it out of a person's hand."""
        is_factory = self._device.is_in_factory_mode and self._is_awake
        shown = light.show(
            light.Stage.FACTORY if is_factory else _STAGES[self._life.state],
            relay_on=self._device.relay.is_on,
            do_not_disturb=self._device.flash.number(items.DND_MODE) == 1,
        )
        if shown is not self._shown:
            self._shown, self._device.light_by_hand = shown, None

    def _printed(self) -> list[Effect]:
        printed = self._shell.take() if self._shell else b""
        return [ConsolePrinted(data=printed)] if printed else []

    def _take(self, given: Input) -> None:
        match given:
            case HttpAsked():
                self._asked_by_http(given)
            case Delivered():
                self._delivered(given.payload)
            case BrokerReady() | BrokerLost():
                self._connected(is_connected=isinstance(given, BrokerReady))
            case ButtonPressed():
                self._pressed(given.held_s)
            case ConsoleTyped():
                self._typed(given.data)
            case _:
                self._happened(given)

    def _happened(self, given: Happening) -> None:
        """Something that comes by no wire."""
        match given:
            case PowerCycled() | PowerLost():
                self._power(on=isinstance(given, PowerCycled))
            case FaultsChosen():
                self._suffer(given.faults)
            case LoadPluggedIn():
                self._device.plug_in(given.load)
            case ImageProgress() | ImageCame() | ImageFailed():
                self._upgrade.heard(given)
            case TimeTold():
                self._life.told_time(given.unix_s)
            case _:
                assert_never(given)

    def _connected(self, *, is_connected: bool) -> None:
        if is_connected:
            self._life.broker_ready()
        else:
            self._life.broker_lost()

    def _suffer(self, faults: Faults) -> None:
        self._device.faults = faults
        self._reboot_s = self._device.now_s + faults.reboot if faults.reboot else math.inf
        if self._shell:
            self._shell.disturb(faults)

    def _reboot_again(self) -> None:
        """Start again because a fault wants it; a plug that is pulled out stays so."""
        if self._reboot_s <= self._device.now_s:
            self._reboot_s = self._device.now_s + self._device.faults.reboot
            if self._is_awake:
                self._life.restart()

    def _power(self, *, on: bool) -> None:
        if self._device.faults.torn_write and self._is_awake:
            self._device.flash.tear()
        self._upgrade.stop(by_power_cut=True)
        if on:
            self._life.restart(reason=ResetReason.POWER)
            self._device.power_up()
        else:
            self._life.lose_power()

    def _settle(self) -> None:
        """Push what changed, then do what the handlers ordered, and print what was logged meanwhile."""
        for namespace, payload in self._device.pushes:
            self._life.push(namespace, payload)
        self._device.pushes.clear()
        self._follow_upgrade()
        orders = list(self._device.orders)
        self._device.orders.clear()
        for order in orders:
            self._obey(order)
        if self._shell:
            self._shell.print_lines(self._device.printed)
        self._device.printed.clear()

    def _follow_upgrade(self) -> None:
        """Begin what was ordered; start again when it is done."""
        order, self._device.image_order = self._device.image_order, None
        if order is not None and self._life.state not in _OFF_THE_AIR:
            self._upgrade.start(order)
        if self._upgrade.is_done:
            self._upgrade.is_done = False
            self._device.orders.append(Order.REBOOT)

    def _obey(self, order: Order) -> None:
        match order:
            case Order.REBOOT:
                self._life.restart(after_s=self._timing.farewell_s)
            case Order.FACTORY_RESET:
                self._reset()
            case Order.UNBIND:
                self._life.say_farewell()
                self._reset()
            case Order.CRASH:
                self._life.restart(after_s=self._timing.watchdog_s)
            case Order.RECONNECT:
                self._life.reconnect()
            case Order.ASK_TIME:
                self._life.ask_time()
            case Order.TIME_HEARD:
                self._life.heard_time()
            case _:
                assert_never(order)

    def _reset(self) -> None:
        """Forget the owner: settings, timers, history; not identity and calibration.

        Source: seed (identity survives an unbind); assumed (what else does).
        """
        self._life.restart()  # first, for it saves what was metered
        self._device.flash.reset(items.OWNER_ITEMS)

    def _pressed(self, held_s: float) -> None:
        if not self._is_awake:
            return
        if held_s < self._timing.pairing_press_s:
            self._device.switch(on=not self._device.relay.is_on)
        elif self._life.state is not LifeState.FACTORY:
            self._life.say_farewell()
            self._reset()

    def _typed(self, data: bytes) -> None:
        if self._shell and self._is_awake:
            self._shell.typed(data)

    def _asked_by_http(self, asked: HttpAsked) -> None:
        data, delay_s = self._http_answer(asked.request)
        effect = HttpAnswer(number=asked.number, data=data)
        self._late.append(_Late(due_s=self._device.now_s + delay_s, effect=effect))

    def _http_answer(self, request: Request) -> tuple[bytes, float]:
        """The bytes of an answer, none for a dropped connection, and how long it takes."""
        device = self._device
        if self._life.state in _OFF_THE_AIR:
            return b"", 0.0
        if self._life.state is LifeState.PAIRING and (request.method, request.path) == ("GET", "/"):
            return render_unauthorized(unix_s=device.unix_s), 0.0
        # Source: assumed (what hardware 2 answers to another path or method is not known).
        if (request.method, request.path) != ("POST", "/config"):
            return b"", 0.0
        envelope = Envelope(device)
        body = envelope.open(request.body)
        if body is None:
            return b"", 0.0
        device.note_received(body)
        answered = answer(device, body)
        if answered is None:
            return b"", 0.0
        device.note_sent(answered.body)
        data, limit = envelope.close(answered), device.profile.http_reply_limit
        return render_reply(data, unix_s=device.unix_s, limit=limit), self._delay_s(answered)

    def _delivered(self, payload: bytes) -> None:
        """A message by MQTT: what the talk waits for, or a request, answered on the topic it names."""
        if self._life.state not in {LifeState.STARTING, LifeState.ONLINE}:
            return
        if self._is_kept_back(payload):
            return
        self._device.note_received(payload)
        if self._is_bind_reply(payload):
            self._life.heard_bind()
            return
        answered = answer(self._device, payload)
        if answered is not None and answered.is_reply:
            self._reply(answered)

    def _is_kept_back(self, payload: bytes) -> bool:
        """Whether a fault lets an answer of the start-up talk not get through."""
        faults = self._device.faults
        if not (faults.no_clock or faults.no_bind):
            return False
        try:
            message = decode_message(payload)
        except Malformed:
            return False
        if message.namespace == ns.SYSTEM_CLOCK:
            return faults.no_clock > 0
        return faults.no_bind > 0 and (message.namespace, message.method) == (ns.CONTROL_BIND, Method.SETACK)

    def _is_bind_reply(self, payload: bytes) -> bool:
        """Whether this acknowledges the bind; the message id is not looked at.

        Source: captures (protocol notes, 4.5: three programs, three ways, all work).
        """
        try:
            message = decode_message(payload)
        except Malformed:
            return False
        is_ack = (message.namespace, message.method) == (ns.CONTROL_BIND, Method.SETACK)
        return is_ack and message.is_signed(self._device.key)

    def _reply(self, answered: Answered) -> None:
        """Reply where the request wants it; without an address, where the plug always speaks (assumed)."""
        topic = answered.request.header.sender or device_outbox(self._device.uuid.text)
        try:
            check_topic(topic)
        except Malformed:
            return
        self._device.note_sent(answered.body)
        effect = PublishMessage(topic=topic, payload=answered.body)
        self._late.append(_Late(due_s=self._device.now_s + self._delay_s(answered), effect=effect))

    def _delay_s(self, answered: Answered) -> float:
        is_scan = answered.request.namespace == ns.CONFIG_WIFI_LIST and answered.method is Method.GETACK
        return self._timing.scan_s if is_scan else 0.0

    def _due_answers(self) -> list[Effect]:
        now_s = self._device.now_s
        due: list[Effect] = [late.effect for late in self._late if late.due_s <= now_s]
        self._late = [late for late in self._late if late.due_s > now_s]
        return due
