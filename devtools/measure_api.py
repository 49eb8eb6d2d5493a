"""The hub's API beside a bare FastAPI program: requests, switching, live events, what a login costs."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from devtools.api_load import Order
from devtools.measure_fleet import key_of, ownplug_on
from devtools.measure_load import Generator, Run
from devtools.measure_mqtt import Comparison, Effort, installed
from devtools.measure_servers import GENERATOR_CORE, SERVER_CORE, Server, running
from devtools.measure_table import Aim, Sample
from ownplug.aio import SystemClock
from ownplug.client import HubClient, find_hub
from ownplug.core.secret import Secret

OURS, BARE, FAST = "ours", "bare FastAPI, h11", "bare FastAPI, httptools"

PEOPLE = 10
PRESSES = 200
MANY = 16
_PASSWORD = "ten people sign in"  # noqa: S105 - of a home that is gone after a minute
_PATIENCE_S = 30.0
_LOOPBACK = ("--mqtts", "127.0.0.1:0", "--web", "127.0.0.1:0", "--advertise", "127.0.0.1")

GET_MANY = Aim(what=f"GET of a plug, {MANY} connections", unit="a processor second")
GET_ONE = Aim(what="GET of a plug, one connection", unit="a second")
GET_P99 = Aim(what="GET of a plug, one connection, p99", unit="ms")
COOKIE = Aim(what=f"GET of a plug with a cookie, {MANY} connections", unit="a processor second")
PUT_MANY = Aim(what=f"switching, acknowledged by the plug, {MANY} connections", unit="a processor second")
PUT_ONE = Aim(what="switching, acknowledged by the plug, one connection", unit="a second")
PUT_P50 = Aim(what="switching, p50", unit="ms")
PUT_P99 = Aim(what="switching, p99", unit="ms")
LIVE_P50 = Aim(what="button pressed until the WebSocket tells, p50", unit="ms")
LIVE_P99 = Aim(what="button pressed until the WebSocket tells, p99", unit="ms")
SIGN_IN = Aim(what=f"a sign-in, {PEOPLE} people at a time, p50", unit="ms")
QUIET = Aim(what="GET /healthz, p99", unit="ms")
BUSY = Aim(what=f"GET /healthz while {PEOPLE} people sign in, p99", unit="ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A running server, and what it is asked.

    Attributes:
        get: a request.
        put: requests that are sent in turns.
        live: path and headers of the WebSocket, and what makes it tell something.
        partners: processes beside the load on its core that belong to what is measured.
    """

    name: str
    server: Server
    get: str
    put: list[str]
    live: dict[str, Any]
    partners: tuple[Server, ...] = ()


class ApiRounds:
    """The measurements themselves: each fills rows of `found`.

    Args:
        folder: for what the load is told.
        seconds: how long each counting takes.
        found: where the figures go.
    """

    def __init__(self, folder: Path, seconds: float, found: Comparison) -> None:
        self._order = folder / "order.json"
        self._seconds = seconds
        self._found = found

    def work(self, target: Target) -> None:
        """Requests, switching, live events."""
        run = self._requests(target, [target.get], MANY)
        self._add(GET_MANY, target, run.a_processor_second("requests"))
        run = self._requests(target, [target.get], 1)
        self._add(GET_ONE, target, run.sample(run.told["requests"] / run.told["seconds"]))
        self._add(GET_P99, target, run.sample(run.told["p99_ms"]))
        run = self._requests(target, target.put, MANY)
        self._add(PUT_MANY, target, run.a_processor_second("requests"))
        run = self._requests(target, target.put, 1)
        self._add(PUT_ONE, target, run.sample(run.told["requests"] / run.told["seconds"]))
        self._add(PUT_P50, target, run.sample(run.told["p50_ms"]))
        self._add(PUT_P99, target, run.sample(run.told["p99_ms"]))
        run = self._run(target, "live", Order(port=target.server.port, count=PRESSES, **target.live))
        self._add(LIVE_P50, target, run.sample(run.told["p50_ms"]))
        self._add(LIVE_P99, target, run.sample(run.told["p99_ms"]))

    def logins(self, target: Target, cookie: str) -> None:
        """What it costs to be known by a cookie, and to sign in."""
        host = f"127.0.0.1:{target.server.port}"
        run = self._requests(target, [request("GET", _path_of(target.get), host, f"Cookie: {cookie}")], MANY)
        self._add(COOKIE, target, run.a_processor_second("requests"))
        people = [
            request("POST", "/api/v1/session", host, f"Origin: http://{host}", body=_person(number))
            for number in range(PEOPLE)
        ]
        asked = [request("GET", "/healthz", host), *people]
        order = Order(port=target.server.port, seconds=self._seconds, requests=asked)
        run = self._run(target, "sign-in", order)
        for aim, name in ((SIGN_IN, "p50_ms"), (QUIET, "quiet_p99_ms"), (BUSY, "busy_p99_ms")):
            self._add(aim, target, run.sample(run.told[name]))

    def _requests(self, target: Target, requests: list[str], connections: int) -> Run:
        order = Order(
            port=target.server.port, seconds=self._seconds, connections=connections, requests=requests
        )
        return self._run(target, "requests", order)

    def _run(self, target: Target, mode: str, order: Order) -> Run:
        self._order.write_text(json.dumps(dataclasses.asdict(order)), "utf-8")
        command = ["taskset", "-c", str(GENERATOR_CORE), sys.executable, "-m", "devtools.api_load"]
        pipe = subprocess.PIPE
        process = subprocess.Popen([*command, mode, str(self._order)], stdout=pipe, stderr=pipe, text=True)
        try:
            partners_s, began_s = sum(each.cpu_s() for each in target.partners), perf_counter()
            run = Generator(process, target.server).count()
            share = (sum(each.cpu_s() for each in target.partners) - partners_s) / (perf_counter() - began_s)
            run.told["own"] += share
            return run
        finally:
            process.kill()
            process.communicate()

    def _add(self, aim: Aim, target: Target, sample: Sample) -> None:
        self._found.add(aim, target.name, sample)


