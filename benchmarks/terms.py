"""Terms in raw posts: ours beside what is common practice, ICU's skeleton and decancer.

``python -m benchmarks.terms [--posts 3000] [--rounds 5] [--seed 1]`` (`make bench-terms`) writes
neutral posts and random terms by chance, lets each side fold and search the same posts in turns,
and tells rates by processor time with their ratio to common practice, what each finds of words that
are written otherwise, and what each finds in neutral posts beyond plain substrings.
"""

import argparse
import gc
import random
import statistics
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

import ahocorasick
import decancer_py
import icu

from benchmarks import machine
from benchmarks.evasions import FURTHER, NINETEEN, pseudo_words, undone
from tutela.detection.terms.matcher import matcher
from tutela.detection.terms.term import Term

SIZES: Final = (10_000, 100_000)
OF_COMMON_PRACTICE: Final = 0.35
EXTRA_AT_MOST: Final = 0.05
#: A class is undone where at least so many of its words are found.
UNDONE: Final = 0.99
PACKAGES: Final = ("ahocorasick-rs", "numpy", "pyahocorasick", "pyicu", "decancer-py")
#: Words whose evasions are looked for; posts that decancer is asked about term by term.
_EVADED, _ASKED = 300, 3
_COMMON: Final = ("a", "I", "to", "of", "in", "is", "it", "and", "the", "for", "on", "it's", "with")
_REST: Final = (
    "😀",
    "🔥",
    "❤️",
    "👨‍👩‍👧",
    "2030",
    "10,000",
    "3rd",
    "50€",
    "e.g.",
    "well-known",
    "@a_b",
)
_ACCENTED: Final = ("café", "naïve", "über", "привет", "日本語", "señor", "ελλάδα")

