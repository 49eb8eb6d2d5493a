"""Commands that tell what the plug is and what its system does."""

from __future__ import annotations

from ownplug.core.errors import UsageError
from ownplug.core.identity import Mac, Uuid
from ownplug.core.shell.replies import (
    Counters,
    FirmwareInfo,
    Hardware,
    Identity,
    Interface,
    IpConfig,
    Memory,
    Network,
    Statistics,
    Task,
    Tasks,
    TaskStatus,
    Versions,
)
from ownplug.virtual.firmware import flash as items
from ownplug.virtual.firmware.device import Device
from ownplug.virtual.firmware.shell.answer import Answer, Context

_SDK, _WIFI = "SDK_V4.6.2", "20170823172833"  # Source: seed
_HEAP_BYTES, _FREE_BYTES, _WORKING_BYTES = 184_320, 83_536, 3_040  # Source: seed (free, and free minus low)
_TLS_BYTES = 42_000  # of the heap, while connected. Source: assumed
_LINK_QUALITY, _LINK_STATE = 0xD5, 0xD2  # calls of the driver. Source: seed; assumed (the names)
_DHCP_SERVER = "dhcpd"

_READY, _BLOCKED = TaskStatus.READY, TaskStatus.BLOCKED
_TASKS = tuple(
    Task(name=name, status=status, priority=priority, stack=stack, number=number)
    for name, status, priority, stack, number in (
        ("cli", _READY, 7, 748, 10),
        ("IDLE", _READY, 0, 235, 11),
        ("Tmr Svc", _BLOCKED, 19, 468, 12),
        ("mrs_main", _BLOCKED, 5, 848, 2),
        ("mrs_atf", _BLOCKED, 4, 808, 14),
        ("mrs_timer", _BLOCKED, 4, 800, 13),
        ("httpd_proc", _BLOCKED, 4, 931, 15),
        ("lwIP", _BLOCKED, 6, 457, 8),
        ("inband", _BLOCKED, 6, 956, 3),
        ("fw_agent", _BLOCKED, 6, 987, 5),
        ("SYSLOG", _BLOCKED, 1, 89, 1),
        ("net", _BLOCKED, 6, 942, 4),
        ("wfw", _BLOCKED, 6, 238, 6),
        (_DHCP_SERVER, _BLOCKED, 4, 147, 9),
    )
)


def versions(_context: Context, _words: tuple[str, ...]) -> Answer:
    """`ver`."""
    return Answer(reply=Versions(sdk=_SDK, wifi=_WIFI))


def hardware(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross hw`."""
    device = context.device
    model = device.profile.model
    return Answer(
        reply=Hardware(
            model=model.type,
            locale=device.flash.read(items.FACTORY_LOCALE) or model.sub_type,
            version=model.hardware,
            chip=model.chip,
            uuid=device.uuid,
            mac=device.mac,
        )
    )


def firmware(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross fw`."""
    running = context.device.profile.firmware
    return Answer(reply=FirmwareInfo(version=running.version, built=running.compiled))


def identity(context: Context, words: tuple[str, ...]) -> Answer:
    """`meross e2p`: read the uuid or the MAC, or write it; the plug goes by it from its next start on."""
    what, new = words[0], words[1:]
    item = items.FACTORY_UUID if what == "uuid" else items.FACTORY_MAC
    written = _write_identity(context.device, item, new[0]) if new else None
    text = new[0] if new else context.device.flash.read(item)
    if what == "uuid":
        return Answer(reply=Identity(uuid=text, written=written))
    return Answer(reply=Identity(mac=text, written=written))


def network(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross net`."""
    device = context.device
    point = device.network.access_point
    reply = Network(address=device.network.address, router_mac=point.bssid if point else device.mac)
    return Answer(reply=reply, driver=((2, _LINK_QUALITY), (2, _LINK_STATE)))


def interfaces(context: Context, _words: tuple[str, ...]) -> Answer:
    """`ip`: unpaired, the station has the address of the access point."""
    device = context.device
    own = Interface(
        name="ap1",
        mode="static",
        address=device.flash.read(items.IP_ADDRESS),
        netmask=device.flash.read(items.IP_NETMASK),
        gateway=device.flash.read(items.IP_GATEWAY),
    )
    loopback = Interface(
        name="lo0", mode="static", address="127.0.0.1", netmask="255.0.0.0", gateway="127.0.0.1"
    )
    return Answer(reply=IpConfig(interfaces=(loopback, own, _station(device, own))))


def statistics(context: Context, _words: tuple[str, ...]) -> Answer:
    """`stat`: messages and pings count as one packet each. Source: assumed."""
    traffic = context.device.traffic
    sent, received = traffic.messages_sent, traffic.messages_received
    all_sent, all_received = sent + traffic.pings_sent, received + traffic.pings_answered
    return Answer(
        reply=Statistics(
            protocols=(
                _counters("LINK", all_sent, all_received),
                _counters("ETHARP", 0, 0),
                _counters("IP", all_sent, all_received),
                _counters("ICMP", traffic.pings_sent, traffic.pings_answered),
                _counters("UDP", 0, 0),
                _counters("TCP", sent, received),
            )
        )
    )


def tasks(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross task`; the DHCP server serves the plug's own network. Source: seed, assumed (that it ends)."""
    running = tuple(task for task in _TASKS if task.name != _DHCP_SERVER or not context.device.is_paired)
    return Answer(reply=Tasks(tasks=running))


def memory(context: Context, _words: tuple[str, ...]) -> Answer:
    """`meross mem`."""
    network = context.device.network
    free = _FREE_BYTES - _TLS_BYTES * network.is_connected
    low = _FREE_BYTES - _TLS_BYTES * network.was_connected - _WORKING_BYTES
    return Answer(reply=Memory(total_bytes=_HEAP_BYTES, free_bytes=free, low_bytes=low))


def _write_identity(device: Device, item: str, new: str) -> bool:
    """Write uuid or MAC; what is neither is refused. Source: assumed."""
    try:
        text = Uuid.parse(new).text if item == items.FACTORY_UUID else Mac.parse(new).text
    except UsageError:
        return False
    device.flash.write(item, text)
    return True


def _station(device: Device, own: Interface) -> Interface:
    """The interface by which the plug joins a network. Source: seed (unpaired), assumed (paired)."""
    if not device.is_paired:
        return Interface(
            name="st2", mode="static", address=own.address, netmask=own.netmask, gateway=own.gateway
        )
    address = device.network.address
    if not address:
        nowhere = "0.0.0.0"  # noqa: S104 - shown, not bound to
        return Interface(name="st2", mode="dhcp", address=nowhere, netmask=nowhere, gateway=nowhere)
    gateway = f"{address.rpartition('.')[0]}.1"
    return Interface(name="st2", mode="dhcp", address=address, netmask="255.255.255.0", gateway=gateway)


def _counters(name: str, sent: int, received: int) -> Counters:
    return Counters(
        name=name,
        sent=sent,
        received=received,
        forwarded=0,
        dropped=0,
        checksum_errors=0,
        length_errors=0,
        memory_errors=0,
        routing_errors=0,
        protocol_errors=0,
        option_errors=0,
        other_errors=0,
        cache_hits=0,
    )
