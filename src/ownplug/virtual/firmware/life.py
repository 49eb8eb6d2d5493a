"""A plug's life on the network: pairing, joining, connecting, talking, at home; and all the ways back.

    OFF -> REBOOTING -> FACTORY                                    (in factory mode)
                     -> PAIRING                                    (never given a network)
                     -> JOINING -> CONNECTING -> STARTING -> ONLINE
    ONLINE, STARTING -> CONNECTING                                 (connection lost; servers alternate)
    JOINING, CONNECTING, STARTING -> REBOOTING -> PAIRING          (nobody there, and never bound)
    any -> REBOOTING                                               (button, unbind, power, new network, console)
    any -> OFF                                                     (pulled out)

A plug that was bound once never goes back to pairing by itself, and only the console leads out of factory mode.
"""

from __future__ import annotations

import math

from ownplug.core.meross import Message, MessageMaker, Method, encode_message
from ownplug.core.meross import namespaces as ns
from ownplug.core.meross.login import device_client_id, device_login
from ownplug.core.meross.topics import device_inbox, device_outbox
from ownplug.core.shell import ResetReason
from ownplug.virtual.air import AccessPoint
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware import logs
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.handlers.config import keep_trace
from ownplug.virtual.firmware.handlers.system import set_clock
from ownplug.virtual.firmware.signals import (
    AskTime,
    ConnectBroker,
    Effect,
    LeaveBroker,
    LifeState,
    PublishMessage,
)
from ownplug.virtual.firmware.talk import Stage, StartupTalk
from ownplug.virtual.firmware.timing import Timing
from ownplug.virtual.firmware.upgrade import installed


