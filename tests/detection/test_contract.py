"""What every detector promises, held against every detector there is."""

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module

import pytest

import tutela.detection
from tests.fixtures.detectors import Digests, Tokens
from tutela.detection.detectors import Detector, Hashes, Item
from tutela.detection.hashes.detector import HashDetector
from tutela.detection.pipeline.looking import watched
from tutela.detection.pipeline.sources import Doubted
from tutela.detection.pipeline.term_lists import ListedTerms
from tutela.detection.terms.detector import TermDetector, TermList, TermLists
from tutela.detection.terms.matcher import matcher
from tutela.detection.terms.term import Term, TermKind
from tutela.domain.signals import Result

CANARY = "zorbaquil"


def listed_terms() -> ListedTerms:
    held = TermList(
        name="t", version=1, matcher=matcher([Term(id="0", text=CANARY, kind=TermKind.WORD)])
    )
    return ListedTerms(TermLists(lists=(held,)), canaries=[CANARY])


#: A detector of each kind, with a list of its examples.
DETECTORS: dict[type, Callable[[], Detector]] = {
    HashDetector: HashDetector.with_examples,
    TermDetector: TermDetector.with_examples,
    ListedTerms: listed_terms,
    Doubted: lambda: Doubted(TermDetector.with_examples(), why="exchange_away"),
    Tokens: Tokens,
    Digests: Digests,
}

#: Clients of other people's services, which a plain installation lacks; none of them looks.
OF_AN_EXTRA = "tutela.detection.lists.exchange."

#: What comes from outside and is no text, no hash, or too much of both.
HOSTILE = [
    Item(surface="post"),
    Item(surface="", text=""),
    Item(surface="post", text="\ud800 \u202e\u0000 \U000e0041" + "a" * 100_000),
    Item(surface="post", text="x", hashes=Hashes(pdq="zz", md5="", sha1="é", sha256="0" * 63)),
    Item(surface="post", tags=("", "\u200b", "x" * 10_000), language="no language"),
]


def every_detector() -> set[type]:
    """The classes of `tutela.detection` that look at items and bring examples."""
    found = set[type]()
    for module in pkgutil.walk_packages(tutela.detection.__path__, "tutela.detection."):
        if module.name.startswith(OF_AN_EXTRA):
            continue
        for _, kind in inspect.getmembers(import_module(module.name), inspect.isclass):
            if kind is not Detector and hasattr(kind, "look") and hasattr(kind, "examples"):
                found.add(kind)
    return found


@pytest.fixture(params=DETECTORS.values(), ids=[kind.__name__ for kind in DETECTORS])
def detector(request: pytest.FixtureRequest) -> Detector:
    made: Detector = request.param()
    return made


def test_no_detector_is_left_out() -> None:
    assert every_detector() <= set(DETECTORS)


def test_it_finds_what_it_says_it_must_and_not_what_it_must_not(detector: Detector) -> None:
    examples = detector.examples()
    assert examples.matching
    assert examples.clean
    assert {each.result for each in detector.look(examples.matching)} == {Result.MATCH}
    assert {each.result for each in detector.look(examples.clean)} == {Result.NO_MATCH}


def test_a_match_names_its_list_and_entry_and_nothing_else_has_matches(
    detector: Detector,
) -> None:
    examples = detector.examples()
    signals = detector.look([*examples.matching, *examples.clean])
    for signal in signals:
        assert signal.detector == detector.name
        assert (signal.result is Result.MATCH) == bool(signal.matches)
        assert all(match.list and match.entry for match in signal.matches)


def test_each_item_is_answered_by_itself_and_in_its_place(detector: Detector) -> None:
    examples = detector.examples()
    items = [each for pair in zip(examples.matching, examples.clean, strict=False) for each in pair]
    together = detector.look(items)
    assert [each.result for each in together] == [detector.look([item])[0].result for item in items]
    assert detector.look([]) == []


def test_no_item_makes_it_raise_and_what_it_can_not_look_at_has_a_reason(
    detector: Detector,
) -> None:
    signals = detector.look(HOSTILE)
    assert len(signals) == len(HOSTILE)
    assert signals[0].result is Result.NO_MATCH
    for signal in signals:
        assert (signal.result is Result.UNAVAILABLE) == (signal.why is not None)


def test_it_can_be_proven_in_every_look(detector: Detector) -> None:
    seat = watched(detector)
    assert seat.canaries
    assert seat.parts
