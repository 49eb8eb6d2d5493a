"""How many connections this process may have: each takes a descriptor, and the system grants only so many."""

from __future__ import annotations

import contextlib
import logging
import math
import sys

log = logging.getLogger(__name__)

RESERVED = 100
"""Descriptors for everything but MQTT: database, API, page, log, and the connections that are just turned away."""

LEAST = 16


def connections_that_fit(wanted: int) -> int:
    """Have the system grant descriptors for `wanted` connections, as far as it may; return for how many it did.

    Without that, strangers who only hold connections open use up the descriptors, and no plug can come in.
    """
    granted = grant_descriptors(wanted + RESERVED)
    fitting = wanted if granted >= wanted + RESERVED else max(int(granted) - RESERVED, LEAST)
    if fitting < wanted:
        log.warning("The system grants descriptors for %d MQTT connections, not for %d", fitting, wanted)
    return fitting


def grant_descriptors(needed: int) -> float:
    """Have the system grant this process so many descriptors, as far as it may; return how many it has now."""
    if sys.platform == "win32":  # has no such limit
        return math.inf
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with contextlib.suppress(OSError, ValueError):  # the system may have a limit of its own above both
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return math.inf if soft == resource.RLIM_INFINITY else soft
