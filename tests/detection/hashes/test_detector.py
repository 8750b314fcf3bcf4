"""The detector: what it matches, and that what it could not look at is never called clean."""

from dataclasses import replace

import numpy as np

from tutela.detection.detectors import Hashes, Item
from tutela.detection.hashes import HashKind, Md5Set, PdqIndex
from tutela.detection.hashes.detector import (
    EXAMPLE_MD5,
    EXAMPLE_PDQ,
    MATCHES_AT_MOST,
    Entry,
    HashDetector,
    HashList,
    Lists,
    Row,
)
from tutela.detection.hashes.kinds import words_of_hex
from tutela.domain.signals import Match, Result, Signal

NEAR_PDQ = "5b" * 20 + "5a" * 12
FAR_PDQ = "a5" * 32


def listed(name: str, *, pdq: list[str], version: int = 3) -> HashList:
    return HashList(
        name=name,
        version=version,
        indexes={
            HashKind.PDQ: PdqIndex.build(words_of_hex(pdq, kind=HashKind.PDQ)),
            HashKind.MD5: Md5Set.build(words_of_hex([EXAMPLE_MD5], kind=HashKind.MD5)),
        },
        entry_of=told,
    )


def told(row: Row) -> Entry:
    tags = ("made-up",) if row.kind is HashKind.PDQ else ()
    return Entry(f"{row.kind}-{row.number}", tags)


def item(**hashes: str) -> Item:
    return Item(surface="upload", hashes=Hashes(**hashes))


def look(detector: HashDetector, *items: Item) -> list[Result]:
    return [signal.result for signal in detector.look(items)]


def test_its_examples_match_and_are_clean() -> None:
    detector = HashDetector.with_examples()
    examples = detector.examples()
    assert set(look(detector, *examples.matching)) == {Result.MATCH}
    assert set(look(detector, *examples.clean)) == {Result.NO_MATCH}


def test_a_match_names_list_entry_distance_tags_and_version() -> None:
    detector = HashDetector(Lists(lists=(listed("a", pdq=[FAR_PDQ, EXAMPLE_PDQ]),)))
    (signal,) = detector.look([item(pdq=NEAR_PDQ, md5=EXAMPLE_MD5.upper())])
    assert signal.matches == (
        Match(list="a", entry="pdq-1", version=3, distance=20, tags=("made-up",)),
        Match(list="a", entry="md5-0", version=3),
    )


def test_every_list_is_looked_at_and_the_radius_is_a_parameter() -> None:
    lists = Lists(lists=(listed("a", pdq=[EXAMPLE_PDQ]), listed("b", pdq=[NEAR_PDQ])))
    (wide,) = HashDetector(lists).look([item(pdq=EXAMPLE_PDQ)])
    (narrow,) = HashDetector(lists, radius=19).look([item(pdq=EXAMPLE_PDQ)])
    assert [match.list for match in wide.matches] == ["a", "b"]
    assert [match.list for match in narrow.matches] == ["a"]


def test_signals_come_in_the_order_of_the_items() -> None:
    detector = HashDetector.with_examples()
    items = [item(pdq=FAR_PDQ), item(), item(md5=EXAMPLE_MD5), Item(surface="upload")]
    assert look(detector, *items, item(pdq=EXAMPLE_PDQ)) == [
        Result.NO_MATCH,
        Result.NO_MATCH,
        Result.MATCH,
        Result.NO_MATCH,
        Result.MATCH,
    ]
    assert detector.look([]) == []


def test_a_malformed_hash_is_unavailable_and_hurts_no_other_item() -> None:
    detector = HashDetector.with_examples()
    for bad in ("", "5a", "z" * 64, EXAMPLE_PDQ + "00", "5a " * 21 + "5"):
        signals = detector.look([item(pdq=bad), item(pdq=EXAMPLE_PDQ)])
        assert signals[0] == Signal(
            detector="hashes", result=Result.UNAVAILABLE, why="hash_malformed"
        )
        assert signals[1].result is Result.MATCH


def test_a_match_beats_what_is_unknown() -> None:
    detector = HashDetector.with_examples()
    assert look(detector, item(pdq="zz", md5=EXAMPLE_MD5)) == [Result.MATCH]


def test_nothing_is_clean_while_a_list_is_unavailable() -> None:
    lists = Lists(lists=(listed("a", pdq=[EXAMPLE_PDQ]),), unavailable={"b": "stale_list"})
    signals = HashDetector(lists).look([item(pdq=EXAMPLE_PDQ), item(pdq=FAR_PDQ), item()])
    assert [signal.result for signal in signals] == [
        Result.MATCH,
        Result.UNAVAILABLE,
        Result.NO_MATCH,
    ]
    assert signals[1].why == "stale_list"


def test_a_search_that_fails_is_unavailable() -> None:
    whole, broken = listed("a", pdq=[EXAMPLE_PDQ]), listed("b", pdq=[EXAMPLE_PDQ])
    wrong_kind = HashList(name="b", version=1, indexes={HashKind.PDQ: broken.indexes[HashKind.MD5]})
    detector = HashDetector(Lists(lists=(whole, wrong_kind)))
    signals = detector.look([item(pdq=FAR_PDQ), item(md5=EXAMPLE_MD5)])
    assert [signal.result for signal in signals] == [Result.UNAVAILABLE, Result.MATCH]
    assert signals[0].why == "search_failed"


def test_each_list_is_proven_by_its_own_canaries() -> None:
    lists = (listed("a", pdq=[EXAMPLE_PDQ]), listed("b", pdq=[FAR_PDQ]))
    canaries = (Hashes(pdq=EXAMPLE_PDQ, md5=EXAMPLE_MD5), Hashes(pdq=FAR_PDQ))
    proven = [replace(each, canaries=(one,)) for each, one in zip(lists, canaries, strict=True)]
    for radius in (0, 31):
        detector = HashDetector(Lists(lists=proven), radius=radius)
        assert len(detector.examples().matching) == 5
        assert set(look(detector, *detector.examples().matching)) == {Result.MATCH}
    dead = replace(proven[1], indexes={HashKind.PDQ: PdqIndex.build(np.zeros((0, 32), np.uint8))})
    assert Result.NO_MATCH in look(
        HashDetector(Lists(lists=[proven[0], dead])), *detector.examples().matching
    )


def test_a_detector_whose_lists_have_no_canary_proves_nothing() -> None:
    unproven = HashDetector(Lists(lists=(listed("a", pdq=[EXAMPLE_PDQ]),)))
    assert unproven.examples().matching == ()


def test_a_crowd_of_near_entries_gives_the_nearest_few() -> None:
    crowd = [f"{1 << bit:064x}" for bit in range(100)] + ["00" * 32]
    (signal,) = HashDetector(Lists(lists=(listed("a", pdq=crowd),))).look([item(pdq="00" * 32)])
    assert len(signal.matches) == MATCHES_AT_MOST
    assert (signal.matches[0].entry, signal.matches[0].distance) == ("pdq-100", 0)
