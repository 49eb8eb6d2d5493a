"""Secrets that are planted everywhere, in every writing, and whoever finds one."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus


def writings(secret: str) -> set[str]:
    """The forms in which a secret might leave the house."""
    data = secret.encode()
    return {
        secret,
        json.dumps(secret)[1:-1],
        base64.b64encode(data).decode().rstrip("="),
        base64.urlsafe_b64encode(data).decode().rstrip("="),
        data.hex(),
        data.hex(":"),
        quote(secret, safe=""),
        quote_plus(secret),
    }


def leaks(canaries: Mapping[str, str], text: str) -> Iterator[str]:
    """The names of those that stand in a text, in any writing and in any case."""
    lower = text.lower()
    for name, secret in canaries.items():
        if any(writing.lower() in lower for writing in writings(secret)):
            yield name
