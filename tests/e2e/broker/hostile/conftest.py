"""A hub under attack, honest plugs beside it, and their worst delays at the end of the run."""

from __future__ import annotations

import asyncio
import itertools
import ssl
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from tests.e2e.broker.hostile.hub import HonestProcess, HubProcess
from tests.e2e.broker.hostile.raw import Raw, call

from ownplug.core.identity import Mac, Uuid
from ownplug.core.meross.login import app_login, device_client_id, device_login
from ownplug.core.mqtt import Connack, Connect, ConnectCode, ProtocolLevel
from ownplug.transport.tls import client_context

USER, USER_PASSWORD = "anna", "anna-s-password"

_DELAYS = "Honest plugs beside each attack: worst delays (noisy: attackers share the machine)"
_HEADING = f"{'attack':<56} {'replies':>7} {'worst':>9} {'connects':>8} {'worst':>9}"

_hosts = itertools.count(2)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub for one file of tests: for a whole run it would take a part of a processor from all that follows."""
    process = HubProcess(tmp_path_factory.mktemp("hostile"))
    try:
        process.add_user(USER, USER_PASSWORD, read=["local/#"], write=["local/#"])
        yield process
    finally:
        process.program.stop()


@pytest.fixture(scope="module")
def honest(hub: HubProcess) -> Iterator[HonestProcess]:
    process = HonestProcess(hub)
    yield process
    process.stop()


@pytest.fixture
def address() -> str:
    """A loopback address that no other test attacks from: limits count by address."""
    host = next(_hosts)
    return f"127.0.{host // 200 + 1}.{host % 200 + 2}"


Beside = Callable[[str], AbstractAsyncContextManager[None]]


@pytest.fixture
def beside(honest: HonestProcess, print_table: Callable[..., None]) -> Beside:
    """`async with beside("what is done")`: all the while plugs answer and come anew, and none is lost."""

    @asynccontextmanager
    async def watch(attack: str) -> AsyncIterator[None]:
        honest.begin()
        yield
        told = await asyncio.to_thread(honest.end)
        for _ in range(50):  # an attack may be over before anybody was asked
            if told["replies"] and told["connects"]:
                break
            await asyncio.sleep(0.1)
            told = await asyncio.to_thread(honest.end)
        row = (
            f"{attack:<56} {told['replies']:>7} {told['worst_reply_ms']:>6.0f} ms"
            f" {told['connects']:>8} {told['worst_connect_ms']:>6.0f} ms"
        )
        print_table(_DELAYS, [row], heading=_HEADING)
        assert told["lost"] == 0
        assert told["replies"]
        assert told["connects"]

    return watch


def old_context(hub: HubProcess) -> ssl.SSLContext:
    """TLS 1.0 and nothing else, as a very old plug has it."""
    context = client_context(hub.ca)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return context


class Attacker:
    """Ways to reach the hub, from one address.

    Attributes:
        listener: what is attacked where TLS is spoken, in words.
        tls_port: where that listens.
        tls_context: for a client of it.
    """

    def __init__(self, hub: HubProcess, address: str, *, is_old: bool = False) -> None:
        self.hub = hub
        self.address = address
        self.is_old = is_old
        self.listener = "old TLS" if is_old else "TLS"
        self.tls_port = hub.legacy_port if is_old else hub.tls_port
        self.tls_context = old_context(hub) if is_old else client_context(hub.ca)

    def call(self) -> AbstractAsyncContextManager[Raw]:
        """Without TLS."""
        return call(self.hub.tcp_port, self.address)

    def call_tls(self, context: ssl.SSLContext | None = None) -> AbstractAsyncContextManager[Raw]:
        """With a TLS handshake."""
        return call(self.tls_port, self.address, context or self.tls_context)

    def call_raw_on_tls(self) -> AbstractAsyncContextManager[Raw]:
        """To the port of TLS, without it."""
        return call(self.tls_port, self.address)

    def plug(self, uuid: str = "19110000000000000000" + "48e1e90000ff") -> Connect:
        """The CONNECT of a plug of this home."""
        mac = Mac.parse(Uuid(uuid).mac.text)
        login = device_login(mac, self.hub.user_id, self.hub.key)
        return Connect(
            client_id=device_client_id(Uuid(uuid), "0123456789abcdef"),
            level=ProtocolLevel.MQTT_3_1,
            username=login.username,
            password=login.password.reveal().encode(),
        )

    def app(self, name: str = "evil") -> Connect:
        """The CONNECT of a program of this home."""
        login = app_login(self.hub.user_id, self.hub.key)
        return Connect(
            client_id=f"app:{name}", username=login.username, password=login.password.reveal().encode()
        )

    def user(self, name: str = "anna-1") -> Connect:
        """The CONNECT of a user who may read and write `local/#`."""
        return Connect(client_id=name, username=USER, password=USER_PASSWORD.encode())

    @asynccontextmanager
    async def let_in(self, connect: Connect) -> AsyncIterator[Raw]:
        """A connection without TLS whose login was right."""
        async with self.call() as raw:
            await raw.say(connect)
            heard = await raw.hear()
            assert isinstance(heard, Connack)
            assert heard.code is ConnectCode.ACCEPTED
            yield raw


@pytest.fixture
def attacker(hub: HubProcess, address: str) -> Attacker:
    return Attacker(hub, address)


@pytest.fixture
def old_attacker(hub: HubProcess, address: str) -> Attacker:
    """Where TLS is spoken, it is TLS 1.0 to the listener for very old plugs."""
    return Attacker(hub, address, is_old=True)
