"""From many measurements to one table: which count, their median, the ratio to a peer, and whether the aim is met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

MOST_BUSY = 0.7
"""Share of the load generator's core above which a figure says more about the generator than about the server."""

MOST_FOREIGN = 0.1
"""Share of the server's core that other programs may take before a figure is called preliminary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measurement.

    Attributes:
        busy: share of the generator's core that was in use, by whomever; 0 where no generator takes part.
        own: share that the generator itself used.
        foreign: share of the server's core that other programs used.
    """

    value: float
    busy: float = 0.0
    own: float = 0.0
    foreign: float = 0.0

    @property
    def counts(self) -> bool:
        """Whether the generator had time to spare."""
        return self.busy < MOST_BUSY

    @property
    def is_disturbed(self) -> bool:
        """Whether other programs worked on one of the two cores."""
        return self.foreign > MOST_FOREIGN or self.busy - self.own > MOST_FOREIGN


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What is measured, and how it shall compare with the peer.

    Attributes:
        ratio: ours divided by the peer's; None where nothing is aimed at.
        more_is_better: whether the ratio shall be at least, or at most, that.
    """

    what: str
    unit: str
    ratio: float | None = None
    more_is_better: bool = True

    def __str__(self) -> str:
        if self.ratio is None:
            return ""
        return f"{'≥' if self.more_is_better else '≤'} {self.ratio:g}"

    def is_met(self, ratio: float) -> bool:
        """Whether this ratio is good enough."""
        if self.ratio is None:
            return True
        return ratio >= self.ratio if self.more_is_better else ratio <= self.ratio


@dataclass(slots=True, kw_only=True)
class Row:
    """One figure of several candidates; the peer is named by the table."""

    aim: Aim
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def add(self, candidate: str, sample: Sample) -> None:
        """Note one measurement."""
        self.samples.setdefault(candidate, []).append(sample)

    def value(self, candidate: str) -> float | None:
        """Median of what counts; of all, where nothing does; None where there is nothing."""
        samples = self.samples.get(candidate, [])
        values = [sample.value for sample in samples if sample.counts] or [s.value for s in samples]
        return median(values) if values else None

    def ratio(self, candidate: str, peer: str) -> float | None:
        """The candidate's value divided by the peer's."""
        ours, theirs = self.value(candidate), self.value(peer)
        return ours / theirs if ours is not None and theirs else None

    def busy(self, candidate: str) -> float:
        """How busy the generator's core was, median."""
        return median([sample.busy for sample in self.samples.get(candidate, [])] or [0.0])

    def counts(self, candidate: str) -> bool:
        """Whether at least one of its measurements does."""
        return any(sample.counts for sample in self.samples.get(candidate, []))

    def remark(self) -> str:
        """What speaks against the row, empty if nothing does."""
        too_busy = [name for name in self.samples if not self.counts(name)]
        if too_busy:
            whom = "" if len(too_busy) == len(self.samples) else f" for {' and '.join(too_busy)}"
            return f"does not count: generator too busy{whom}"
        samples = [sample for of_one in self.samples.values() for sample in of_one]
        disturbed = sum(sample.is_disturbed for sample in samples)
        return "preliminary: the machine was shared" if 2 * disturbed > len(samples) else ""


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` percent of them do not exceed; 0 if there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    rank = -(-len(ordered) * share // 100)  # rounded up
    return ordered[max(0, int(rank) - 1)]


def cells(rows: Iterable[Row], candidates: Sequence[str], peer: str) -> list[list[str]]:
    """Return the table, its head first: values, ratios of the candidates to the peer, aim, what to think of it."""
    ours = [name for name in candidates if name != peer]
    head = ["figure", *candidates, *(f"ratio, {name}" for name in ours), "aim", ""]
    return [head, *(_line(row, candidates, ours, peer) for row in rows)]


def _line(row: Row, candidates: Sequence[str], ours: Sequence[str], peer: str) -> list[str]:
    ratios = [row.ratio(name, peer) for name in ours]
    verdict = ""
    if row.aim.ratio is not None and ratios[0] is not None:
        verdict = "met" if row.aim.is_met(ratios[0]) else "missed"
    return [
        f"{row.aim.what}, {row.aim.unit}",
        *(number(row.value(name)) for name in candidates),
        *("-" if ratio is None else f"{ratio:.2f}" for ratio in ratios),
        str(row.aim),
        "; ".join(part for part in (verdict, row.remark()) if part),
    ]


def number(value: float | None) -> str:
    """Three digits are all that such a measurement knows."""
    if value is None:
        return "-"
    if value >= 1000:
        digits = len(str(int(value))) - 3
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}"


def plain_table(lines: Sequence[Sequence[str]]) -> str:
    """Columns for a terminal."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )
    return "\n".join(line.rstrip() for line in padded)


def markdown_table(lines: Sequence[Sequence[str]]) -> str:
    """The same for a page."""
    head, *rest = ("| " + " | ".join(line) + " |" for line in lines)
    return "\n".join([head, "|" + "---|" * len(lines[0]), *rest])
