"""Homes with bridges, and mosquitto's programs beside them: at our server, or at a mosquitto of the owner's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from devtools.program import Program

PASSWORD = "correct horse"
CLIENTS = "apt-get install mosquitto-clients"
SILENCE_S = 2  # after which nothing more that is retained will come
END_S = 30


class BridgedHome:
    """One hub that can be started anew with the same ports, and plugs that stay."""

    def __init__(self, launch: Callable[..., Program], ownplug: Callable[..., Any], folder: Path) -> None:
        self._launch = launch
        self._ownplug = ownplug
        self.folder = folder / "home"
        self.control = str(folder / "control")
        self.ready: dict[str, Any] = {}
        self.hub: Program | None = None

    def start(self, settings: str = "") -> None:
        """Run the hub; the second time with the same ports."""
        self.folder.mkdir(exist_ok=True)
        if settings:
            (self.folder / "ownplug.toml").write_text(settings, "utf-8")
        places = (
            "--mqtts",
            self.ready.get("mqtts", "127.0.0.1:0"),
            "--mqtt",
            self.ready.get("mqtt", "127.0.0.1:0"),
        )
        self.hub = self._launch(
            *("hub", "run", "--home", str(self.folder), "--advertise", "127.0.0.1", "--web", "127.0.0.1:0"),
            *places,
        )
        self.ready = self.hub.ready()

    def stop(self) -> None:
        """End the hub, in peace."""
        assert self.hub is not None
        self.hub.stop()

    def take_home(self, *names: str) -> list[dict[str, Any]]:
        """Run a virtual plug for each name, with something that uses 60 W, and take it home."""
        plugs = []
        for seed, name in enumerate(names, 1):
            control = f"{self.control}-{name}"
            plug = self._launch(
                *("virtual", "run", "--seed", str(seed), "--load", "60", "--control", control)
            ).ready()
            self._ownplug(
                "pair", f"http://{plug['http']}", "--ssid", "Home", "--password", "secret123", "--name", name
            )
            plugs.append({**plug, "control": control, "name": name})
        return plugs

    def status(self, plug: dict[str, Any]) -> dict[str, Any]:
        """What a virtual plug says of itself."""
        [status] = self._ownplug("virtual", "status", "--control", plug["control"])
        return dict(status)

    def is_on(self, plug: dict[str, Any]) -> bool:
        """Whether its relay is closed."""
        return bool(self.status(plug)["relays"]["0"])

    def add_user(self, name: str, *filters: str) -> None:
        """Add a user who may read and write there."""
        rights = [word for each in filters for word in ("--read", each, "--write", each)]
        command = [sys.executable, "-m", "ownplug", "user", "add", name, "--password-stdin", *rights]
        subprocess.run(
            [*command, "--home", str(self.folder)], input=PASSWORD, text=True, check=True, capture_output=True
        )

    @property
    def port(self) -> int:
        """Of its MQTT server, without TLS."""
        return int(self.ready["mqtt"].rpartition(":")[2])


@pytest.fixture
def home(launch: Callable[..., Program], ownplug: Callable[..., Any], tmp_path: Path) -> BridgedHome:
    """A home that is not running yet."""
    return BridgedHome(launch, ownplug, tmp_path)


class Mosquitto:
    """A server that somebody runs already; it remembers nothing when it ends."""

    def __init__(self, program: str, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._command = [program, "-c", str(folder / "mosquitto.conf")]
        self._log = folder / "mosquitto.log"
        lines = (f"user {os.environ.get('USER', 'root')}", f"listener {self.port} 127.0.0.1")
        (folder / "mosquitto.conf").write_text("\n".join((*lines, "allow_anonymous true\n")))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=subprocess.STDOUT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=END_S)


class Listener:
    """A mosquitto_sub that hears all topics of the bridge as they come."""

    def __init__(self, command: list[str], file: Path) -> None:
        self._file = file
        with file.open("wb") as out:
            self._process = subprocess.Popen(command, stdout=out)

    def heard(self, topic: str) -> list[str]:
        """What came on a topic, oldest first."""
        lines = [line.partition("\t") for line in self._file.read_text().splitlines()]
        return [payload for name, _, payload in lines if name == f"ownplug/{topic}"]

    def end(self) -> None:
        self._process.kill()
        self._process.wait(timeout=END_S)


class KettleHome:
    """A hub with one virtual plug, called kettle, whose topics are read and written by mosquitto's programs."""

    def __init__(
        self, launch: Callable[..., Any], ownplug: Callable[..., Any], programs: dict[str, str], folder: Path
    ) -> None:
        self._launch, self.ownplug, self._programs, self._folder = launch, ownplug, programs, folder
        self._control = str(folder / "plug.sock")
        self._mqtts = "127.0.0.1:0"
        self._mqtt = ""
        self._listeners: list[Listener] = []
        self._foreign_port = 0
        (folder / "home").mkdir(mode=0o700)

    def set_up(self, *, foreign_port: int = 0) -> None:
        """Start everything; with the topics at our own server, or at a foreign one."""
        self._foreign_port = foreign_port
        server = f'[bridges]\nserver = "mqtt://127.0.0.1:{foreign_port}"\n' if foreign_port else ""
        (self._folder / "home" / "ownplug.toml").write_text(f"{server}[mqtt]\nenabled = true\n")
        self.start_hub()
        options = ("--http", "127.0.0.1:0", "--load", "60", "--control", self._control)
        plug = self._launch("virtual", "run", "--seed", "7", *options).ready()
        wish = ("--ssid", "Home", "--password", "secret123", "--name", "kettle")
        self.uuid = self.ownplug("pair", f"http://{plug['http']}", *wish)["uuid"]
        if not foreign_port:
            self._add_user()

    def start_hub(self) -> None:
        """Start the hub, later at the same port, where its plug looks for it."""
        self.hub = self._launch(
            *("hub", "run", "--home", str(self._folder / "home"), "--advertise", "127.0.0.1"),
            *("--mqtts", self._mqtts, "--mqtt", "127.0.0.1:0", "--web", "127.0.0.1:0", "--verbose"),
        )
        ready = self.hub.ready()
        self._mqtts, self._mqtt = ready["mqtts"], ready["mqtt"]

    def is_on(self) -> bool:
        """Whether the plug's relay is on, as the plug itself shows it."""
        return bool(self.ownplug("virtual", "status", "--control", self._control)[0]["relays"]["0"])

    def press(self) -> None:
        """Press the plug's button."""
        self.ownplug("virtual", "press", "--control", self._control)

    def read(self, topic: str) -> str | None:
        """What whoever comes now reads on a topic of the bridge; None: nothing is retained there."""
        return self.topics(f"ownplug/{topic}", "-C", "1").get(topic)

    def topics(self, topic_filter: str = "ownplug/#", *options: str) -> dict[str, str]:
        """All that is retained, by topic below `ownplug`."""
        command = [*self._command("mosquitto_sub", topic_filter), *options, "-W", str(SILENCE_S)]
        command += ["--retained-only", "-F", "%t\\t%p"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=END_S, check=False)
        lines = [line.partition("\t") for line in done.stdout.splitlines()]
        return {topic.removeprefix("ownplug/"): payload for topic, _, payload in lines}

    def write(self, topic: str, payload: str, *options: str) -> None:
        """Write to a topic of the bridge."""
        command = [*self._command("mosquitto_pub", f"ownplug/{topic}"), "-m", payload, "-q", "1", *options]
        subprocess.run(command, check=True, timeout=END_S)

    def listen(self) -> Listener:
        """Hear all topics from now on."""
        command = [*self._command("mosquitto_sub", "ownplug/#"), "-F", "%t\\t%p"]
        self._listeners.append(Listener(command, self._folder / f"heard-{len(self._listeners)}"))
        return self._listeners[-1]

    def version(self) -> str:
        """Which mosquitto_sub it is."""
        said = subprocess.run(
            [self._programs["mosquitto_sub"], "--version"],
            capture_output=True,
            text=True,
            timeout=END_S,
            check=False,
        )
        return said.stdout.split()[2]

    def log(self) -> str:
        """What the hub has logged since it was started last."""
        return str(self.hub.log.read_text())

    def end(self) -> None:
        for listener in self._listeners:
            listener.end()

    def _command(self, program: str, topic: str) -> list[str]:
        command = [self._programs[program], "-t", topic, "-h", "127.0.0.1", "-p"]
        if self._foreign_port:
            return [*command, str(self._foreign_port)]
        return [*command, self._mqtt.rpartition(":")[2], "-u", "ann", "-P", PASSWORD]

    def _add_user(self) -> None:
        rights = ("--read", "ownplug/#", "--write", "ownplug/+/set", "--write", "ownplug/+/light/set")
        command = [sys.executable, "-m", "ownplug", "user", "add", "ann", "--password-stdin", *rights]
        command += ["--home", str(self._folder / "home")]
        subprocess.run(command, input=PASSWORD, text=True, check=True, timeout=60, capture_output=True)


@pytest.fixture
def kettle_home(
    launch: Callable[..., Any],
    ownplug: Callable[..., Any],
    require_program: Callable[[str, str], str],
    tmp_path: Path,
) -> Iterator[KettleHome]:
    """A house that is not set up yet."""
    names = ("mosquitto_pub", "mosquitto_sub")
    made = KettleHome(launch, ownplug, {name: require_program(name, CLIENTS) for name in names}, tmp_path)
    yield made
    made.end()


@pytest.fixture
def mosquitto(require_program: Callable[[str, str], str], tmp_path: Path) -> Iterator[Mosquitto]:
    """A mosquitto that does not run yet."""
    server = Mosquitto(require_program("mosquitto", "apt-get install mosquitto"), tmp_path)
    yield server
    server.kill()
