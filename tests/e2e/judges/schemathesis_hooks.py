"""What schemathesis may not make up: the addresses that the hub calls. Runs in the judge's own environment."""

from __future__ import annotations

import os
from typing import Any

import schemathesis

CALLING = ("/api/v1/pairings", "/api/v1/pairings/look", "/api/v1/pairings/batches")
PLUG_URL = os.environ["JUDGED_PLUG_URL"]
NOBODY = "127.0.0.1:1"


@schemathesis.hook  # type: ignore[untyped-decorator]  # it is installed in its own environment only
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Let the hub call one plug on loopback, whatever address was made up; no address at all is 10.10.10.1."""
    body = case.body if isinstance(case.body, dict) else {}
    if case.operation.path in CALLING and isinstance(body.get("url", ""), str):
        body["url"] = PLUG_URL
    for line in _lines(body):
        if isinstance(line.get("url"), str):
            line["url"] = PLUG_URL
    if case.operation.path == "/api/v1/moves" and _are_texts(body.get("servers")):
        body["servers"] = [f"mqtts://{NOBODY}"]
    if case.operation.path == "/api/v1/discovery" and _are_texts((case.query or {}).get("network", [])):
        case.query = {**(case.query or {}), "network": ["127.0.0.1/32"]}


def _lines(body: dict[str, Any]) -> list[dict[str, Any]]:
    plugs = body.get("plugs")
    return [line for line in plugs if isinstance(line, dict)] if isinstance(plugs, list) else []


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
