from tutela.detection.detectors import Detector, Item
from tutela.detection.terms.detector import TermDetector, TermList, TermLists
from tutela.detection.terms.matcher import matcher
from tutela.detection.terms.term import Term
from tutela.domain.signals import Match, Result

HELD = TermList(
    name="words", version=3, matcher=matcher([Term(id="e-1", text="tamiro", tags=("a",))])
)


def results(detector: Detector, *items: Item) -> list[Result]:
    return [signal.result for signal in detector.look(items)]


def test_its_examples_show_what_it_finds() -> None:
    detector: Detector = TermDetector.with_examples()
    examples = detector.examples()
    assert set(results(detector, *examples.matching)) == {Result.MATCH}
    assert set(results(detector, *examples.clean)) == {Result.NO_MATCH}


def test_a_match_names_list_entry_and_version_and_never_the_term() -> None:
    item = Item(surface="post", text="tamiro T4MIR0", tags=("tamiro",))
    (signal,) = TermDetector(TermLists(lists=[HELD])).look([item])
    assert signal.matches == (Match(list="words", entry="e-1", version=3, tags=("a",)),)


def test_a_list_that_cannot_be_looked_at_makes_nothing_clean() -> None:
    detector = TermDetector(TermLists(lists=[HELD], unavailable={"others": "stale_list"}))
    items = [Item(surface="post", text=text) for text in ("tamiro", "x")]
    matching, unknown, nothing = detector.look([*items, Item(surface="post")])
    assert matching.result is Result.MATCH
    assert (unknown.result, unknown.why) == (Result.UNAVAILABLE, "stale_list")
    assert nothing.is_clean


def test_a_search_that_breaks_makes_nothing_clean() -> None:
    broken = TermList(name="broken", version=1, matcher=None)  # type: ignore[arg-type]
    (signal,) = TermDetector(TermLists(lists=[broken])).look([Item(surface="post", text="x")])
    assert (signal.result, signal.why) == (Result.UNAVAILABLE, "search_failed")


def test_lists_are_swapped_for_the_next_look() -> None:
    detector = TermDetector(TermLists())
    item = Item(surface="post", text="tamiro")
    assert results(detector, item) == [Result.NO_MATCH]
    detector.swap(TermLists(lists=[HELD]))
    assert results(detector, item) == [Result.MATCH]