def request(method: str, path: str, host: str, *headers: str, body: dict[str, Any] | None = None) -> str:
    """Write a request as it goes over the wire."""
    data = "" if body is None else json.dumps(body, separators=(",", ":"))
    said = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
    if body is not None:
        said += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return "\r\n".join([*said, "", data])


def compare_api(effort: Effort) -> Comparison:
    """Measure everything, in turns."""
    found = Comparison()
    with tempfile.TemporaryDirectory(prefix="ownplug-measure-") as name:
        folder = Path(name)
        servers = [(BARE, "h11", "")]
        if (path := installed("httptools", folder / "speed")) is None:
            found.notes.append("httptools could not be installed: no bare FastAPI with it")
        else:
            servers.append((FAST, "auto", path))
        found.candidates += [OURS, *(name for name, _, _ in servers)]
        rounds = ApiRounds(folder, effort.seconds, found)
        size = 0
        for turn in range(effort.rounds):
            print(f"measuring the API: round {turn + 1} of {effort.rounds} ...", file=sys.stderr, flush=True)
            with our_api(folder) as (target, cookie, found_size):
                rounds.work(target)
                rounds.logins(target, cookie)
                size = found_size
            for peer, http, path in servers:
                with bare_api(peer, http, path, size) as target:
                    rounds.work(target)
        found.notes.append(f"the plug's document and the bare answer have {size} bytes")
    return found


@contextmanager
def our_api(folder: Path) -> Iterator[tuple[Target, str, int]]:
    """Run the hub of a home in `folder`, with one virtual plug; give a person's cookie and the plug's size, too."""
    home, control = folder / "home", folder / "plug.sock"
    with ownplug_on(SERVER_CORE, ["hub", "run", "--home", str(home), *_LOOPBACK], os.devnull, {}) as (
        program,
        told,
    ):
        at = ("--mqtt", f"mqtts://{told['mqtts']}", "--key", key_of(home), "--user-id", told["user_id"])
        plug = ["virtual", "run", "--seed", "1", "--control", str(control), *at]
        with ownplug_on(GENERATOR_CORE, plug, os.devnull, {}) as (virtual, status):
            token = asyncio.run(_prepared(home))
            server, host = program.at(urlsplit(told["web"]).port or 0), urlsplit(told["web"]).netloc
            headers = {"Authorization": f"Bearer {token}"}
            bearer = f"Authorization: Bearer {token}"
            path = f"/api/v1/plugs/{status['uuid']}"
            switch = f"{path}/relays/0"
            target = Target(
                name=OURS,
                server=server,
                get=request("GET", path, host, bearer),
                put=[request("PUT", switch, host, bearer, body={"on": on}) for on in (True, False)],
                live={"path": "/api/v1/events", "headers": headers, "control": str(control)},
                partners=(virtual,),
            )
            yield target, _cookie(told["web"]), _size(f"{told['web']}{path}", token)


@contextmanager
def bare_api(name: str, http: str, path: str, size: int) -> Iterator[Target]:
    """Run the bare program, whose answers have `size` bytes; `path` is where httptools lies if it is not here."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [path, *sys.path]))}
    command = [sys.executable, "-m", "devtools.api_bare", str(size), "--http", http]
    with running(command, environment) as process:
        if process.stdout is None:
            raise AssertionError("it was asked for")
        port = json.loads(process.stdout.readline())["port"]
        host = f"127.0.0.1:{port}"
        yield Target(
            name=name,
            server=Server(process, port),
            get=request("GET", "/x", host),
            put=[request("PUT", "/x", host, body={"on": on}) for on in (True, False)],
            live={"path": "/live"},
        )


async def _prepared(home: Path) -> str:
    """Wait until the plug is at home, let ten people in, and return a new token for switching."""
    async with HubClient(find_hub(home)) as hub, asyncio.timeout(_PATIENCE_S):
        while not any(plug["reading"] for plug in await hub.plugs()):
            await SystemClock().sleep(0.1)
        for number in range(PEOPLE):
            person = _person(number)
            await hub.add_user(person["name"], Secret(person["password"]), scope="switch")
        for known in await hub.tokens():
            await hub.revoke_token(known["id"])
        return str((await hub.create_token("measure", "switch"))["token"])


def _person(number: int) -> dict[str, str]:
    return {"name": f"person-{number}", "password": _PASSWORD}


def _cookie(url: str) -> str:
    """Sign a person in as a browser does."""
    headers = {"Content-Type": "application/json", "Origin": url}
    asked = urllib.request.Request(f"{url}/api/v1/session", json.dumps(_person(0)).encode(), headers)  # noqa: S310 - http
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 - http
        return str(answer.headers["set-cookie"]).partition(";")[0]


def _size(url: str, token: str) -> int:
    """How many bytes an answer has."""
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - http
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 - http
        return len(answer.read())


def _path_of(asked: str) -> str:
    return asked.split(" ", maxsplit=2)[1]
