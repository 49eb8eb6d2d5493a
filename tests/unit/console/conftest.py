"""The page as a plug."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.console.scripted import page_answers, page_boot
from tests.unit.core.shell.page import Page, read_page


@pytest.fixture(scope="session")
def page(reference: Path) -> Page:
    return read_page(reference)


@pytest.fixture(scope="session")
def answers(page: Page) -> dict[str, bytes]:
    """What the page shows below each command."""
    return page_answers(page)


@pytest.fixture(scope="session")
def boot(page: Page) -> bytes:
    """What the page shows before the first command."""
    return page_boot(page)
