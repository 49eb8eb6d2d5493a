"""NetworkManager, played by python-dbusmock on a bus of its own: a home network and, beside it, those given.

One that is given with a + before its name is heard only by a new scan.

Runs under the system's Python, which has that library. Prints the bus and then, for each line on stdin, which
connections there are and which one is active.
"""

import json
import os
import subprocess
import sys
from typing import Any

import dbus
import dbusmock
from dbusmock.templates import networkmanager as nm

NAME = "org.freedesktop.NetworkManager"
PATH = "/org/freedesktop/NetworkManager"
CHANNEL_MHZ, RATE_KBPS, OPEN = 2437, 5400, 0

HOME = {
    "connection": {"id": "Home", "uuid": "b17ae731-5685-44e7-8617-30bc3921ef9a", "type": "802-11-wireless"},
    "802-11-wireless": {"ssid": dbus.ByteArray(b"Home")},
}

# The template leaves the connection before active; the real one has one for each device.
ACTIVATE = """
for path in list(self.Get("org.freedesktop.NetworkManager", "ActiveConnections")):
    self.RemoveActiveConnection(args[1], path)
ret = self.activate_connection(self, args[0], args[1], args[2])
"""

# The template's does nothing, and nmcli waits for the time of the last scan to move.
SCAN = """
import time
manager = objects["/org/freedesktop/NetworkManager"]
for name, *about in {unheard!r}:
    if "/org/freedesktop/NetworkManager/AccessPoint/" + name not in self.access_points:
        manager.AddAccessPoint(self.path, name, *about)
now_ms = int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)
self.UpdateProperties("org.freedesktop.NetworkManager.Device.Wireless", {{"LastScan": dbus.Int64(now_ms)}})
"""


def main() -> None:
    case = dbusmock.DBusTestCase
    case.start_system_bus()
    bus = case.get_dbus(system_bus=True)
    process, played = case.spawn_server_template(
        "networkmanager", {"Version": "1.42.4"}, stdout=subprocess.DEVNULL
    )
    mock = dbus.Interface(played, dbusmock.MOCK_IFACE)
    manager = dbus.Interface(bus.get_object(NAME, PATH), dbusmock.MOCK_IFACE)
    manager.AddMethod(NAME, "ActivateConnection", "ooo", "o", ACTIVATE)
    wifi = mock.AddWiFiDevice("wlan0", "wlan0", nm.DeviceState.ACTIVATED)
    secured = nm.NM80211ApSecurityFlags.NM_802_11_AP_SEC_KEY_MGMT_PSK
    around = mock.AddAccessPoint(wifi, *about("home", "Home", secured))
    networks = list(enumerate(sys.argv[1:]))
    for number, ssid in networks:
        if not ssid.startswith("+"):
            mock.AddAccessPoint(wifi, *about(f"ap{number}", ssid, OPEN))
    answer_scans(
        bus, wifi, [about(f"ap{number}", ssid[1:], OPEN) for number, ssid in networks if ssid[:1] == "+"]
    )
    settings = dbus.Interface(bus.get_object(NAME, f"{PATH}/Settings"), f"{NAME}.Settings")
    home = settings.AddConnection(HOME)
    activated = nm.NMActiveConnectionState.NM_ACTIVE_CONNECTION_STATE_ACTIVATED
    mock.AddActiveConnection([wifi], home, around, "Home", activated)
    say(os.environ["DBUS_SYSTEM_BUS_ADDRESS"])
    for _ in sys.stdin:
        say(json.dumps(state(bus)))
    process.terminate()
    process.wait()
    case.tearDownClass()


def about(name: str, ssid: str, security: int) -> tuple[str | int, ...]:
    """What the mock wants to know about an access point, after the device that hears it."""
    infrastructure = int(nm.InfrastructureMode.NM_802_11_MODE_INFRA)
    mac = f"02:00:5e:00:53:{len(name + ssid):02x}"
    return name, ssid, mac, infrastructure, CHANNEL_MHZ, RATE_KBPS, 60, int(security)


def answer_scans(bus: Any, wifi: str, unheard: list[tuple[str | int, ...]]) -> None:
    device = dbus.Interface(bus.get_object(NAME, wifi), dbusmock.MOCK_IFACE)
    wireless = f"{NAME}.Device.Wireless"
    device.AddProperties(wireless, {"LastScan": dbus.Int64(-1)})
    device.AddMethod(wireless, "RequestScan", "a{sv}", "", SCAN.format(unheard=unheard))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def state(bus: Any) -> dict[str, Any]:
    active = get(bus, PATH, NAME, "ActiveConnections")
    known = get(bus, f"{PATH}/Settings", f"{NAME}.Settings", "Connections")
    using = [get(bus, path, f"{NAME}.Connection.Active", "Connection") for path in active]
    return {
        "connections": sorted(name_of(bus, path) for path in known),
        "active": [name_of(bus, path) for path in using],
        "ssids": [ssid_of(bus, path) for path in using],
    }


def get(bus: Any, path: str, interface: str, name: str) -> Any:
    properties = dbus.Interface(bus.get_object(NAME, path), "org.freedesktop.DBus.Properties")
    return properties.Get(interface, name)


def name_of(bus: Any, path: str) -> str:
    return str(settings_of(bus, path)["connection"]["id"])


def ssid_of(bus: Any, path: str) -> str:
    return bytes(settings_of(bus, path)["802-11-wireless"]["ssid"]).decode()


def settings_of(bus: Any, path: str) -> Any:
    return dbus.Interface(bus.get_object(NAME, path), f"{NAME}.Settings.Connection").GetSettings()


if __name__ == "__main__":
    main()