class NetworkLife:
    """Where a plug is on its way home, and what it does next.

    Attributes:
        state: where it is.
        reset_reason: why it started last.
        effects: what is to be done outside; the firmware takes them.
    """

    def __init__(self, device: Device, timing: Timing) -> None:
        self.state = LifeState.OFF
        self.reset_reason = ResetReason.POWER
        self.effects: list[Effect] = []
        self._device = device
        self._timing = timing
        self._due_s = math.inf  # of the next step of this state
        self._give_up_s = math.inf  # of the search for the server
        self._talk: StartupTalk | None = None
        self._use_second = False
        self._client_id = ""

    @property
    def due_s(self) -> float:
        """When `tick` wants to be called."""
        return self._talk.due_s if self._talk else min(self._due_s, self._give_up_s)

    def tick(self) -> None:
        """Do what is due."""
        now_s = self._device.now_s
        if self._talk:
            self._talk.tick()
            self._follow_talk()
        elif now_s >= self._give_up_s:
            self.fall_back()
        elif now_s >= self._due_s:
            self._step()

    def restart(self, *, after_s: float = 0.0, reason: ResetReason = ResetReason.SOFTWARE) -> None:
        """Go dark and start again; `after_s` lets a last answer out first. The first start is immediate."""
        self.reset_reason = reason
        boot_s = 0.0 if self.state is LifeState.OFF else self._timing.reboot_s
        self._go_dark(LifeState.REBOOTING)
        self._due_s = self._device.now_s + after_s + boot_s

    def lose_power(self) -> None:
        """Go dark until the power comes back; it lasts just long enough to save what was metered (assumed)."""
        self._go_dark(LifeState.OFF)
        self._due_s = math.inf

    def fall_back(self) -> None:
        """Forget the home that did not answer, and wait to be paired."""
        self._device.flash.reset(items.PAIRING_ITEMS)
        self.restart()

    def reconnect(self) -> None:
        """Connect again, with the servers and the login as they are now."""
        if self.state in {LifeState.CONNECTING, LifeState.STARTING, LifeState.ONLINE}:
            self._leave()
            self._use_second = False
            self.state, self._due_s = LifeState.CONNECTING, self._device.now_s + self._timing.farewell_s

    def broker_ready(self) -> None:
        """The connection stands."""
        if self.state is not LifeState.CONNECTING:
            return
        network = self._device.network
        network.is_connected = network.was_connected = True
        network.connected_since_s = self._device.now_s
        self.state, self._due_s = LifeState.STARTING, math.inf
        self._device.log(logs.SERVER_READY, "connected")
        self._talk = StartupTalk(self._device, self._timing, self._say)
        self._follow_talk()

    def broker_lost(self) -> None:
        """The connection failed or ended: try again, with the other server if there is one."""
        if self.state not in {LifeState.CONNECTING, LifeState.STARTING, LifeState.ONLINE}:
            return
        self._forget_connection()
        self._device.log(logs.SERVER_LOST, "disconnected")
        # Source: protocol notes, 4.7 (it alternates when one fails).
        self._use_second = not self._use_second
        self.state, self._due_s = LifeState.CONNECTING, self._device.now_s + self._timing.retry_s

    def heard_time(self) -> None:
        """Somebody told the time."""
        if self._talk:
            self._talk.heard_time()
            self._follow_talk()

    def heard_bind(self) -> None:
        """The server acknowledged the bind."""
        if self._talk:
            self._talk.heard_bind()
            self._follow_talk()

    def ask_time(self) -> None:
        """The server wants to be asked for the time."""
        if self._talk:
            self._talk.ask_time()

    def push(self, namespace: str, payload: object) -> None:
        """Tell the server of a change; while away, nobody is told.

        Source: capture of an mss210 (protocol notes, 4.5: no pushes before it is bound).
        """
        if self.state is LifeState.ONLINE:
            outbox = device_outbox(self._device.uuid.text)
            maker = MessageMaker(
                key=self._device.key, sender=outbox, new_id=self._device.hex_id, with_milliseconds=True
            )
            self._say(maker.make(Method.PUSH, namespace, payload, now_s=self._device.unix_s))

    def say_farewell(self) -> None:
        """Tell the server that the owner let go of this plug by its button or its console.

        Source: capture of an mss510m (protocol notes, 3.4), seed (the log, also that the console does it);
        assumed (that the button does it).
        """
        self._device.log(logs.FACTORY_RESET, "event factory reset")
        if self.state is not LifeState.ONLINE:
            self._device.log(logs.NO_SERVER, "event not init")
        self.push(ns.CONTROL_UNBIND, {})

    def _step(self) -> None:
        match self.state:
            case LifeState.REBOOTING:
                self._boot()
            case LifeState.JOINING:
                self._join()
            case LifeState.CONNECTING:
                self._look_for_server()
            case _:
                self._due_s = math.inf

    def _boot(self) -> None:
        self._device.boot(installed(self._device.flash.image))
        self._use_second = False
        self._give_up_s = math.inf
        self._client_id = device_client_id(self._device.uuid, self._device.text_id())
        if self._device.is_in_factory_mode:
            self._device.log(logs.FACTORY_MODE, "factory mode")
            self.state, self._due_s = LifeState.FACTORY, math.inf
        elif self._device.is_paired:
            self.state, self._due_s = LifeState.JOINING, self._device.now_s + self._timing.join_s
        else:
            self.state, self._due_s = LifeState.PAIRING, math.inf

    def _join(self) -> None:
        device = self._device
        ssid = device.flash.read(items.SSID)
        point = device.air.join(ssid, device.flash.read(items.WIFI_PASSWORD))
        if isinstance(point, AccessPoint):
            device.network.access_point, device.network.address = point, device.address
            device.log(logs.WIFI_JOINED, f"WiFi connected: {point.bssid}")
            self.state = LifeState.CONNECTING
            self._give_up_s = math.inf if device.is_bound else device.now_s + self._timing.home_wait_s
            self._look_for_server()
            return
        device.log(logs.WIFI_REFUSED, f"WiFi connect failed: {point.info}")
        if device.is_bound:
            self._due_s = device.now_s + self._timing.retry_s
        else:
            # Source: protocol notes, 3.3 (it restarts and opens its access point again).
            keep_trace(device, ssid=ssid, code=point.code, info=point.info)
            self.fall_back()

    def told_time(self, unix_s: float) -> None:
        """A server of the internet told the time."""
        if self._device.network.access_point is None or self._device.clock.is_set:
            return
        set_clock(self._device, int(unix_s))
        if self.state is LifeState.CONNECTING and not self._device.network.server:
            self._connect()

    def _look_for_server(self) -> None:
        """Connect; a plug that wants the time of the internet first asks for that until it comes.

        Source: protocol notes, 3.3; assumed (how often).
        """
        if self._device.profile.asks_ntp and not self._device.clock.is_set:
            self._due_s = self._device.now_s + self._timing.retry_s
            self.effects.append(AskTime())
        else:
            self._connect()

    def _connect(self) -> None:
        """Ask for a connection; without a server there is nobody to ask for."""
        self._due_s = math.inf
        device, (host, port) = self._device, self._server()
        device.network.server, device.network.port = host, port
        if not host or not port:
            return
        mac, user_id = device.mac, device.flash.read(items.USER_ID) or "0"
        device.log(logs.SERVER_TRIED, f"connect {host}:{port}")
        self.effects.append(
            ConnectBroker(
                host=host,
                port=port,
                client_id=self._client_id,
                login=device_login(mac, user_id, device.key),
                inbox=device_inbox(device.uuid.text),
            )
        )

    def _server(self) -> tuple[str, int]:
        flash = self._device.flash
        first = flash.read(items.SERVER), flash.number(items.PORT)
        second = flash.read(items.SECOND_SERVER), flash.number(items.SECOND_PORT)
        return second if self._use_second and all(second) else first

    def _go_dark(self, state: LifeState) -> None:
        if self.state not in {LifeState.OFF, LifeState.REBOOTING}:
            self._device.go_dark()
        self._leave()
        self.state, self._give_up_s = state, math.inf

    def _leave(self) -> None:
        if self.state in {LifeState.CONNECTING, LifeState.STARTING, LifeState.ONLINE}:
            self.effects.append(LeaveBroker())
        self._forget_connection()

    def _forget_connection(self) -> None:
        network = self._device.network
        if network.is_connected:
            network.is_connected = network.is_at_home = False
            network.disconnects += 1
            network.online_s += self._device.now_s - network.connected_since_s
        self._talk = None

    def _follow_talk(self) -> None:
        """Go where the talk has led."""
        stage = self._talk.stage if self._talk else None
        if stage is Stage.HOME:
            if self.state is not LifeState.ONLINE:
                self._device.log(logs.AT_HOME, "online")
            self.state, self._give_up_s = LifeState.ONLINE, math.inf
            self._device.network.is_at_home = True
        elif stage is Stage.GIVEN_UP:
            self.fall_back()

    def _say(self, message: Message) -> None:
        topic, packet = device_outbox(self._device.uuid.text), encode_message(message)
        self._device.note_sent(packet)
        self.effects.append(PublishMessage(topic=topic, payload=packet))
