"""Connections of homes: how many there may be, and answers that take time."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlsplit

import h11
from pyhap import tlv
from pyhap.const import HAP_SERVER_STATUS
from pyhap.hap_handler import HAP_TLV_STATES, HAP_TLV_TAGS, HAPResponse, HAPServerHandler
from pyhap.hap_protocol import HAPServerProtocol
from pyhap.hap_server import HAPServer

from ownplug.bridges.homekit.hap.accessory import Write
from ownplug.bridges.homekit.hap.keeping import KeepingDriver
from ownplug.core.errors import LinkTimeout, NotKept, OwnplugError
from ownplug.transport.endpoint import authority, listen_failure

log = logging.getLogger(__name__)

_MOST_CONNECTIONS = 100
_MOST_UNREAD_BYTES = 1 << 20
_PATIENCE_S = 8.0  # with a plug. Source: HAP-python, hap_handler.py: iOS gives up after 10 seconds
_BETWEEN_PAIRING_STEPS_S = 0.2  # each takes milliseconds of arithmetic, for any stranger

_UNKNOWN_ERROR = b"\x01"  # kTLVError_Unknown. Source: aiohomekit, protocol/tlv.py
_DONE_PARTLY = 207, "Multi-Status"


class Server(HAPServer):
    """Listens for homes."""

    accessory_handler: KeepingDriver

    async def async_start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Listen, and note at which port.

        Raises:
            Conflict, UsageError: nothing can listen there.
        """
        host, port = self._addr_port
        self.loop = loop
        try:
            self.server = await loop.create_server(
                lambda: Connection(loop, self.connections, self.accessory_handler), host, port
            )
        except OSError as error:
            raise listen_failure(error, authority(host, port or 0), "homekit.port, not") from error
        self.accessory_handler.state.port = self.server.sockets[0].getsockname()[1]
        self.async_cleanup_connections()


