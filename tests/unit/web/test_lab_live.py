from __future__ import annotations

from ownplug.web.lab_live import Changes


def test_only_what_has_changed_is_told() -> None:
    changes = Changes()
    first = {"a": {"id": "a", "power_w": 1}, "b": {"id": "b", "power_w": 2}}
    assert [told["plug"]["id"] for told in changes.since(first)] == ["a", "b"]
    assert changes.since(dict(first)) == []
    assert changes.since({**first, "b": {"id": "b", "power_w": 3}}) == [
        {"event": "plug", "plug": {"id": "b", "power_w": 3}}
    ]


def test_what_has_gone_is_told_once() -> None:
    changes = Changes()
    changes.since({"a": {}})
    assert changes.since({}) == [{"event": "gone", "id": "a"}]
    assert changes.since({}) == []