#: Gives (number of the post, term) of each hit.
Search = Callable[[Sequence[str]], list[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class Side:
    """One way to search, with its terms built in."""

    name: str
    search: Search
    build_seconds: float


def post(vocabulary: Sequence[str], *, chance: random.Random) -> str:
    """A neutral post, 5 to 60 words."""
    words = [
        chance.choice(_COMMON) if chance.random() < 0.5 else chance.choice(vocabulary)
        for _ in range(chance.randint(5, 60))
    ]
    words = [word + chance.choice(",.!?") if chance.random() < 0.1 else word for word in words]
    words += [chance.choice(_REST)] if chance.random() < 0.3 else []
    words += [chance.choice(_ACCENTED)] if chance.random() < 0.1 else []
    words += [f"#{chance.choice(vocabulary)}"] if chance.random() < 0.1 else []
    return " ".join(words).capitalize()


def neutral_posts(count: int, *, seed: int) -> list[str]:
    """So many neutral posts of one vocabulary."""
    chance = random.Random(seed)
    vocabulary = pseudo_words(20_000, seed=seed + 1)
    return [post(vocabulary, chance=chance) for _ in range(count)]


def sides(terms: Sequence[str]) -> list[Side]:
    """Common practice first, ours last."""
    checker = icu.SpoofChecker()
    folds: dict[str, Callable[[str], str]] = {
        "NFKC + casefold + pyahocorasick": lambda text: unicodedata.normalize(
            "NFKC", text
        ).casefold(),
        "ICU skeleton + pyahocorasick": lambda text: checker.getSkeleton(0, text.casefold()),
        "decancer + pyahocorasick": lambda text: str(decancer_py.parse(text)),
    }
    return [*(_folding(name, fold=fold, terms=terms) for name, fold in folds.items()), ours(terms)]


def _common_practice(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _folding(name: str, *, fold: Callable[[str], str], terms: Sequence[str]) -> Side:
    before = time.process_time()
    automaton = ahocorasick.Automaton()
    for term in terms:
        automaton.add_word(fold(term), term)
    automaton.make_automaton()

    def search(texts: Sequence[str]) -> list[tuple[int, str]]:
        return [
            (at, term) for at, text in enumerate(texts) for _, term in automaton.iter(fold(text))
        ]

    return Side(name, search, time.process_time() - before)


def ours(terms: Sequence[str]) -> Side:
    """Both streams, with offsets."""
    before = time.process_time()
    held = matcher([Term(id=term, text=term) for term in terms])

    def search(texts: Sequence[str]) -> list[tuple[int, str]]:
        return [(at, hit.term.id) for at, hits in enumerate(held.hits(texts)) for hit in hits]

    return Side("ours, plain + squashed", search, time.process_time() - before)


def rates(held: Sequence[Side], *, posts: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """MB of UTF-8 a second of processor time, by side, a round each in turns."""
    size_mb = sum(len(text.encode()) for text in posts) / 1e6
    found: dict[str, list[float]] = {side.name: [] for side in held}
    for side in held:
        side.search(posts[:200])
    for _ in range(rounds):
        for side in held:
            gc.collect()
            before = time.process_time()
            side.search(posts)
            found[side.name].append(size_mb / (time.process_time() - before))
    return found


def classes(search: Search, *, words: Sequence[str], seed: int) -> dict[str, float]:
    """The share of the words found, by class of evasion."""

    def finds(texts: list[str]) -> list[bool]:
        found = set(search(texts))
        return [(at, word) in found for at, word in enumerate(words)]

    return {
        name: undone(evasion, words=list(words), seed=seed, finds=finds)
        for name, evasion in (NINETEEN | FURTHER).items()
    }


def extra(search: Search, *, terms: Sequence[str], posts: Sequence[str]) -> tuple[int, int, int]:
    """Hits (post, term) of plain substrings, those of them that are missed, and those beyond."""
    automaton = ahocorasick.Automaton()
    for term in terms:
        automaton.add_word(term, term)
    automaton.make_automaton()
    plain = {
        (at, term) for at, text in enumerate(posts) for _, term in automaton.iter(text.lower())
    }
    found = set(search(posts))
    return len(plain), len(plain - found), len(found - plain)


def term_by_term(terms: Sequence[str], *, posts: Sequence[str]) -> float:
    """Milliseconds a post by decancer's own `contains`, term by term."""
    before = time.process_time()
    for text in posts:
        cured = decancer_py.parse(text)
        for term in terms:
            cured.contains(term)
    return 1000 * (time.process_time() - before) / len(posts)


def rate_lines(held: Sequence[Side], *, found: dict[str, list[float]]) -> Iterator[str]:
    """A line a side: rate, ratio to the first in the same round, build."""
    first = found[held[0].name]
    for side in held:
        ratio = statistics.median(a / b for a, b in zip(found[side.name], first, strict=True))
        rate = statistics.median(found[side.name])
        built = f"build {side.build_seconds:5.2f} s"
        yield f"  {side.name:<34} {rate:6.1f} MB/s   {ratio:5.2f}x   {built}"


def class_lines(held: Sequence[Side], *, words: Sequence[str], seed: int) -> Iterator[str]:
    """How many classes each side undoes, and which ours does not."""
    for side in held:
        shares = classes(side.search, words=words, seed=seed)
        done = {name for name, share in shares.items() if share >= UNDONE}
        yield (
            f"  {side.name:<34} {len(done & NINETEEN.keys()):2} of {len(NINETEEN)}"
            f"   and {len(done & FURTHER.keys()):2} of {len(FURTHER)} others"
        )
        if side is held[-1]:
            yield from (
                f"    {name}: {share:.3f}" for name, share in shares.items() if name not in done
            )


def main() -> None:
    """Prints the figures of one run."""
    parser = argparse.ArgumentParser(description="terms in raw posts, ours beside others")
    parser.add_argument("--posts", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    described = machine.described(Path.cwd())
    print(
        ", ".join(
            f"{each} {described[each]}" for each in ("processor", "system", "python", "commit")
        )
    )
    print(", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES))
    posts = neutral_posts(given.posts, seed=given.seed)
    size = sum(len(text.encode()) for text in posts)
    print(
        f"{len(posts):,} posts, {size:,} bytes, seed {given.seed}, {given.rounds} rounds, medians"
    )
    for count in SIZES:
        terms = pseudo_words(count, seed=given.seed + 2)
        held = sides(terms)
        print(f"{count:,} terms, load {machine.load_average():.1f}")
        found = rates(held, posts=posts, rounds=given.rounds)
        for line in rate_lines(held, found=found):
            print(line)
        plain, missed, beyond = extra(held[-1].search, terms=terms, posts=posts)
        share = f"{beyond / plain:.1%} (at most {EXTRA_AT_MOST:.0%})"
        print(f"  plain substrings {plain:,}, missed {missed:,}, beyond {beyond:,}: {share}")
    each_ms = term_by_term(terms[: SIZES[0]], posts=posts[:_ASKED])
    print(f"decancer's own contains, {SIZES[0]:,} terms one by one: {each_ms:,.0f} ms a post")
    words = pseudo_words(_EVADED, seed=given.seed + 3)
    print(f"classes undone, {len(words)} words that nobody saw before")
    for line in class_lines(sides(words), words=words, seed=given.seed):
        print(line)


if __name__ == "__main__":
    main()