class Connection(HAPServerProtocol):
    """One connection; strangers make room for each other, and for homes."""

    accessory_driver: KeepingDriver

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; the stranger who has been here longest has to go when there are too many."""
        super().connection_made(transport)
        self.handler = Handler(self.accessory_driver, self.peername or "")
        if len(self.connections) > _MOST_CONNECTIONS:
            strangers = (each for each in self.connections.values() if not _is_home(each))
            next(strangers, self).close()

    def drop_event(self, aid: int, iid: int) -> None:
        """Do not tell what this home has overruled since; the library keeps news for half a second."""
        self._event_queue.pop((aid, iid), None)

    def write(self, data: bytes) -> None:
        """Send something, unless the other side has stopped reading."""
        if self._transport.get_write_buffer_size() > _MOST_UNREAD_BYTES:
            self._transport.abort()
            return
        super().write(data)


class Handler(HAPServerHandler):
    """Answers the requests of one connection."""

    accessory_handler: KeepingDriver

    def dispatch(self, request: h11.Request, body: bytes | None = None) -> HAPResponse:
        """Answer a request, later where that takes time."""
        path = _path(request)
        if path not in self.HANDLERS.get(request.method.decode(errors="replace"), {}):
            return _refusal(404, "Not Found")
        if path == "/pair-setup":
            response = HAPResponse()
            return self._later(response, self._pair(response, request, body))
        response = self._answered(request, body)
        if self.accessory_handler.has_other_pairings and not response.shared_key:
            return self._later(response, self._once_kept(response))
        return response

    def handle_set_characteristics(self) -> None:
        """Have outlets switched; answered when the plugs have done it."""
        writes, response = self.accessory_handler.wanted, self.response
        writes.clear()
        super().handle_set_characteristics()
        if writes and response is not None:
            self._later(response, self._carry_out(response, list(writes), self.request_body or b""))
            writes.clear()

    def _later(self, response: HAPResponse, work: Coroutine[Any, Any, bytes]) -> HAPResponse:
        response.task = self.accessory_handler.tasks.create_task(work)
        return response

    async def _pair(self, response: HAPResponse, request: h11.Request, body: bytes | None) -> bytes:
        """Do one step of a pairing, after the steps of others."""
        driver = self.accessory_handler
        async with driver.pairing_turn:
            await asyncio.sleep(_BETWEEN_PAIRING_STEPS_S)
            _become(response, self._answered(request, body))
            return await self._once_kept(response) if driver.has_other_pairings else response.body

    def _answered(self, request: h11.Request, body: bytes | None) -> HAPResponse:
        self.accessory_handler.has_other_pairings = False
        return super().dispatch(request, body)

    async def _once_kept(self, response: HAPResponse) -> bytes:
        """Answer when what was changed is on the disk; then, and not before, the network may see it.

        Source: HAP-python, AccessoryDriver.finish_pair.
        """
        driver = self.accessory_handler
        is_news, response.pairing_changed = response.pairing_changed, False
        try:
            await driver.save()
        except NotKept as error:
            log.warning("A HomeKit pairing was not changed: %s", error)
            driver.take_back_pairings()
            is_setup = self.path == "/pair-setup"
            last_state = HAP_TLV_STATES.M6 if is_setup else HAP_TLV_STATES.M2
            return bytes(
                tlv.encode(HAP_TLV_TAGS.SEQUENCE_NUM, last_state, HAP_TLV_TAGS.ERROR_CODE, _UNKNOWN_ERROR)
            )
        task = asyncio.current_task()
        if task is not None:
            task.add_done_callback(lambda _: driver.pairings_changed(is_news=is_news))
        return response.body

    async def _carry_out(self, response: HAPResponse, writes: list[Write], asked: bytes) -> bytes:
        async with asyncio.TaskGroup() as tasks:
            tried = [(write, tasks.create_task(self._switch(write))) for write in writes]
        failed = {(write.plug.aid, write.outlet.iid): task.result() for write, task in tried if task.result()}
        if not failed:
            return response.body
        refused = json.loads(response.body)["characteristics"] if response.body else []
        statuses = {(each["aid"], each["iid"]): each["status"] for each in refused} | failed
        answer = [
            {"aid": each["aid"], "iid": each["iid"], "status": statuses.get((each["aid"], each["iid"]), 0)}
            for each in json.loads(asked)["characteristics"]
            if "value" in each
        ]
        response.status_code, response.reason = _DONE_PARTLY
        response.headers = [("Content-Type", self.JSON_RESPONSE_TYPE)]
        return json.dumps({"characteristics": answer}).encode()

    async def _switch(self, write: Write) -> int:
        """Switch one outlet; return HAP's status."""
        plug, outlet = write.plug.plug, write.outlet
        try:
            async with asyncio.timeout(_PATIENCE_S):
                with outlet.writing(write, self.client_address):
                    await self.accessory_handler.controls.switch(
                        plug.uuid, outlet.outlet.feature_id, write.on
                    )
        except (TimeoutError, LinkTimeout):
            log.warning("HomeKit: %s did not answer in time", plug.name)
            return HAP_SERVER_STATUS.OPERATION_TIMED_OUT
        except OwnplugError as error:
            log.warning("HomeKit: %s was not switched: %s", plug.name, error)
            return HAP_SERVER_STATUS.SERVICE_COMMUNICATION_FAILURE
        return HAP_SERVER_STATUS.SUCCESS


def _is_home(connection: HAPServerProtocol) -> bool:
    return connection.handler is not None and connection.handler.is_encrypted


def _path(request: h11.Request) -> str:
    try:
        return urlsplit(request.target.decode()).path
    except ValueError:
        return ""


def _refusal(status: int, reason: str) -> HAPResponse:
    response = HAPResponse()
    response.status_code, response.reason = status, reason
    response.headers = [("Content-Length", "0")]
    return response


def _become(response: HAPResponse, other: HAPResponse) -> None:
    response.status_code, response.reason = other.status_code, other.reason
    response.headers, response.body = other.headers, other.body
    response.pairing_changed = other.pairing_changed
