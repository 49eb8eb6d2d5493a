"""Words of the console whose meaning is known; where another word stands, it stays text."""

from __future__ import annotations

from enum import StrEnum


class TaskStatus(StrEnum):
    """What a task of FreeRTOS does. Source: seed (R, B), assumed (the others of FreeRTOS)."""

    READY = "R"
    BLOCKED = "B"
    SUSPENDED = "S"
    DELETED = "D"
    RUNNING = "X"


class ResetReason(StrEnum):
    """Why the plug started. Source: seed (software), assumed (the others of the development kit)."""

    POWER = "HAL_WDT_NONE_RESET"  # it was given current
    WATCHDOG = "HAL_WDT_TIMEOUT_RESET"  # the firmware hung
    SOFTWARE = "HAL_WDT_SOFTWARE_RESET"  # the firmware asked for it
