"""Why an account stands where it does, as sentences that a person reads."""

from collections.abc import Callable, Iterator, Sequence

from tutela.networks.figures import percent
from tutela.networks.files.edges import ONE_KIND
from tutela.networks.kinds import KIND_WORDS
from tutela.networks.reasons.joins import BACK, Join, Why
from tutela.networks.reasons.tokens import told

#: How an account is called, by its place: an id, or a name that hides it.
Naming = Callable[[int], str]
#: So many seeds are named; the others are counted.
NAMED_MAX = 3


def sentences(why: Why, *, naming: Naming, showing: Callable[[str], str] = str) -> list[str]:
    """The reasons, the weightiest first; one sentence at least. `showing` may mask tokens."""
    said = [
        *_direct(why, naming=naming),
        *told(why.tokens, naming=naming, showing=showing),
        *_between(why),
        *_share(why),
        *_features(why),
    ]
    return said or ["No edge and no neighbour joins it to a seed: only a longer way does."]


def amount(number: float) -> str:
    """A number for people: one decimal below ten."""
    if 0 < number < 0.1:  # noqa: PLR2004 - what one decimal can show
        return "under 0.1"
    return f"{number:.1f}".removesuffix(".0") if number < 10 else f"{number:,.0f}"  # noqa: PLR2004 - one digit


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _direct(why: Why, *, naming: Naming) -> Iterator[str]:
    if not why.seeds:
        return
    named = [_named(join, naming=naming) for join in why.seeds[:NAMED_MAX]]
    if rest := len(why.seeds) - len(named):
        named.append(f"{rest} more")
    yield f"Joined to {len(why.seeds)} of {why.seeds_known} seeds: {listed(named)}."


def _named(join: Join, *, naming: Naming) -> str:
    kinds = [
        _kind(kind, weight=weight)
        for kind, weight in join.kinds
        if kind.removesuffix(BACK) != ONE_KIND
    ]
    return f"{naming(join.account)} ({', '.join(kinds)})" if kinds else naming(join.account)


def _kind(kind: str, *, weight: float) -> str:
    plain = kind.removesuffix(BACK)
    way = " from there" if plain != kind and not plain.startswith("shared_") else ""
    one, many = KIND_WORDS.get(plain, (plain, ""))
    if weight == 1:
        return f"{one}{way}"
    if many and weight == int(weight):
        return f"{amount(weight)} {many}{way}"
    return f"{one}{way}, weight {amount(weight)}"


def _between(why: Why) -> Iterator[str]:
    if why.between:
        yield (
            f"{why.between:,} of its {why.neighbours:,} neighbours"
            f" {'is' if why.between == 1 else 'are'} joined to a seed"
            f" (by chance {amount(why.between_by_chance)})."
        )


def _share(why: Why) -> Iterator[str]:
    if why.share:
        yield (
            f"{percent(why.share)} of its {why.edges:,} edges go to seeds and leads shown"
            f" (by chance {percent(why.share_by_chance)})."
        )


def _features(why: Why) -> Iterator[str]:
    if why.features:
        yield f"As the seeds in its features: {listed(why.features)} of accounts."
