"""A bare FastAPI program, the peer of the hub's API: `python -m devtools.api_bare SIZE`.

It asks nobody who he is, knows no plug, and answers with as many bytes as the hub does. Prints one JSON line when it
listens; ends with SIGTERM.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
from typing import Literal

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

from ownplug.cli.hub import fast_loop


class Switched(BaseModel):
    """What is sent to `/x`."""

    on: bool


def bare_app(size: int) -> FastAPI:
    """Make the application: `GET /x` and `PUT /x` answer with `size` bytes, `/live` is a WebSocket that echoes."""
    app = FastAPI(openapi_url=None)
    answer = {"x": "x" * (size - len('{"x":""}'))}

    @app.get("/x")
    async def get() -> dict[str, str]:
        return answer

    @app.put("/x")
    async def put(body: Switched) -> dict[str, bool]:
        return {"on": body.on}

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                await socket.send_text(await socket.receive_text())
        except WebSocketDisconnect:
            return

    return app


class _Server(uvicorn.Server):
    """Tells where it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        port = (sockets or [])[0].getsockname()[1]
        loop = (fast_loop() or type(None)).__module__.partition(".")[0]
        told = {"port": port, "loop": "asyncio" if loop == "builtins" else loop}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def serve(size: int, http: Literal["h11", "auto"]) -> None:
    """Serve until a signal comes."""
    # Made as TCP by name, as the hub's own: else every answer waits for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(100)
    config = uvicorn.Config(
        bare_app(size),
        http=http,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        loop="uvloop" if fast_loop() else "asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    _Server(config).run(sockets=[listener])


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int)
    parser.add_argument("--http", choices=("h11", "auto"), default="h11")
    options = parser.parse_args()
    serve(options.size, options.http)


if __name__ == "__main__":
    main()
