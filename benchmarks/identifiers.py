"""How many identifiers in free text the scanner finds, and how often it stops a text for nothing.

``python -m benchmarks.identifiers [--each 200] [--seed 1]`` (`make bench-identifiers`) writes texts
in six languages by chance, each with one identifier of one kind in one form or with none, and tells
the share that is found by kind and form, the share that is stopped although it names nobody, and
what a scan costs. A form that is tried and never found is told like any other.
"""

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmarks.identifier_texts import TONGUES, Sample, benign, samples
from tutela.compliance.filing.identifiers import findings

EACH = 200
SEED = 1


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    stopped: int
    tried: int

    def __str__(self) -> str:
        return f"{100 * self.stopped / self.tried:6.2f} %  ({self.stopped:,} of {self.tried:,})"


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run showed; keys are kind, form and language."""

    shares: dict[tuple[str, str, str], Share]
    seconds: float
    code_points: int

    def of(self, *, kind: str = "", form: str = "", language: str = "") -> Share:
        """All that fits what is named."""
        fitting = [
            share
            for key, share in self.shares.items()
            if all(want in ("", got) for want, got in zip((kind, form, language), key, strict=True))
        ]
        return Share(sum(each.stopped for each in fitting), sum(each.tried for each in fitting))

    def forms(self) -> list[tuple[str, str]]:
        """Every kind with every form, in the order they were tried."""
        return list(dict.fromkeys(key[:2] for key in self.shares))


def measured(*, each: int, seed: int) -> Figures:
    """The figures over texts of all languages."""
    chance = random.Random(seed)
    texts = [
        sample
        for language in TONGUES
        for make in (samples, benign)
        for sample in make(language, each=each, chance=chance)
    ]
    begun = time.perf_counter()
    stopped = [bool(findings(sample.text, known=sample.known)) for sample in texts]
    seconds = time.perf_counter() - begun
    code_points = sum(len(sample.text) for sample in texts)
    return Figures(_shares(zip(texts, stopped, strict=True)), seconds, code_points)


def _shares(scanned: Iterable[tuple[Sample, bool]]) -> dict[tuple[str, str, str], Share]:
    counted: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for sample, is_stopped in scanned:
        counted[sample.kind, sample.form, sample.language].append(is_stopped)
    return {key: Share(sum(stopped), len(stopped)) for key, stopped in counted.items()}


def lines(figures: Figures) -> Iterator[str]:
    """The report."""
    total = figures.of()
    for kind, form in figures.forms():
        if kind != "benign":
            yield f"found    {kind:<16} {form:<28} {figures.of(kind=kind, form=form)}"
    for kind, form in figures.forms():
        if kind == "benign":
            yield f"stopped  {form:<45} {figures.of(kind=kind, form=form)}"
    for language in TONGUES:
        found, tried = 0, 0
        for kind in dict.fromkeys(kind for kind, _ in figures.forms() if kind != "benign"):
            share = figures.of(kind=kind, language=language)
            found, tried = found + share.stopped, tried + share.tried
        false = figures.of(kind="benign", language=language)
        yield f"{language}       recall {Share(found, tried)}   false stops {false}"
    each_us = 1e6 * figures.seconds / total.tried
    size = figures.code_points // total.tried
    yield f"a scan of {size} code points takes {each_us:.0f} us"


def main() -> None:
    """Prints the figures of one run."""
    parser = argparse.ArgumentParser(description="recall and false stops of the identifier scanner")
    parser.add_argument("--each", type=int, default=EACH, help="texts of each form and language")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    for line in lines(measured(each=given.each, seed=given.seed)):
        print(line)


if __name__ == "__main__":
    main()
