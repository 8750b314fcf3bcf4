"""Who is known to be a minor is so however the file writes it; whom nobody told of stays open."""

from pathlib import Path

import pyarrow as pa

from tutela.networks.files.known import read_known
from tutela.networks.grouping.facts import read_facts

NAMES = pa.array(["a", "b", "c", "d", "e"])


def test_an_unknown_age_is_not_that_of_an_adult(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account,minor\na,yes\nb,TRUE\nc,no\nd,unknown\n")
    ages = read_facts(path, names=NAMES).ages
    assert ages.minor.tolist() == [True, True, False, False, False]
    assert ages.told.tolist() == [True, True, True, False, False]
    assert read_known(path, names=NAMES).maybe_minor.tolist() == ages.minor.tolist()


def test_a_file_that_says_nothing_of_minors_leaves_all_open(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account,removed_at\na,2026-01-01T00:00:00Z\n")
    assert not read_facts(path, names=NAMES).ages.told.any()
