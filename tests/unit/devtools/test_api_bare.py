from __future__ import annotations

import json
from typing import Any

from devtools.api_bare import bare_app


async def test_the_bare_answer_has_the_size_that_was_wished() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/x",
        "raw_path": b"/x",
        "query_string": b"",
        "headers": [],
    }
    await bare_app(745)(scope, receive, send)
    assert sent[0]["status"] == 200
    assert len(sent[1]["body"]) == 745
    assert set(json.loads(sent[1]["body"])) == {"x"}
