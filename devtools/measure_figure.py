"""One comparison with a peer that was measured in the same run, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One comparison: medians of the same run, in seconds."""

    what: str
    ours_s: float
    peer: str
    peer_s: float
    aim: str = ""
    size: int = 0  # bytes that both read; their speeds are shown then, not their times

    @property
    def ratio(self) -> float:
        """Ours divided by the peer's: below 1 is faster."""
        return self.ours_s / self.peer_s


def in_turns(ours: Callable[[], object], peer: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Call both by turns and return the median of each, in seconds; a first call of each does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    ours(), peer()
    for _ in range(rounds):
        for taken, call in zip(times, (ours, peer), strict=True):
            began = perf_counter()
            call()
            taken.append(perf_counter() - began)
    return median(times[0]), median(times[1])


def figure_lines(figures: list[Figure]) -> list[list[str]]:
    """Return the figures as a table, its head first."""
    head = ["figure", "ours", "peer", "ratio", "aim", "peer is"]
    rows = (
        [f.what, _cell(f, f.ours_s), _cell(f, f.peer_s), f"{f.ratio:.2f}", f.aim or "-", f.peer]
        for f in figures
    )
    return [head, *rows]


def _cell(figure: Figure, seconds: float) -> str:
    return f"{figure.size / seconds / 1e6:.3g} MB/s" if figure.size else _time(seconds)


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"
