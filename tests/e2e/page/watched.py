"""What a page may not do: ask strangers, complain, fail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext

_LOOPBACK = "127.0.0.1"


@dataclass(kw_only=True)
class Watched:
    """What a page may not do: ask strangers, complain, fail."""

    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Patterns of complaints that a test provokes, such as the browser's own word for an answer of 409."""

    def listen(self, context: BrowserContext) -> None:
        """Hear of each request and each complaint of a context."""
        context.on("request", lambda request: self._asked(request.url))
        context.on(
            "console", lambda said: self._said(said.type, f"{said.text} {said.location.get('url', '')}")
        )
        context.on("weberror", lambda failed: self.complaints.append(str(failed.error)))

    def check(self) -> None:
        """Fail where it did one of them."""
        unexpected = [
            said for said in self.complaints if not any(re.search(each, said) for each in self.expected)
        ]
        assert not self.strangers, f"the page asked strangers: {self.strangers}"
        assert not unexpected, f"the page complained: {unexpected}"

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.hostname != _LOOPBACK:
            self.strangers.append(url)

    def _said(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)
