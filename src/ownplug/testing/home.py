"""A home to test other software with: virtual plugs and the MQTT server that they are at home at, in one thread."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from ownplug.app import HomeFolder, load_settings, open_hub
from ownplug.client import HubClient, find_hub
from ownplug.core.secret import Secret
from ownplug.testing.held import PATIENCE_S, Held, LoopThread
from ownplug.virtual import (
    PlugStatus,
    VirtualPlug,
    VirtualPlugSettings,
    at_home,
    find_profile,
    parse_faults,
    parse_load,
)

_LOOPBACK = "127.0.0.1"
_ANY_PORTS = {"broker.mqtts": f"{_LOOPBACK}:0", "web.port": 0, "network.advertise": _LOOPBACK}


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttServer:
    """Where the plugs are at home, and how a program comes in as one of the home's apps."""

    host: str
    port: int
    ca: Path
    """The certificate of the CA that signed the server's."""
    user_id: str
    key: str
    """Of the home: requests are signed with it, and logins made of it."""


class PlugHandle:
    """A running virtual plug, for tests that are not asynchronous; every call may come from any thread."""

    def __init__(self, thread: LoopThread, held: Held[VirtualPlug]) -> None:
        self._thread = thread
        self._held = held
        self._plug = held.get()

    @property
    def uuid(self) -> str:
        """Who it is."""
        return self._plug.uuid.text

    @property
    def mac(self) -> str:
        """Its MAC address, with colons."""
        return self._plug.mac.text

    @property
    def key(self) -> str:
        """The key of its home; empty before it is paired."""
        return self._plug.key.reveal()

    @property
    def host(self) -> str:
        """Where its HTTP server is."""
        return self._plug.http[0]

    @property
    def http_port(self) -> int:
        """The port of its HTTP server."""
        return self._plug.http[1]

    @property
    def url(self) -> str:
        """Where requests go: `http://HOST:PORT/config`."""
        return f"http://{self.host}:{self.http_port}/config"

    @property
    def tty(self) -> str:
        """Its serial console: a path or URL; empty without one."""
        return self._plug.tty

    @property
    def state(self) -> str:
        """How far it has come on its way home: `pairing`, `connecting`, `online` and so on."""
        return self._plug.state.value

    @property
    def is_on(self) -> bool:
        """Whether its relay is on."""
        return self._plug.relay_on

    def status(self) -> PlugStatus:
        """Everything that can be seen of it now."""
        return self._thread.call(self._plug.status)

    def press_button(self, seconds: float = 0.2) -> None:
        """Hold its button for so long: a short press toggles, five seconds enter pairing."""
        self._thread.call(lambda: self._plug.press_button(seconds))

    def set_faults(self, *faults: str) -> None:
        """Let these go wrong and nothing else, each as `--fault` takes it, such as `loss=0.1`."""
        self._thread.call(lambda: self._plug.set_faults(parse_faults(faults)))

    def set_load(self, load: str) -> None:
        """Plug something in, as `--load` takes it."""
        self._thread.call(lambda: self._plug.set_load(parse_load(load)))

    def unplug(self) -> None:
        """Pull it out and leave it out."""
        self._thread.call(self._plug.unplug)

    def plug_in(self) -> None:
        """Put it back in; returns when it has started."""
        self._thread.run(self._plug.plug_in())

    def reboot(self) -> None:
        """Pull it out and put it back in; returns when it has started again."""
        self._thread.run(self._plug.reboot())

    def wait_until(self, state: str, *, timeout_s: float = PATIENCE_S) -> None:
        """Wait until it is in a state.

        Raises:
            TimeoutError: it does not get there in time.
        """
        self._thread.run(self._plug.until(lambda: self.state == state), timeout_s=timeout_s)

    def close(self) -> None:
        """Take it away for good."""
        self._held.close()


class VirtualHome:
    """Virtual plugs and their home, in a thread; use it as `with`. The server starts when somebody needs it.

    Args:
        folder: where the home's files are; made if it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._thread = LoopThread()
        self._server: Held[MqttServer] | None = None

    def __enter__(self) -> Self:
        self._stack.enter_context(self._thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def server(self) -> MqttServer:
        """The home's MQTT server, with everything that a plug needs around it."""
        if self._server is None:
            self._server = Held(self._thread, lambda: _open_server(self._folder))
            self._stack.callback(self._server.close)
        return self._server.get()

    def put_in(
        self,
        model: str = "mss310",
        *,
        paired: bool = True,
        faults: Sequence[str] = (),
        load: str = "60",
        seed: int = 1,
        settings: VirtualPlugSettings | None = None,
    ) -> PlugHandle:
        """Put in a plug; a paired one is at home when this returns, unless a fault keeps it away.

        Args:
            model: `ownplug virtual models` lists them.
            paired: whether it has been at this home before; else it waits to be paired by its HTTP.
            faults: what goes wrong, as `--fault` takes it.
            load: what is plugged in, as `--load` takes it.
            seed: the same seed is the same plug; two at a time need two.
            settings: everything else.

        Raises:
            UsageError: one of these cannot be.
        """
        chosen = replace(
            settings or VirtualPlugSettings(),
            profile=find_profile(model),
            seed=seed,
            faults=parse_faults(faults),
            load=parse_load(load),
        )
        if paired:
            server = self.server
            memory = at_home(server.host, server.port, key=Secret(server.key), user_id=server.user_id)
            chosen = replace(chosen, flash={**chosen.flash, **memory})
        plug = PlugHandle(self._thread, Held(self._thread, lambda: VirtualPlug(chosen)))
        if paired and not faults:
            plug.wait_until("online")
        return plug


@asynccontextmanager
async def _open_server(path: Path) -> AsyncIterator[MqttServer]:
    folder = HomeFolder(path)
    settings, _ = load_settings(folder.settings_file, {}, _ANY_PORTS)
    async with open_hub(folder, settings) as ready:
        async with HubClient(find_hub(path)) as hub:
            told = await hub.home(show_secrets=True)
        host, _, port = ready.mqtts.rpartition(":")
        yield MqttServer(host=host, port=int(port), ca=Path(ready.ca), user_id=ready.user_id, key=told["key"])
