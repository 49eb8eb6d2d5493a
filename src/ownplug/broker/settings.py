"""What the owner of a home may set about the MQTT server."""

from __future__ import annotations

from dataclasses import dataclass

from ownplug.core.mqtt import OutboxLimits, RetainedLimits, ServerLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Settings of the MQTT server; the file's section `[broker]`."""

    mqtts: str = "0.0.0.0:8883"
    """HOST:PORT for MQTT over TLS; port 0 is any free one, empty is off. 8883 is the registered port."""

    mqtts_also: tuple[str, ...] = ()
    """More of HOST:PORT where the same is spoken as at `mqtts`, for programs that have a port built in: 2001
    (meross-cloud, ioBroker, homebridge-meross) or 443 (meross-iot)."""

    mqtt: str = ""
    """HOST:PORT for MQTT without TLS; empty is off. Plugs do not use it, and passwords would cross the network
    as they are."""

    mqtts_legacy: str = ""
    """HOST:PORT for MQTT over TLS 1.0 and later with old ciphers, for plugs that can do no better; empty is off.
    Its connections are weaker than those of `mqtts`: turn it on only for a plug whose failed handshake the log
    shows, and on a network that you trust."""

    max_connections: int = 10_000
    """Connections in all, let in or not. Each costs about 20 kB; the descriptors that the system grants
    (`ulimit -n`) may set a lower limit."""

    max_connections_per_address: int = 1_000
    """Connections from one address. A household's plugs each have their own; raise it for a fleet of virtual
    plugs on one machine, or behind one router."""

    max_packet_bytes: int = 256 * 1024
    """Longest packet that is taken, in bytes. The longest of these plugs has about 1.5 kB."""

    handshake_timeout_s: float = 15.0
    """Seconds for the TLS handshake. An RSA handshake takes a plug about two; a weak Wi-Fi takes longer."""

    connect_timeout_s: float = 10.0
    """Seconds from then on until CONNECT is complete."""

    login_timeout_s: float = 10.0
    """Seconds that checking a login may take; then the client is told to come again."""

    max_queued_messages: int = 4_000
    """Messages that wait for one client that reads slowly; beyond it the newest are dropped and counted."""

    max_queued_bytes: int = 1024 * 1024
    """The same in bytes; whichever comes first."""

    max_inflight: int = 1_024
    """Messages that one client may leave unacknowledged before the next ones wait (1 to 65,534)."""

    max_subscriptions: int = 1_000
    """Topic filters of one client. A plug has one; a bridge to another server may list every plug."""

    max_sessions: int = 1_000
    """Sessions that are kept for clients which asked for that (`clean session 0`). Plugs do not; further clients
    are told to come again later."""

    max_sessions_per_user: int = 100
    """The same for one user: each client id is a session of its own, and none may use up the others' room."""

    session_expiry_s: float = 604_800.0
    """Seconds after which the session of a client that stays away is forgotten, with what waits in it: a week."""

    max_retained_messages: int = 20_000
    """Retained messages in all; what is over a limit is passed on but not kept, and the log says so."""

    max_retained_bytes: int = 32 * 1024 * 1024
    """The same in bytes, 200 for each message included."""

    max_retained_messages_per_user: int = 5_000
    """Retained messages of one user. Home Assistant's discovery has about ten for each plug."""

    max_retained_bytes_per_user: int = 8 * 1024 * 1024
    """The same in bytes."""

    sys_interval_s: float = 10.0
    """Seconds between two messages on each topic of `$SYS`, for users whose rights name it; 0 turns them off."""

    def retained_limits(self) -> RetainedLimits:
        """How much is kept for those who subscribe later."""
        return RetainedLimits(
            max_messages=self.max_retained_messages,
            max_bytes=self.max_retained_bytes,
            max_messages_per_user=self.max_retained_messages_per_user,
            max_bytes_per_user=self.max_retained_bytes_per_user,
        )

    def limits(self) -> ServerLimits:
        """What one connection may cost, as its machine wants to know it."""
        return ServerLimits(
            max_packet_size=self.max_packet_bytes,
            max_subscriptions=self.max_subscriptions,
            connect_timeout_s=self.connect_timeout_s,
            outbox=OutboxLimits(
                max_inflight=self.max_inflight,
                max_messages=self.max_queued_messages,
                max_bytes=self.max_queued_bytes,
            ),
        )
