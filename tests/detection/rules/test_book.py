import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.detection.rules.policies import VOCABULARY, content, policy, write
from tutela.detection.rules.book import RuleBook
from tutela.detection.rules.facts import facts_of
from tutela.detection.rules.policies import evaluate

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "a.yaml", policy())
    return tmp_path


@pytest.fixture
def book(folder: Path) -> RuleBook:
    opened = RuleBook(folder, vocabulary=VOCABULARY, clock=lambda: NOW)
    assert opened.refresh()
    return opened


def versions(book: RuleBook) -> list[tuple[str, int]]:
    assert book.standing.policies is not None
    return [(each.id, each.version) for each in book.standing.policies.policies]


def test_before_a_set_was_found_fit_nothing_is_in_force(tmp_path: Path) -> None:
    book = RuleBook(tmp_path, vocabulary=VOCABULARY, clock=lambda: NOW)
    assert not book.refresh()
    assert book.standing.policies is None
    assert not book.standing.is_current
    assert "holds no file" in book.standing.findings[0].message


def test_a_new_version_takes_the_place_of_the_old_one(book: RuleBook, folder: Path) -> None:
    assert not book.refresh()
    write(folder / "a.yaml", policy(version=2))
    write(folder / "b.yaml", policy(id="other"))
    assert book.refresh()
    assert versions(book) == [("a-policy", 2), ("other", 1)]
    assert book.standing.is_current


BROKEN = {
    "it does not type": policy("content.txt == ''", version=2),
    "its own test fails": policy("content.text == 'else'", version=2),
    "it means something else under its version": policy("content.text in ['token']"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_set_that_is_not_fit_leaves_the_old_one_in_force_and_that_is_said(
    book: RuleBook, folder: Path, broken: dict[str, object]
) -> None:
    before = book.standing.policies
    write(folder / "b.yaml", policy(id="other"))
    write(folder / "a.yaml", broken)
    assert not book.refresh()
    assert book.standing.policies is before
    assert not book.standing.is_current
    assert book.standing.findings[0].file == str(folder / "a.yaml")
    assert book.standing.refused_at == NOW
    write(folder / "a.yaml", policy(version=3))
    assert book.refresh()
    assert versions(book) == [("a-policy", 3), ("other", 1)]
    assert book.standing.is_current


def test_files_that_are_gone_leave_the_old_set_in_force(book: RuleBook, folder: Path) -> None:
    (folder / "a.yaml").unlink()
    assert not book.refresh()
    assert versions(book) == [("a-policy", 1)]
    assert book.standing.findings


def test_a_shadow_goes_live_under_its_own_version(book: RuleBook, folder: Path) -> None:
    newer = policy("content.text in ['token']", version=2)
    write(folder / "a.yaml", policy(), newer | {"mode": "shadow"})
    assert book.refresh()
    write(folder / "a.yaml", newer)
    assert book.refresh()
    assert versions(book) == [("a-policy", 2)]


def test_whoever_asks_meanwhile_sees_one_whole_set(book: RuleBook, folder: Path) -> None:
    """While sets of two policies of one version follow each other, nobody sees two versions."""
    facts = facts_of(content(text="token"), vocabulary=VOCABULARY)
    seen: list[set[int]] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            policies = book.standing.policies
            assert policies is not None
            seen.append({each.version for each in evaluate(policies, facts=facts)})

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for version in range(2, 12):
            write(folder / "a.yaml", policy(version=version), policy(id="b", version=version))
            assert book.refresh()
    finally:
        done.set()
        asking.join()
    assert seen
    assert {len(each) for each in seen} == {1}
