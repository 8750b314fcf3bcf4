"""What one run showed, and how it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One side in one round; latencies are those of a call, which may carry many notices."""

    name: str
    notices: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    wal_bytes_each: float = 0.0
    load_before: float = 0.0
    #: Microseconds of processor time for one notice, by kind of process.
    cpu_us_each: dict[str, float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return self.notices / self.seconds


def quantile(ordered: Sequence[float], *, share: float) -> float:
    """The value that `share` of the ordered ones do not exceed; 0 where there are none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def line(figures: Figures) -> str:
    """One line for the reader."""
    cpu = "  ".join(f"{kind} {us:.0f}" for kind, us in figures.cpu_us_each.items())
    return (
        f"{figures.name:<28} {figures.per_second:8,.0f}/s   p50 {figures.p50_ms:6.1f}  "
        f"p99 {figures.p99_ms:6.1f}  max {figures.max_ms:7.1f} ms   "
        f"wal {figures.wal_bytes_each:6,.0f} B   load {figures.load_before:4.1f}   cpu us: {cpu}"
    )
