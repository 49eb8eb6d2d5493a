from __future__ import annotations

from typing import Any

from ownplug.virtual.firmware.shell.answer import Context


def test_so_many_deeds_wait_and_no_more(console: Any) -> None:
    context = Context(device=console.device, timing=console.timing)
    for _ in range(100):
        context.do_later(1.5, lambda: None)
    assert [due_s for due_s, _ in context.later] == [console.now_s + 1.5] * 32
