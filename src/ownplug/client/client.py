"""A running hub, as calls.

What the hub tells is returned as its JSON says: dictionaries with the names of the API, units in the names,
times as ISO 8601 text in UTC. A newer hub may tell more.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

from ownplug.client.address import HubAddress
from ownplug.client.asking import Asking, Document, document, field_of, plug_path, word_of
from ownplug.client.console import ConsoleCalls
from ownplug.client.energy import EnergyCalls
from ownplug.client.homekit import HomekitCalls
from ownplug.client.lab import LabCalls
from ownplug.client.lists import BatchCalls, MoveCalls
from ownplug.client.rules import RuleCalls
from ownplug.client.tariffs import TariffCalls
from ownplug.core.secret import Secret

_SCAN_S = 60.0  # a plug's radio may be away for a while
_SEARCH_S = 300.0  # 4096 addresses, 50 a second
_PLUGS_OF_A_PAGE = 1000  # about a megabyte


class HubClient:
    """The calls of a hub's API; use it as `async with`.

    A plug is named as a person names it: its name, its uuid or the last digits of that, its MAC.

    Every call may raise `LinkError` (`Unreachable`: no hub runs there), `Forbidden` (the token is wrong),
    `Unexpected` (that is no hub), and what the hub itself could not do: `NotFound`, `Conflict`, `UsageError`,
    and `LinkError` or `DeviceError` where the plug could not be reached or refused.

    Attributes:
        timers: what plugs do by themselves, and when.
        auto_offs: after what time they turn themselves off.
        energy: what plugs have used.
        tariffs: what that costs.
        batches: lists of plugs that are taken home.
        moves: plugs that are taken to another server.
        console: plugs at a serial port of the hub's machine.
        lab: virtual plugs that run beside the hub.
        homekit: the bridge to Apple's Home.
    """

    def __init__(self, address: HubAddress) -> None:
        self._hub = Asking(address)
        self.timers = RuleCalls("timers", self._hub.of_plug)
        self.auto_offs = RuleCalls("auto-offs", self._hub.of_plug)
        self.energy = EnergyCalls(self._hub.get, self._hub.fetch, plug_path)
        self.tariffs = TariffCalls(self._hub.of_home)
        self.batches = BatchCalls(self._hub.of_home)
        self.moves = MoveCalls(self._hub.of_home)
        self.console = ConsoleCalls(self._hub.of_home)
        self.lab = LabCalls(self._hub.of_home)
        self.homekit = HomekitCalls(self._hub.of_home)

    async def __aenter__(self) -> Self:
        await self._hub.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._hub.__aexit__(kind, error, trace)

    @property
    def address(self) -> HubAddress:
        """Where the hub is, and the login to it."""
        return self._hub.address

    async def home(self, *, show_secrets: bool = False) -> Document:
        """Return who the home is and where it listens; its key is `***` unless `show_secrets`."""
        return await self._hub.call("GET", f"/home{_secrets(show_secrets)}")

    async def change_key(self, key: Secret) -> None:
        """Give the home another key, 32 hexadecimal digits; each plug keeps its own until it is given the new one."""
        await self._hub.request("PUT", "/home/key", {"key": key.reveal()})

    async def expect(self, uuid: str, key: Secret) -> None:
        """Have a plug known by a key of its own, 32 hexadecimal digits, before it comes."""
        place = f"/plugs/{word_of(uuid, 'a plug', 'ownplug plugs')}/key"
        await self._hub.request("PUT", place, {"key": key.reveal()})

    async def plugs(self) -> list[Document]:
        """Return all plugs of the home; the hub is asked page by page, so that no answer is too long."""
        found: list[Document] = []
        after = ""
        while True:
            told = await self._hub.call("GET", f"/plugs?limit={_PLUGS_OF_A_PAGE}{after}")
            found += field_of(told, "plugs", list)
            if told.get("next") is None:
                return found
            after = f"&after={quote(str(told['next']), safe='')}"

    async def plug(self, plug: str, *, show_secrets: bool = False) -> Document:
        """Return one plug; its key is `***` unless `show_secrets`."""
        return await self._hub.call("GET", f"{plug_path(plug)}{_secrets(show_secrets)}")

    async def change(
        self, plug: str, *, name: str | None = None, room: str | None = None, icon: str | None = None
    ) -> Document:
        """Call a plug something else, say in which room it is, or how it is shown (empty: none); return it."""
        told = {"name": name, "room": room, "icon": icon}
        wanted = {field: value for field, value in told.items() if value is not None}
        return await self._hub.call("PATCH", plug_path(plug), wanted)

    async def safeguard(self, plug: str, **wanted: Any) -> Document:
        """Say what the hub shall see to about a plug; return it. What is not given stays.

        Args:
            plug: which.
            wanted: `after_power_loss` ("keep", "on", "off"), `limit` (`power_w` and `for_s`, or None), `never_off`.
        """
        return await self._hub.call("PATCH", f"{plug_path(plug)}/safeguards", wanted)

    async def allow_again(self, plug: str) -> Document:
        """Let a plug be switched on again that its limit had switched off; return it."""
        return await self._hub.call("POST", f"{plug_path(plug)}/allow")

    async def forget(self, plug: str) -> None:
        """Remove a plug from the home."""
        await self._hub.request("DELETE", plug_path(plug))

    async def switch(self, plug: str, *, on: bool, channel: int = 0) -> Document:
        """Switch a relay; return its state as the plug told it: `channel`, `on`, `changed_at`."""
        return await self._hub.call("PUT", f"{plug_path(plug)}/relays/{channel}", {"on": on})

    async def toggle(self, plug: str, *, channel: int = 0) -> Document:
        """Switch a relay to its other side; return its state as `switch` does."""
        return await self._hub.call("POST", f"{plug_path(plug)}/relays/{channel}/toggle")

    async def electricity(self, plug: str, *, channel: int = 0) -> Document:
        """Ask the plug for its power now: `at`, `power_w`, `voltage_v`, `current_a`."""
        return await self._hub.call("GET", f"{plug_path(plug)}/electricity?channel={channel}")

    async def consumption(self, plug: str) -> list[Document]:
        """Ask the plug for the energy of the days it remembers: `day`, `energy_wh` of each."""
        days: list[Document] = field_of(
            await self._hub.call("GET", f"{plug_path(plug)}/consumption"), "days", list
        )
        return days

    async def light(self, plug: str) -> bool:
        """Ask whether the plug's own light shows what it does."""
        on: bool = field_of(await self._hub.call("GET", f"{plug_path(plug)}/light"), "on", bool)
        return on

    async def set_light(self, plug: str, *, on: bool) -> bool:
        """Let the plug's own light show what it does, or keep it dark; return what the plug then says."""
        shown: bool = field_of(
            await self._hub.call("PUT", f"{plug_path(plug)}/light", {"on": on}), "on", bool
        )
        return shown

    async def request(
        self, plug: str, *, method: str, namespace: str, payload: Document | None = None
    ) -> Document:
        """Send a plug a message of its own language; return `method`, `namespace`, `payload` of its reply."""
        message = {"method": method, "namespace": namespace, "payload": payload or {}}
        return await self._hub.call("POST", f"{plug_path(plug)}/request", message)

    async def firmware(self, plug: str) -> Document:
        """Return which firmware a plug has: `version`, and its `upgrade`, under way or over (None: there was none)."""
        return await self._hub.call("GET", f"{plug_path(plug)}/firmware")

    async def begin_upgrade(
        self,
        plug: str,
        image: bytes,
        *,
        model: str,
        hardware: str,
        confirm: str,
        md5: str = "",
        is_virtual: bool = False,
    ) -> Document:
        """Begin to replace a plug's firmware by an image for `model` and `hardware`; `firmware` tells how it goes.

        `confirm` is the plug's name, typed again.
        """
        said = {"model": model, "hardware": hardware, "confirm": confirm, "md5": md5}
        query = urlencode({**said, "virtual": str(is_virtual).lower()})
        return document(await self._hub.request("POST", f"{plug_path(plug)}/firmware?{query}", file=image))

    async def give_up_upgrade(self, plug: str) -> None:
        """Give an upgrade up that the plug was not told of yet, or forget one that is over."""
        await self._hub.request("DELETE", f"{plug_path(plug)}/firmware")

    async def availability(self, plug: str, *, limit: int = 50, before: int | None = None) -> Document:
        """Return when a plug was there, newest first: `spans` (`from`, `to`, `availability`, `reason`) and `next`.

        `next` is the `before` of the next page, None on the last; `to` is None while a span lasts.
        """
        page = f"limit={limit}" if before is None else f"limit={limit}&before={before}"
        return await self._hub.call("GET", f"{plug_path(plug)}/availability?{page}")

    async def messages(self, plug: str, *, limit: int = 50) -> list[Document]:
        """Return the last messages between the hub and a plug, newest first, with `***` for their secrets."""
        found = await self._hub.call("GET", f"{plug_path(plug)}/messages?limit={limit}")
        messages: list[Document] = field_of(found, "messages", list)
        return messages

    async def diagnostics(self) -> Document:
        """Return a report to attach to a fault, without secrets, names and addresses."""
        return await self._hub.call("GET", "/diagnostics")

    async def refusals(self) -> list[Document]:
        """Return who could not come in lately, oldest first: `at`, `address`, `cause`, `detail`, `mac` of each."""
        found: list[Document] = field_of(await self._hub.call("GET", "/refusals"), "refusals", list)
        return found

    async def add_user(
        self,
        name: str,
        password: Secret,
        *,
        read: list[str] | None = None,
        write: list[str] | None = None,
        scope: str | None = None,
        app_plugs: list[str] | None = None,
    ) -> None:
        """Add a user, or change its password, its scope and the topic filters of the MQTT server it may use.

        Programs written for the vendor's cloud see `app_plugs` with its login; None: every plug.
        """
        rights = {"read": read or [], "write": write or [], "scope": scope, "app_plugs": app_plugs}
        await self._hub.request("POST", "/users", {"name": name, "password": password.reveal(), **rights})

    async def change_user(self, name: str, **rights: Any) -> Document:
        """Give a user other rights, and return it: `scope` (None: no API), `read`, `write`, `app_plugs` (None: all).

        What is not given stays.
        """
        return await self._hub.call("PATCH", f"/users/{word_of(name, 'a user', 'ownplug user list')}", rights)

    async def users(self) -> list[Document]:
        """Return all users: `name`, `scope`, `read`, `write`, `app_plugs` of each."""
        found: list[Document] = field_of(await self._hub.call("GET", "/users"), "users", list)
        return found

    async def remove_user(self, name: str) -> None:
        """Remove a user; it is signed out, and its connections to the MQTT server end at once."""
        await self._hub.request("DELETE", f"/users/{word_of(name, 'a user', 'ownplug user list')}")

    async def create_token(self, name: str, scope: str) -> Document:
        """Make a token for a program: `id`, `name`, `scope`, `made_at`, and, this once, `token`."""
        return await self._hub.call("POST", "/tokens", {"name": name, "scope": scope})

    async def tokens(self) -> list[Document]:
        """Return all tokens: `id`, `name`, `scope`, `made_at` of each."""
        found: list[Document] = field_of(await self._hub.call("GET", "/tokens"), "tokens", list)
        return found

    async def revoke_token(self, token: str) -> None:
        """Take a token back, by its name or id; it ends at once."""
        await self._hub.request("DELETE", f"/tokens/{word_of(token, 'a token', 'ownplug token list')}")

    async def look_at_plug(self, url: str) -> Document:
        """Have the hub ask a plug in pairing mode: `uuid`, `model`, and the `networks` that it hears."""
        return await self._hub.call("POST", "/pairings/look", {"url": url}, timeout_s=_SCAN_S)

    async def nearby_plugs(self) -> Document:
        """Have the hub's machine listen for plugs in pairing mode: whether it `can_join`, and their `networks`."""
        return await self._hub.call("GET", "/pairings/nearby", timeout_s=_SCAN_S)

    async def discover(self, networks: Sequence[str] = (), *, per_second: float = 50.0) -> list[Document]:
        """Have the hub look for plugs in these networks, or around it: `uuid`, `address`, `whose` of each."""
        query = urlencode({"network": list(networks), "per_second": per_second}, doseq=True)
        told = await self._hub.call("GET", f"/discovery?{query}", timeout_s=_SEARCH_S)
        found: list[Document] = field_of(told, "plugs", list)
        return found

    async def begin_pairing(
        self,
        url: str,
        *,
        ssid: str,
        password: Secret,
        name: str = "",
        switches: bool = True,
        **more: Any,
    ) -> Document:
        """Have the hub take a plug home; return the pairing, whose `id` `pairing` wants.

        Args:
            url: where the plug answers.
            ssid: the Wi-Fi network that it shall join.
            password: of the network; empty for an open one.
            name: what to call it.
            switches: whether its relay may click, as a proof.
            more: `timeout_s`, `joins`, `join_ssid`, `port`.
        """
        wish = {"url": url, "ssid": ssid, "password": password.reveal(), "name": name, "switches": switches}
        return await self._hub.call("POST", "/pairings", {**wish, **more})

    async def repeat_pairing(
        self, id_: str, *, ssid: str | None = None, password: Secret | None = None
    ) -> Document:
        """Begin a pairing that failed anew, with another network or password where one is given; return the new one."""
        said = {"ssid": ssid, "password": password.reveal() if password is not None else None}
        return await self._hub.call("POST", f"/pairings/{quote(id_, safe='')}/again", said)

    async def pairing(self, id_: str) -> Document:
        """Return a pairing as it is now: `state` (running, done, failed), `stages`, `steps`, `failure`."""
        return await self._hub.call("GET", f"/pairings/{quote(id_, safe='')}")

    async def pairings(self) -> list[Document]:
        """Return the pairings of late, oldest first."""
        found: list[Document] = field_of(await self._hub.call("GET", "/pairings"), "pairings", list)
        return found

    async def cancel_pairing(self, id_: str) -> None:
        """Give a pairing up, or forget one that ended."""
        await self._hub.request("DELETE", f"/pairings/{quote(id_, safe='')}")

    async def settings(self, *, show_secrets: bool = False) -> list[Document]:
        """Return the hub's settings: `name`, `value`, `source`, `default`, `meaning` of each, and how it is changed.

        That is: whether it is `changeable`, when a change is felt (`effect`), and what is `waiting` for the next start.
        The home's position is `***` unless `show_secrets`.
        """
        found: list[Document] = field_of(
            await self._hub.call("GET", f"/settings{_secrets(show_secrets)}"), "settings", list
        )
        return found

    async def change_settings(self, changes: Document) -> list[Document]:
        """Change some settings by `section.field`, all or none; None gives one its default back. Return all of them."""
        found = await self._hub.call("PATCH", "/settings", {"changes": changes})
        settings: list[Document] = field_of(found, "settings", list)
        return settings

    async def backup(self, passphrase: Secret | None, take: Callable[[bytes], Awaitable[None]]) -> None:
        """Have the hub make a backup; `take` is given the file piece by piece. Without a passphrase it has no secrets.

        The file is whole if this returns; `ownplug.app.check_backup` proves it.
        """
        wish = {"passphrase": passphrase.reveal()} if passphrase is not None else {"without_secrets": True}
        await self._hub.download("POST", "/backup", take, kind="application/octet-stream", body=wish)

    def events(self, *, watch: Sequence[str] = ()) -> AsyncGenerator[Document, None]:
        """Yield what happens from now on, each a dictionary with `event`, `at`, `uuid`, `name` and more.

        The plugs of `watch` are read each second meanwhile. An event `missed` tells a listener that is too slow how
        many it lost. Ends only by raising: LinkBroken when the hub stops. Whoever leaves earlier closes it:
        `async with aclosing(hub.events())`.
        """
        return self._hub.events(watch=watch)


def _secrets(show: bool) -> str:  # noqa: FBT001 - private, and named by the function
    return "?show_secrets=true" if show else ""
