"""What a run over the surfaces showed, counted by surface, and how it is told."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from benchmarks.guard_world_asks import About, Ask
from tutela.drills.surfaces.adapters import Page
from tutela.drills.surfaces.truth import Truth
from tutela.guard.asking import Surface

#: Of what is benign, the share that may be missing.
HARMED_MAX: Final = 0.001
#: What was given back for something that is listed.
RESULTS: Final = "results"


@dataclass(slots=True)
class Seen:
    """Counts of one run; an ask is named by nothing but its surface."""

    truth: Truth
    asked: Counter[tuple[Surface, About]] = field(default_factory=Counter)
    #: What must not be shown and was: by surface and what it is.
    leaks: Counter[tuple[Surface, str]] = field(default_factory=Counter)
    #: Benign asks that lacked something benign.
    harmed: Counter[Surface] = field(default_factory=Counter)
    #: Variants asked and shown nothing, by surface and spelling.
    variants: Counter[tuple[Surface, str]] = field(default_factory=Counter)
    shut_variants: Counter[tuple[Surface, str]] = field(default_factory=Counter)

    def note(self, page: Page, *, ask: Ask, unguarded: Page) -> None:
        """What came of one ask, beside what comes without a guard."""
        surface = ask.surface
        self.asked[surface, ask.about] += 1
        for leak in self.truth.leaks(page, surface=surface, viewer=ask.viewer):
            self.leaks[surface, leak] += 1
        if ask.is_shut and (page.results or page.related):
            self.leaks[surface, RESULTS] += 1
        if ask.about is About.BENIGN:
            lacks = set(self.truth.benign(unguarded)) - set(self.truth.benign(page))
            self.harmed[surface] += page.blocked or bool(lacks)
        if ask.about is About.VARIANT and unguarded.results:
            self.variants[surface, ask.spelling] += 1
            self.shut_variants[surface, ask.spelling] += not page.results

    def harmed_share(self, surface: Surface) -> float:
        """Of the benign asks of the surface."""
        return self.harmed[surface] / max(1, self.asked[surface, About.BENIGN])

    def leaked(self, surface: Surface) -> int:
        """Everything that the surface showed and must not."""
        return sum(count for (where, _), count in self.leaks.items() if where is surface)

    def recall(self, spelling: str, *, surface: Surface) -> float:
        """The share of these variants that led to nothing."""
        asked = self.variants[surface, spelling]
        return self.shut_variants[surface, spelling] / asked if asked else float("nan")

    def is_fit(self) -> bool:
        """No leak, and no surface that harms more than it may."""
        harm = max(self.harmed_share(surface) for surface in Surface)
        return not sum(self.leaks.values()) and harm <= HARMED_MAX


def table(runs: dict[str, Seen]) -> Iterator[str]:
    """A line for each run and surface, then what leaked, by what it is."""
    heads = ("asked", "leaks", "benign", "harmed", "share")
    yield f"{'guard':<12}{'surface':<16}" + "".join(f"{head:>9}" for head in heads)
    for name, seen in runs.items():
        for surface in Surface:
            asked = sum(count for (where, _), count in seen.asked.items() if where is surface)
            benign = seen.asked[surface, About.BENIGN]
            yield (
                f"{name:<12}{surface:<16}{asked:>9,}{seen.leaked(surface):>9,}{benign:>9,}"
                f"{seen.harmed[surface]:>9,}{seen.harmed_share(surface):>9.3%}"
            )
    for name, seen in runs.items():
        for (surface, leak), count in sorted(seen.leaks.items()):
            yield f"  {name}: {surface} showed {leak} {count:,} times"


def recall_table(seen: Seen) -> Iterator[str]:
    """Of each class of variants, the share that led to nothing, by surface."""
    yield (
        f"{'variants':<24}" + "".join(f"{surface:>18}" for surface in Surface) + f"{'each of':>10}"
    )
    for spelling in dict.fromkeys(spelling for _, spelling in seen.variants):
        shares = "".join(f"{seen.recall(spelling, surface=each):>18.1%}" for each in Surface)
        yield f"{spelling:<24}{shares}{seen.variants[Surface.SEARCH, spelling]:>10,}"
